package address

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/words"
)

// scheme is what a URL scheme says about its host.
type scheme struct {
	kind depgraph.Kind // what sort of thing answers; "" is a service
	port int           // the port where the URL states none; 0 is unknown
	via  depgraph.Via
	// database says that the path names a database, bucket or queue.
	database bool
}

var schemes = map[string]scheme{
	"postgres":      store(5432),
	"postgresql":    store(5432),
	"mysql":         store(3306),
	"mysqlx":        store(33060),
	"mariadb":       store(3306),
	"sqlserver":     store(1433),
	"mssql":         store(1433),
	"oracle":        store(1521),
	"db2":           store(50000),
	"cockroachdb":   store(26257),
	"clickhouse":    store(9000),
	"mongodb":       store(27017),
	"mongodb+srv":   store(27017),
	"cassandra":     store(9042),
	"scylla":        store(9042),
	"neo4j":         store(7687),
	"bolt":          store(7687),
	"redis":         store(6379),
	"rediss":        store(6379),
	"memcached":     store(11211),
	"elasticsearch": store(9200),
	"opensearch":    store(9200),
	"solr":          store(8983),
	"influxdb":      store(8086),
	"couchdb":       store(5984),
	"couchbase":     store(11210),
	"ldap":          {port: 389, via: depgraph.Authenticates},
	"ldaps":         {port: 636, via: depgraph.Authenticates},
	"zookeeper":     store(2181),
	"zk":            store(2181),
	"etcd":          store(2379),
	"s3":            store(443),
	"gs":            store(443),
	"amqp":          queue(5672),
	"amqps":         queue(5671),
	"kafka":         queue(9092),
	"nats":          queue(4222),
	"tls+nats":      queue(4222),
	"stan":          queue(4222),
	"mqtt":          queue(1883),
	"mqtts":         queue(8883),
	"stomp":         queue(61613),
	"pulsar":        queue(6650),
	"pulsar+ssl":    queue(6651),
	"sqs":           queue(443),
	"smtp":          {port: 25, via: depgraph.Calls},
	"smtps":         {port: 465, via: depgraph.Calls},
	"http":          {port: 80, via: depgraph.Calls},
	"https":         {port: 443, via: depgraph.Calls},
	"ws":            {port: 80, via: depgraph.Calls},
	"wss":           {port: 443, via: depgraph.Calls},
	"oci":           {port: 443, via: depgraph.Pulls},
	"docker":        {port: 443, via: depgraph.Pulls},
	"nfs":           {kind: depgraph.KindVolume, port: 2049, via: depgraph.Mounts},
	// Kafka's listener protocols, as used by its clients.
	"plaintext":      queue(9092),
	"ssl":            {via: depgraph.Calls},
	"sasl_plaintext": queue(9092),
	"sasl_ssl":       queue(9092),
}

func store(port int) scheme {
	return scheme{kind: depgraph.KindDatastore, port: port, via: depgraph.Reads, database: true}
}

func queue(port int) scheme {
	return scheme{kind: depgraph.KindQueue, port: port, via: depgraph.Publishes, database: true}
}

// Kind returns what sort of thing answers to the scheme, [depgraph.KindService]
// where the scheme does not say.
func (r Ref) Kind() depgraph.Kind {
	if s := schemes[r.Scheme]; s.kind != "" {
		return s.kind
	}
	return depgraph.KindService
}

// KeepsData reports whether what answers is a store or a queue: by the scheme, by a port
// on which nothing else is usual, or by what the name of a host ends in.
func (r Ref) KeepsData() bool {
	return keeps(r.Kind()) || slices.ContainsFunc(r.Hosts, func(h Host) bool {
		if slices.Contains(dataPorts, h.Port) {
			return true
		}
		first, _, _ := strings.Cut(h.Name, ".")
		var few fewWords
		words := words.Append(few[:0], first)
		if len(words) == 0 {
			return false
		}
		switch last := words[len(words)-1]; last {
		case "db", "database", "mongo", "cache", "queue", "mq":
			return true
		default:
			return keeps(schemes[last].kind)
		}
	})
}

// dataPorts are the ports on which stores and queues alone are usual.
var dataPorts = func() (ports []int) {
	for _, s := range schemes {
		if keeps(s.kind) && s.port != 0 && s.port != 443 && s.port != 9000 && !slices.Contains(ports, s.port) {
			ports = append(ports, s.port)
		}
	}
	return ports
}()

func keeps(k depgraph.Kind) bool { return k == depgraph.KindDatastore || k == depgraph.KindQueue }

// DefaultPort returns the port of a scheme, 0 where it is unknown.
func DefaultPort(scheme string) int { return schemes[scheme].port }

// noReference are schemes that name no other party.
var noReference = map[string]bool{
	"file": true, "unix": true, "unixgram": true, "npipe": true, "pipe": true, "fd": true, "data": true, "about": true,
	"javascript": true, "mailto": true, "urn": true, "tag": true, "classpath": true, "resource": true, "jar": true,
	"mem": true, "memory": true, "inmemory": true, "stdout": true, "stderr": true, "stdin": true, "env": true, "secret": true,
	"sqlite": true, "sqlite3": true, "h2": true, "hsqldb": true, "derby": true, "package": true, "chrome": true, "spiffe": true,
	"base64": true, "systemd": true, "listener": true, "vault": true, "keyring": true, "arn": true, "app": true,
}

// vocabulary are hosts that stand in namespaces and schemas and are never called.
var vocabulary = map[string]bool{
	"www.w3.org": true, "w3.org": true, "json-schema.org": true, "schemas.xmlsoap.org": true, "xmlns.jcp.org": true,
	"java.sun.com": true, "schemas.microsoft.com": true, "purl.org": true, "maven.apache.org": true, "logging.apache.org": true,
	"www.springframework.org": true, "logback.qos.ch": true, "xmlns.com": true, "www.opengis.net": true, "schema.org": true,
}

// resolver are gRPC's name schemes: what they name stands in the path.
func resolver(scheme string) bool {
	switch scheme {
	case "dns", "dns4", "dns6", "discovery", "passthrough", "xds", "kubernetes", "k8s", "ipv4", "ipv6", "direct":
		return true
	}
	return false
}

// cloudHost returns the host that serves a bucket or resource of a cloud.
func cloudHost(scheme string) (host string, ok bool) {
	switch scheme {
	case "s3", "s3a", "s3n":
		return "s3.amazonaws.com", true
	case "gs", "gcs":
		return "storage.googleapis.com", true
	case "abfs", "abfss", "wasb", "wasbs", "azblob":
		return "blob.core.windows.net", true
	}
	return "", false
}

// arn returns the endpoint and resource of an Amazon resource name that is
// something a program talks to; roles and keys are identities and are not.
func arn(text string) (host, resource string, ok bool) {
	if !strings.HasPrefix(text, "arn:") {
		return "", "", false
	}
	parts := strings.SplitN(text, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || !strings.HasPrefix(parts[1], "aws") {
		return "", "", false
	}
	service, region := parts[2], parts[3]
	switch service {
	case "sqs", "sns", "dynamodb", "kinesis", "lambda", "secretsmanager", "ssm", "rds", "es", "states", "firehose":
		if region == "" {
			return "", "", false
		}
		return service + "." + region + ".amazonaws.com", cleanName(parts[5]), true
	case "s3":
		bucket, _, _ := strings.Cut(parts[5], "/")
		return "s3.amazonaws.com", cleanName(bucket), true
	}
	return "", "", false
}
