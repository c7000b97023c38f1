package kubernetes

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/words"
)

// unknownTrust is how sure a reference of an object of a kind is that nobody here knows.
const unknownTrust = 0.5

// silent are kinds that are understood and say nothing about dependencies, or whose
// part in them others read.
var silent = map[string]bool{
	"Namespace": true, "ServiceAccount": true, "Role": true, "RoleBinding": true, "ClusterRole": true, "ClusterRoleBinding": true, "Service": true,
	"Endpoints": true, "EndpointSlice": true, "LimitRange": true, "ResourceQuota": true, "PodDisruptionBudget": true, "PriorityClass": true,
	"RuntimeClass": true, "IngressClass": true, "Lease": true, "Event": true, "ControllerRevision": true, "PodSecurityPolicy": true, "Config": true,
	"CSIDriver": true, "CSINode": true, "VolumeAttachment": true, "CertificateSigningRequest": true, "PodTemplate": true, "ReplicaSet": true,
	"ValidatingAdmissionPolicy": true, "ValidatingAdmissionPolicyBinding": true, "MutatingAdmissionPolicy": true, "MutatingAdmissionPolicyBinding": true,
	"HorizontalPodAutoscaler": true, "ComponentStatus": true, "Binding": true, "FlowSchema": true, "PriorityLevelConfiguration": true,
	"Pod": true, "Job": true,
}

// silentGroups are groups of which the same holds, as a whole or for some kinds.
var silentKinds = map[string]bool{
	gatewayGroup + "/GatewayClass": true, gatewayGroup + "/HTTPRoute": true, gatewayGroup + "/GRPCRoute": true, gatewayGroup + "/TLSRoute": true,
	gatewayGroup + "/TCPRoute": true, gatewayGroup + "/UDPRoute": true, gatewayGroup + "/ReferenceGrant": true,
	"networking.istio.io/DestinationRule": true, "networking.istio.io/Sidecar": true, "networking.istio.io/WorkloadEntry": true,
	"security.istio.io/AuthorizationPolicy": true, "security.istio.io/PeerAuthentication": true,
	"policy.linkerd.io/Server": true, "policy.linkerd.io/ServerAuthorization": true, "policy.linkerd.io/AuthorizationPolicy": true,
	sourceGroup + "/GitRepository": true, sourceGroup + "/HelmRepository": true, sourceGroup + "/OCIRepository": true, sourceGroup + "/Bucket": true, sourceGroup + "/HelmChart": true,
	"notification.toolkit.fluxcd.io/Alert": true, "notification.toolkit.fluxcd.io/Provider": true, "notification.toolkit.fluxcd.io/Receiver": true,
	grafanaGroup + "/GrafanaDashboard": true, grafanaGroup + "/GrafanaFolder": true,
	"argoproj.io/AppProject": true, "secrets-store.csi.x-k8s.io/SecretProviderClass": true, "kops.k8s.io/Cluster": true, "eksctl.io/ClusterConfig": true,
	"container.cnrm.cloud.google.com/ContainerCluster": true, "metrics.k8s.io/PodMetrics": true, "metrics.k8s.io/NodeMetrics": true,
	"snapshot.storage.k8s.io/VolumeSnapshotClass": true, daprGroup + "/Subscription": true, daprGroup + "/Resiliency": true, "keda.sh/TriggerAuthentication": true, "keda.sh/ClusterTriggerAuthentication": true,
}

// emitUnknown follows what an object of an unknown kind obviously refers to, and
// notes that the rest was not understood.
func (e *emitter) emitUnknown(o *object) {
	kind := o.kind
	if o.group != "" {
		kind += " (" + o.group + ")"
	}
	node := strings.ToLower(o.kind)
	found := e.obvious(o, o.root, nil)
	if len(found) == 0 || o.name == "" || !validKind(node) {
		e.note(o.file, "%s is of a kind that is not understood; nothing in it was followed", kindAndName(kind, o))
		return
	}
	e.note(o.file, "%s is of a kind that is not understood; only its references to other objects were followed", kindAndName(kind, o))
	own := *o
	if depgraph.Kind(node).Family() != depgraph.FamilyOpen {
		node = "k8s-" + node // a word of the vocabulary: a Provider is no provider
	}
	own.id = depgraph.ID{Kind: depgraph.Kind(node), Name: o.name}
	if o.ns != "" {
		own.id.Name = o.ns + "/" + o.name
	}
	own.id.Name = e.w.clusterPrefix(o.cluster) + own.id.Name
	o.id, o.called, o.node, o.plain = own.id, "", nil, false
	e.define(o, depgraph.Node{})
	for _, n := range found {
		n.owner = o.id
		e.need(n)
	}
}

func kindAndName(kind string, o *object) string {
	if o.name == "" {
		return kind
	}
	return kind + " " + o.name
}

func validKind(s string) bool {
	_, err := depgraph.ParseID(s + ":x")
	return err == nil
}

// obvious returns the references below a value: fields such as secretName,
// configMapRef, serviceName, and anything with a kind and a name.
func (e *emitter) obvious(o *object, v strict.Value, found []need) []need {
	return e.walkObvious(o, v, found, 0)
}

func (e *emitter) walkObvious(o *object, v strict.Value, found []need, depth int) []need {
	if depth > 30 {
		return found
	}
	add := func(kind, ns string, name strict.Value) {
		if name.Text() == "" || strings.ContainsAny(name.Text(), " {$/") {
			return
		}
		n := need{phases: runs, confidence: unknownTrust, via: depgraph.Reads, at: o.at(name)}
		if kind == "Service" {
			n.to, n.via = quiet(e.w.serviceTarget(o, ns, name.Text())), depgraph.Calls
			if e.w.service(o, ns, name.Text()) == nil {
				return
			}
		} else {
			t := e.w.target(o, kind, ns, name.Text())
			if t.Name.Space != "id" && kind != "Secret" && kind != "ConfigMap" {
				return // what no input shows is no obvious reference
			}
			n.to = quiet(t)
		}
		if !slices.ContainsFunc(found, func(have need) bool { return have.to[0] == n.to[0] }) {
			found = append(found, n)
		}
	}
	for item := range v.Items() {
		found = e.walkObvious(o, item, found, depth+1)
	}
	for k, item := range v.Fields() {
		key := words.Lower(k.Text)
		if depth == 0 && (key == "metadata" || key == "status") {
			continue
		}
		ns := firstOf(item.Get("namespace").Text(), o.ns)
		switch {
		case item.Type() == strict.String && (strings.HasSuffix(key, "secretname") || key == "existingsecret"):
			add("Secret", o.ns, item)
		case item.Type() == strict.String && (strings.HasSuffix(key, "configmapname") || key == "configmap"):
			add("ConfigMap", o.ns, item)
		case item.Type() == strict.String && strings.HasSuffix(key, "servicename"):
			add("Service", o.ns, item)
		case item.Type() == strict.Map && strings.HasSuffix(key, "ref") && item.Get("kind").Exists():
			kind := item.Get("kind").Text()
			if group := groupOf(firstOf(item.Get("apiVersion").Text(), item.Get("group").Text()+"/x")); group != "" && e.w.find(o, kind+"."+group, ns, item.Get("name").Text()) != nil {
				kind += "." + group
			}
			add(kind, ns, item.Get("name"))
		case item.Get("name").Exists() && (strings.HasSuffix(key, "secretref") || strings.HasSuffix(key, "secretkeyref")):
			add("Secret", ns, item.Get("name"))
		case item.Get("name").Exists() && (strings.HasSuffix(key, "configmapref") || strings.HasSuffix(key, "configmapkeyref")):
			add("ConfigMap", ns, item.Get("name"))
		default:
			found = e.walkObvious(o, item, found, depth+1)
		}
	}
	return found
}
