package link

import (
	"testing"

	"golang.org/x/net/publicsuffix"
)

// TestTheProviderTableSaysNothingThatTheListSays keeps the table short: an entry
// that names the registrable domain of its own suffix, which every customer's
// host below it shares, would be found without it.
func TestTheProviderTableSaysNothingThatTheListSays(t *testing.T) {
	for suffix, owner := range providers {
		domain, err := publicsuffix.EffectiveTLDPlusOne("customer." + suffix)
		regional := suffix == "pkg.dev" // the list knows no regions
		if err == nil && domain == owner && owner == suffix && !regional {
			t.Errorf("%s: the public suffix list says %s already", suffix, domain)
		}
		if !isHost(suffix) || !isHost(owner) {
			t.Errorf("%s: %s is no host", suffix, owner)
		}
		if got, ok := providerOf("customer." + suffix); !ok || got.name() != owner {
			t.Errorf("providerOf(customer.%s) = %q, %v, want %q", suffix, got, ok, owner)
		}
	}
}

func TestARegionIsReadOutOfALabel(t *testing.T) {
	for label, want := range map[string]string{
		"eu-west-1": "eu-west-1", "us-gov-east-1": "us-gov-east-1", "s3-eu-central-1": "eu-central-1", "europe-west4": "europe-west4",
		"europe-west4-docker": "europe-west4", "northamerica-northeast1": "northamerica-northeast1", "ap-southeast-2": "ap-southeast-2",
		"eu": "", "west": "", "eu-west": "", "my-eu-db-1": "", "us": "", "": "", "db-1": "",
	} {
		if got, _ := regionIn(label); got != want {
			t.Errorf("regionIn(%q) = %q, want %q", label, got, want)
		}
	}
}

func TestAnEndpointOfAWSIsCalledAsTheCatalogueCallsIt(t *testing.T) {
	for host, want := range map[string]string{
		"sqs.eu-west-1.amazonaws.com":                    "eu-west-1.sqs.amazonaws.com",
		"sqs-fips.us-east-1.amazonaws.com":               "us-east-1.sqs.amazonaws.com",
		"sqs.eu-west-1.api.aws":                          "eu-west-1.sqs.amazonaws.com",
		"eu-west-1.queue.amazonaws.com":                  "eu-west-1.sqs.amazonaws.com",
		"streams.dynamodb.eu-west-1.amazonaws.com":       "eu-west-1.dynamodb.amazonaws.com",
		"api.ecr.eu-west-1.amazonaws.com":                "eu-west-1.ecr.amazonaws.com",
		"1234.dkr.ecr.eu-west-1.amazonaws.com":           "eu-west-1.ecr.amazonaws.com",
		"kms.us-gov-west-1.amazonaws.com":                "us-gov-west-1.kms.amazonaws.com",
		"bucket.s3.eu-west-1.amazonaws.com":              "eu-west-1.s3.amazonaws.com",
		"bucket.s3-eu-west-1.amazonaws.com":              "eu-west-1.s3.amazonaws.com",
		"bucket.s3.dualstack.eu-west-1.amazonaws.com":    "eu-west-1.s3.amazonaws.com",
		"s3.dualstack.eu-west-1.amazonaws.com":           "eu-west-1.s3.amazonaws.com",
		"s3-eu-west-1.amazonaws.com":                     "eu-west-1.s3.amazonaws.com",
		"iam.amazonaws.com":                              "iam.amazonaws.com",
		"sts.amazonaws.com":                              "sts.amazonaws.com",
		"route53.amazonaws.com":                          "route53.amazonaws.com",
		"ec2-192-0-2-1.eu-west-1.compute.amazonaws.com":  "",
		"vpce-1.sqs.eu-west-1.vpce.amazonaws.com":        "eu-west-1.sqs.amazonaws.com",
		"vpce-1.vpce-svc-2.eu-west-1.vpce.amazonaws.com": "",
		"ec2-192-0-2-1.compute-1.amazonaws.com":          "",
		"amazonaws.com":                                  "",
		"eu-west-1.amazonaws.com":                        "",
		"a.b.amazonaws.com":                              "",
		"x.queue.amazonaws.com":                          "",
		"sqs.eu-west-1.amazonaws.com.cn":                 "",
	} {
		got, ok := providerOf(host)
		if ok != (want != "") || got.name() != want {
			t.Errorf("providerOf(%q) = %q, %v, want %q", host, got.name(), ok, want)
		}
	}
}
