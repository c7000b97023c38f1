package link

import "strings"

// providers names who is really lost when a host under a shared domain is: the
// public suffix list makes each customer's name a domain of its own, or takes a
// whole cloud for one. Longest suffix first decides; "{region}" is the label in
// front of the suffix that looks like a region, where there is one.
//
// The list is about shared fate, so it is by service and region, not by customer.
var providers = map[string]string{
	"rds.amazonaws.com":         "rds.amazonaws.com",
	"cache.amazonaws.com":       "cache.amazonaws.com",
	"s3.amazonaws.com":          "s3.amazonaws.com",
	"elb.amazonaws.com":         "elb.amazonaws.com",
	"es.amazonaws.com":          "es.amazonaws.com",
	"execute-api.amazonaws.com": "execute-api.amazonaws.com",
	"dkr.ecr.amazonaws.com":     "ecr.amazonaws.com",
	"redshift.amazonaws.com":    "redshift.amazonaws.com",
	"kafka.amazonaws.com":       "kafka.amazonaws.com",
	"mq.amazonaws.com":          "mq.amazonaws.com",
	"docdb.amazonaws.com":       "docdb.amazonaws.com",
	"eks.amazonaws.com":         "eks.amazonaws.com",
	"on.aws":                    "lambda.amazonaws.com",
	"metadata.google.internal":  "metadata.google.internal",
	"cloudfront.net":            "cloudfront.net",
	"elasticbeanstalk.com":      "elasticbeanstalk.com",
	"run.app":                   "run.app",
	"a.run.app":                 "run.app",
	"appspot.com":               "appspot.com",
	"cloudfunctions.net":        "cloudfunctions.net",
	"web.app":                   "firebase.google.com",
	"firebaseapp.com":           "firebase.google.com",
	"firebaseio.com":            "firebase.google.com",
	"googleapis.com":            "googleapis.com",
	"pkg.dev":                   "pkg.dev",
	"cloudapp.azure.com":        "cloudapp.azure.com",
	"database.azure.com":        "database.azure.com",
	"azurewebsites.net":         "azurewebsites.net",
	"core.windows.net":          "core.windows.net",
	"database.windows.net":      "database.windows.net",
	"servicebus.windows.net":    "servicebus.windows.net",
	"redis.cache.windows.net":   "redis.cache.windows.net",
	"azurefd.net":               "azurefd.net",
	"azureedge.net":             "azureedge.net",
	"trafficmanager.net":        "trafficmanager.net",
	"vault.azure.net":           "vault.azure.net",
	"workers.dev":               "workers.dev",
	"pages.dev":                 "pages.dev",
	"r2.cloudflarestorage.com":  "r2.cloudflarestorage.com",
	"vercel.app":                "vercel.app",
	"netlify.app":               "netlify.app",
	"herokuapp.com":             "herokuapp.com",
	"herokudns.com":             "herokuapp.com",
	"fly.dev":                   "fly.dev",
	"onrender.com":              "onrender.com",
	"github.io":                 "github.io",
	"githubusercontent.com":     "github.com",
	"gitlab.io":                 "gitlab.io",
	"akamaized.net":             "akamai.net",
	"edgekey.net":               "akamai.net",
	"edgesuite.net":             "akamai.net",
	"supabase.co":               "supabase.co",
	"digitaloceanspaces.com":    "digitaloceanspaces.com",
	"ondigitalocean.app":        "ondigitalocean.com",
	"db.ondigitalocean.com":     "db.ondigitalocean.com",
}

// provider is who runs a host: a service, and the region of it that the host names.
type provider struct {
	service, region string // region is "" where the host names none
}

// name returns the name of the external node, such as "eu-west-1.rds.amazonaws.com".
func (p provider) name() string {
	if p.region == "" {
		return p.service
	}
	return p.region + "." + p.service
}

// providerOf returns who runs a host of a provider's shared domain.
func providerOf(host string) (provider, bool) {
	if rest, china := strings.CutSuffix(host, ".amazonaws.com.cn"); china {
		p, ok := providerOf(rest + ".amazonaws.com")
		switch { // a partition of its own, as the names of its regions say
		case !ok || p.region != "" && !strings.HasPrefix(p.region, "cn-"):
			return provider{}, false
		case p.region == "":
			p.service += ".cn"
		}
		return p, true
	}
	if !providerTLDs[host[strings.LastIndexByte(host, '.')+1:]] {
		return provider{}, false
	}
	region, plain := cutRegion(host)
	for s := plain; s != ""; {
		if service, ok := providers[s]; ok {
			return provider{service, region}, true
		}
		_, s, _ = strings.Cut(s, ".")
	}
	return awsEndpoint(host)
}

// awsEndpoint reads the endpoints of services that the table does not list, by "AWS
// service endpoints" (docs.aws.amazon.com/general/latest/gr/rande.html):
// SERVICE.REGION.amazonaws.com, SERVICE.REGION.api.aws, SERVICE-fips.REGION..., what
// stands in front of a service (streams.dynamodb, api.ecr), and SERVICE.amazonaws.com of
// those that are global. They are called as ingest/catalogue calls them. What belongs to
// a customer, such as the name of a machine, is none.
func awsEndpoint(host string) (provider, bool) {
	rest, ok := strings.CutSuffix(host, ".amazonaws.com")
	if !ok {
		if rest, ok = strings.CutSuffix(host, ".api.aws"); !ok {
			return provider{}, false
		}
	}
	labels := strings.Split(rest, ".")
	if n := len(labels); labels[n-1] == "vpce" { // ENDPOINT.SERVICE.REGION.vpce: the way to a service inside a network
		if n < 4 || strings.HasPrefix(labels[n-3], "vpce-") {
			return provider{}, false // of a customer
		}
		labels = labels[:n-1]
	}
	n := len(labels)
	region, regional := regionIn(labels[n-1])
	service := ""
	switch {
	case regional && region == labels[n-1] && n > 1:
		service = labels[n-2]
		if service == "dualstack" && n > 2 { // s3.dualstack.REGION
			service = labels[n-3]
		}
	case regional && strings.TrimSuffix(labels[n-1], region) == "s3-":
		service = "s3" // as it was written before 2019
	case n == 1 && !regional:
		service = labels[0]
	case n == 2 && labels[1] == "queue": // of SQS, as older libraries write it
		if region, regional = regionIn(labels[0]); !regional || region != labels[0] {
			return provider{}, false
		}
		service = "sqs"
	default:
		return provider{}, false
	}
	service = strings.TrimSuffix(service, "-fips")
	if service == "" || service == "compute" || service == "compute-1" || service == "vpce" {
		return provider{}, false
	}
	return provider{service + ".amazonaws.com", region}, true
}

// providerTLDs are the last labels of the suffixes, to pass over other hosts early.
var providerTLDs = func() map[string]bool {
	tlds := map[string]bool{}
	for suffix := range providers {
		tlds[suffix[strings.LastIndexByte(suffix, '.')+1:]] = true
	}
	tlds["aws"] = true // of awsEndpoint
	return tlds
}()

// cutRegion takes the first label that names a region out of a host, but for its
// last two labels.
func cutRegion(host string) (region, rest string) {
	labels := strings.Split(host, ".")
	for i := 0; i < len(labels)-2; i++ {
		if region, ok := regionIn(labels[i]); ok {
			return region, strings.Join(append(labels[:i:i], labels[i+1:]...), ".")
		}
	}
	return "", host
}

// regionIn reads the region out of a label such as "eu-west-1", "s3-eu-west-1"
// or "europe-west4-docker".
func regionIn(label string) (string, bool) {
	parts := strings.Split(label, "-")
	for i := range parts {
		if i+2 < len(parts) && continents[parts[i]] && isDigits(parts[len(parts)-1]) && directions[parts[len(parts)-2]] {
			return strings.Join(parts[i:], "-"), true // aws: us-gov-west-1, eu-west-1
		}
		if i+1 < len(parts) && continents[parts[i]] {
			dir := strings.TrimRight(parts[i+1], "0123456789")
			if directions[dir] && dir != parts[i+1] {
				return parts[i] + "-" + parts[i+1], true // google: europe-west4
			}
		}
	}
	return "", false
}

var continents = map[string]bool{
	"us": true, "eu": true, "ap": true, "sa": true, "ca": true, "me": true, "af": true, "il": true, "cn": true, "mx": true,
	"europe": true, "asia": true, "australia": true, "northamerica": true, "southamerica": true, "africa": true,
}

var directions = map[string]bool{
	"north": true, "south": true, "east": true, "west": true, "central": true,
	"northeast": true, "northwest": true, "southeast": true, "southwest": true,
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
