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
