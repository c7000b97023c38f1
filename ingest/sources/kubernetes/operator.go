package kubernetes

import (
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
)

// operation is what a well-known operator makes of an object of its own kind: a
// workload that no manifest shows, and the Services that lead to it.
type operation struct {
	kind     depgraph.Kind
	name     string   // of the workload, "%" stands for the object's; "" is the object's
	services string   // names separated by blanks, "%" stands for the object's
	replicas []string // the field that states how many
	label    string   // a label of the pods, whose value is the object's name; "" is none known
}

// hosts returns the names of the Services.
func (op operation) hosts(o *object) []string {
	return strings.Fields(strings.ReplaceAll(op.services, "%", o.name))
}

// pod returns what is known of the pods: their labels.
func (op operation) pod(o *object) *pod {
	var l labels
	if op.label != "" {
		l = labels{{op.label, o.name}}
	}
	if o.group == "monitoring.coreos.com" {
		sort := strings.ToLower(o.kind)
		if o.kind == "ThanosRuler" {
			sort = "thanos-ruler"
		}
		l = l.with(labels{{"app.kubernetes.io/name", sort}, {"app.kubernetes.io/instance", o.name}, {"app.kubernetes.io/managed-by", "prometheus-operator"}, {sort, o.name}})
	}
	return &pod{labels: l.with(labelsOf(o.get("spec", "podMetadata", "labels")))}
}

var (
	instances = []string{"spec", "instances"}
	replicas  = []string{"spec", "replicas"}
)

// operatorOf returns what an operator makes of an object; is says whether it is known.
func operatorOf(o *object) (op operation, is bool) {
	if o.foreign == "" {
		return operation{}, false
	}
	op, is = operated[o.foreign]
	return op, is
}

// operated are the kinds of operators whose results are well known, as "group/Kind".
var operated = map[string]operation{
	"postgresql.cnpg.io/Cluster":                        {depgraph.KindDatastore, "", "%-rw %-ro %-r", instances, "cnpg.io/cluster"},
	"postgresql.cnpg.io/Pooler":                         {depgraph.KindService, "", "%", instances, "cnpg.io/poolerName"},
	"acid.zalan.do/postgresql":                          {depgraph.KindDatastore, "", "% %-repl %-pooler", []string{"spec", "numberOfInstances"}, "cluster-name"},
	"postgres-operator.crunchydata.com/PostgresCluster": {depgraph.KindDatastore, "", "%-primary %-replicas %-ha %-pgbouncer", nil, "postgres-operator.crunchydata.com/cluster"},
	"kafka.strimzi.io/Kafka":                            {depgraph.KindQueue, "", "%-kafka-bootstrap %-kafka-brokers %-zookeeper-client", []string{"spec", "kafka", "replicas"}, "strimzi.io/cluster"},
	"kafka.strimzi.io/KafkaConnect":                     {depgraph.KindService, "", "%-connect-api", replicas, ""},
	"kafka.strimzi.io/KafkaBridge":                      {depgraph.KindService, "", "%-bridge-service", replicas, ""},
	"elasticsearch.k8s.elastic.co/Elasticsearch":        {depgraph.KindDatastore, "", "%-es-http %-es-internal-http %-es-transport", nil, "elasticsearch.k8s.elastic.co/cluster-name"},
	"kibana.k8s.elastic.co/Kibana":                      {depgraph.KindService, "", "%-kb-http", []string{"spec", "count"}, "kibana.k8s.elastic.co/name"},
	"opensearch.opster.io/OpenSearchCluster":            {depgraph.KindDatastore, "", "%", nil, "opster.io/opensearch-cluster"},
	"rabbitmq.com/RabbitmqCluster":                      {depgraph.KindQueue, "", "% %-nodes", replicas, "app.kubernetes.io/name"},
	"mongodbcommunity.mongodb.com/MongoDBCommunity":     {depgraph.KindDatastore, "", "%-svc", []string{"spec", "members"}, ""},
	"psmdb.percona.com/PerconaServerMongoDB":            {depgraph.KindDatastore, "", "%-rs0 %-mongos", nil, ""},
	"pxc.percona.com/PerconaXtraDBCluster":              {depgraph.KindDatastore, "", "%-haproxy %-proxysql %-pxc", []string{"spec", "pxc", "size"}, ""},
	"mysql.oracle.com/InnoDBCluster":                    {depgraph.KindDatastore, "", "% %-instances", instances, ""},
	"k8s.mariadb.com/MariaDB":                           {depgraph.KindDatastore, "", "% %-primary %-secondary", replicas, ""},
	"redis.redis.opstreelabs.in/Redis":                  {depgraph.KindDatastore, "", "% %-headless", nil, ""},
	"redis.redis.opstreelabs.in/RedisReplication":       {depgraph.KindDatastore, "", "% %-headless", []string{"spec", "clusterSize"}, ""},
	"redis.redis.opstreelabs.in/RedisCluster":           {depgraph.KindDatastore, "", "%-leader %-follower", []string{"spec", "clusterSize"}, ""},
	"databases.spotahome.com/RedisFailover":             {depgraph.KindDatastore, "", "rfs-% rfr-% rfrm-%", []string{"spec", "redis", "replicas"}, ""},
	"app.redislabs.com/RedisEnterpriseDatabase":         {depgraph.KindDatastore, "", "%", nil, ""},
	"dragonflydb.io/Dragonfly":                          {depgraph.KindDatastore, "", "%", replicas, ""},
	"clickhouse.altinity.com/ClickHouseInstallation":    {depgraph.KindDatastore, "", "clickhouse-%", nil, "clickhouse.altinity.com/chi"},
	"scylla.scylladb.com/ScyllaCluster":                 {depgraph.KindDatastore, "", "%-client", nil, "scylla/cluster"},
	"minio.min.io/Tenant":                               {depgraph.KindDatastore, "", "minio %-hl %-console", nil, "v1.min.io/tenant"},
	"zookeeper.pravega.io/ZookeeperCluster":             {depgraph.KindDatastore, "", "%-client %-headless", replicas, ""},
	"k8s.keycloak.org/Keycloak":                         {depgraph.KindService, "", "%-service", instances, ""},
	"vault.banzaicloud.com/Vault":                       {depgraph.KindService, "", "%", []string{"spec", "size"}, "vault_cr"},
	"grafana.integreatly.org/Grafana":                   {depgraph.KindService, "", "%-service", nil, "app"},
	"opentelemetry.io/OpenTelemetryCollector":           {depgraph.KindService, "%-collector", "%-collector %-collector-headless", replicas, ""},
	"jaegertracing.io/Jaeger":                           {depgraph.KindService, "", "%-collector %-query %-agent", nil, ""},
	"monitoring.coreos.com/Prometheus":                  {depgraph.KindService, "prometheus-%", "prometheus-operated", replicas, "operator.prometheus.io/name"},
	"monitoring.coreos.com/PrometheusAgent":             {depgraph.KindService, "prom-agent-%", "", replicas, "operator.prometheus.io/name"},
	"monitoring.coreos.com/Alertmanager":                {depgraph.KindService, "alertmanager-%", "alertmanager-operated", replicas, ""},
	"monitoring.coreos.com/ThanosRuler":                 {depgraph.KindService, "thanos-ruler-%", "thanos-ruler-operated", replicas, ""},
	"triggers.tekton.dev/EventListener":                 {depgraph.KindService, "el-%", "el-%", []string{"spec", "resources", "kubernetesResource", "replicas"}, "eventlistener"},
	"sparkoperator.k8s.io/SparkApplication":             {depgraph.KindJob, "", "%-ui-svc", nil, ""},
	"flink.apache.org/FlinkDeployment":                  {depgraph.KindService, "", "% %-rest", nil, "app"},
	"nats.io/NatsCluster":                               {depgraph.KindQueue, "", "% %-mgmt", []string{"spec", "size"}, "nats_cluster"},
	"etcd.database.coreos.com/EtcdCluster":              {depgraph.KindDatastore, "", "% %-client", []string{"spec", "size"}, "etcd_cluster"},
	"cassandra.datastax.com/CassandraDatacenter":        {depgraph.KindDatastore, "", "", []string{"spec", "size"}, "cassandra.datastax.com/datacenter"},
	"operator.victoriametrics.com/VMSingle":             {depgraph.KindDatastore, "vmsingle-%", "vmsingle-%", replicas, ""},
	"operator.victoriametrics.com/VMCluster":            {depgraph.KindDatastore, "", "vmselect-% vminsert-% vmstorage-%", nil, ""},
	"operator.victoriametrics.com/VMAlertmanager":       {depgraph.KindService, "vmalertmanager-%", "vmalertmanager-%", nil, ""},
}

// emitOperated adds what an operator's object says beyond its kind: the Secrets that
// it names, the class of its volumes.
func (e *emitter) emitOperated(run *workload) {
	if _, is := operatorOf(run.object); !is {
		return
	}
	if run.group == monitoring {
		e.emitMonitoring(run)
		return
	}
	for _, n := range e.obvious(run.object, run.get("spec"), nil) {
		n.owner = run.id
		e.need(n)
	}
	e.walkClasses(run, run.get("spec"), 0)
}

// walkClasses adds the storage classes that an operator's object names.
func (e *emitter) walkClasses(run *workload, v strict.Value, depth int) {
	if depth > 20 {
		return
	}
	for item := range v.Items() {
		e.walkClasses(run, item, depth+1)
	}
	for k, item := range v.Fields() {
		if (k.Text == "storageClassName" || k.Text == "storageClass") && item.Text() != "" {
			e.need(need{owner: run.id, to: quiet(e.w.target(run.object, "StorageClass", "", item.Text())), phases: starts, via: depgraph.StoresOn, at: run.at(item)})
			continue
		}
		e.walkClasses(run, item, depth+1)
	}
}
