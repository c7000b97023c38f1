package kubernetes

import (
	"regexp"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// credential is a Secret that an operator makes of each object of a kind, for those who use
// what the operator runs: how it is called, around the object's name.
type credential struct {
	group, kind string // of the object
	secret      *regexp.Regexp
}

var credentials = []credential{
	{"postgresql.cnpg.io", "Cluster", regexp.MustCompile(`^(.+)-(?:app|superuser)$`)},
	{"postgres-operator.crunchydata.com", "PostgresCluster", regexp.MustCompile(`^(.+)-pguser-.+$`)},
	{"acid.zalan.do", "postgresql", regexp.MustCompile(`^[^.]+\.(.+)\.credentials\.postgresql\.acid\.zalan\.do$`)},
	{"rabbitmq.com", "RabbitmqCluster", regexp.MustCompile(`^(.+)-default-user$`)},
	{"elasticsearch.k8s.elastic.co", "Elasticsearch", regexp.MustCompile(`^(.+)-es-elastic-user$`)},
	{"app.redislabs.com", "RedisEnterpriseDatabase", regexp.MustCompile(`^redb-(.+)$`)},
}

// countCredentials finds out which kinds of the estate have such Secrets.
func (e *emitter) countCredentials() {
	for _, c := range credentials {
		for _, run := range e.w.workloads {
			if run.group == c.group && run.kind == c.kind {
				e.credentials = append(e.credentials, c)
				break
			}
		}
	}
}

// usesCredential adds the need for what an operator runs, of a workload that reads the
// Secret with which one logs in there: it holds the address too, or the user at least.
func (e *emitter) usesCredential(run *workload, secret string, at depgraph.Origin) {
	for _, c := range e.credentials {
		m := c.secret.FindStringSubmatch(secret)
		if m == nil || e.w.find(run.object, "Secret", run.ns, secret) != nil {
			continue
		}
		if o := e.w.find(run.object, c.kind+"."+c.group, run.ns, m[1]); o != nil && o.id != run.id {
			e.need(need{owner: run.id, to: to(o.id), phases: runs, via: depgraph.Reads, confidence: credentialConfidence, at: at, note: "the Secret " + secret + " of " + c.kind + " " + m[1]})
		}
	}
}

// credentialConfidence is that of an address in a URL: who logs in somewhere uses it, but
// for the few who keep the Secret for somebody else.
const credentialConfidence = 0.9
