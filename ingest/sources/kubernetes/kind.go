package kubernetes

import (
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// The kinds that are nodes without a word of the core vocabulary.
const (
	kindIssuer      depgraph.Kind = "issuer"      // cert-manager Issuer, ClusterIssuer
	kindSecretStore depgraph.Kind = "secretstore" // external-secrets SecretStore, ClusterSecretStore
)

// templates says where the pod template of a workload stands. An empty path is
// the object itself.
var templates = map[string][]string{
	"Deployment":            {"spec", "template"},
	"StatefulSet":           {"spec", "template"},
	"DaemonSet":             {"spec", "template"},
	"ReplicaSet":            {"spec", "template"},
	"ReplicationController": {"spec", "template"},
	"DeploymentConfig":      {"spec", "template"},
	"Job":                   {"spec", "template"},
	"CronJob":               {"spec", "jobTemplate", "spec", "template"},
	"Pod":                   {},
}

// foreignTemplates is the same for kinds outside the built-in groups, as "group/Kind".
var foreignTemplates = map[string][]string{
	"argoproj.io/Rollout":                     {"spec", "template"},
	"actions.github.com/AutoscalingRunnerSet": {"spec", "template"},
	"actions.summerwind.dev/RunnerDeployment": {"spec", "template"},
	"actions.summerwind.dev/RunnerSet":        {"spec", "template"},
	"serving.knative.dev/Service":             {"spec", "template"},
	"serving.knative.dev/Configuration":       {"spec", "template"},
	"keda.sh/ScaledJob":                       {"spec", "jobTargetRef", "template"},
	"apps.kruise.io/CloneSet":                 {"spec", "template"},
	"apps.kruise.io/StatefulSet":              {"spec", "template"},
	"apps.kruise.io/DaemonSet":                {"spec", "template"},
}

// templatePath returns where the pod template of an object stands; ok is false for
// what is no workload.
func templatePath(o *object) (path []string, ok bool) {
	if o.group == "" {
		path, ok = templates[o.kind]
		return path, ok
	}
	path, ok = foreignTemplates[o.foreign]
	return path, ok
}

// clusterScoped says whether objects of a kind belong to no namespace.
func clusterScoped(group, kind string) bool {
	switch group {
	case "":
		switch kind {
		case "Namespace", "Node", "PersistentVolume", "StorageClass", "VolumeAttachment", "CSIDriver", "CSINode", "ClusterRole", "ClusterRoleBinding",
			"CustomResourceDefinition", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "ValidatingAdmissionPolicy",
			"ValidatingAdmissionPolicyBinding", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "APIService", "PriorityClass",
			"RuntimeClass", "IngressClass", "PodSecurityPolicy", "ComponentStatus", "CertificateSigningRequest", "FlowSchema",
			"PriorityLevelConfiguration", "Config":
			return true
		}
		return false
	case "gateway.networking.k8s.io":
		return kind == "GatewayClass"
	case "karpenter.sh", "karpenter.k8s.aws", "karpenter.azure.com", "karpenter.k8s.gcp":
		return true
	case "kops.k8s.io", "eksctl.io":
		return true
	case "snapshot.storage.k8s.io", "groupsnapshot.storage.k8s.io":
		return strings.HasSuffix(kind, "Class") || strings.HasSuffix(kind, "Content")
	case "cluster.x-k8s.io", "postgresql.cnpg.io":
		return false
	case "cilium.io":
		return kind != "CiliumNetworkPolicy" && kind != "CiliumEnvoyConfig" && kind != "CiliumEndpoint"
	case "kyverno.io", "cert-manager.io", "external-secrets.io", "generators.external-secrets.io", "trust.cert-manager.io":
		return strings.HasPrefix(kind, "Cluster") || kind == "Bundle"
	case "keda.sh":
		return kind == "ClusterTriggerAuthentication"
	}
	if strings.HasSuffix(group, ".crossplane.io") || strings.HasSuffix(group, ".upbound.io") {
		return !strings.Contains(group, ".m.") // the first generation of Crossplane's resources
	}
	return strings.HasPrefix(kind, "Cluster") && kind != "Cluster"
}

// idOf returns the id of an object without its cluster, zero for kinds that are
// no nodes.
func idOf(o *object) depgraph.ID {
	id, _ := naming(o)
	return id
}

// naming returns the same, and the id as text, of which its name is a part.
func naming(o *object) (id depgraph.ID, called string) {
	kind, global := nodeKind(o)
	name := o.name
	if op, is := operatorOf(o); is && op.name != "" {
		name = strings.ReplaceAll(op.name, "%", name)
	}
	switch {
	case kind == "" || o.name == "":
		return depgraph.ID{}, ""
	case kind == depgraph.KindTool:
		called = string(kind) + ":" + toolPrefix(o) + "/" + o.ns + "/" + name
	case global || o.ns == "":
		called = string(kind) + ":" + name
	default:
		called = string(kind) + ":" + o.ns + "/" + name
	}
	return depgraph.ID{Kind: kind, Name: called[len(kind)+1:]}, called
}

func toolPrefix(o *object) string {
	switch {
	case o.group == "argoproj.io":
		return "argocd"
	case o.group == tektonGroup && o.kind != "Pipeline": // a task may be called as the pipeline that it is of
		return "tekton/" + strings.ToLower(o.kind)
	case o.group == tektonGroup:
		return "tekton"
	}
	return "flux"
}

// nodeKind returns what sort of node an object is, "" for none; global says that
// no namespace belongs to its name.
func nodeKind(o *object) (kind depgraph.Kind, global bool) {
	if o.group == "" {
		switch o.kind {
		case "Job", "CronJob":
			return depgraph.KindJob, false
		case "Ingress":
			return depgraph.KindGateway, false
		case "ConfigMap":
			return depgraph.KindConfig, false
		case "Secret":
			return depgraph.KindSecret, false
		case "PersistentVolumeClaim":
			return depgraph.KindVolume, false
		case "PersistentVolume":
			return depgraph.KindVolume, true
		case "StorageClass":
			return depgraph.KindStorageClass, true
		case "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration":
			return depgraph.KindWebhook, true
		case "Node":
			return depgraph.KindHost, true
		}
		if _, workload := templates[o.kind]; workload {
			return depgraph.KindService, false
		}
		return "", false
	}
	switch o.foreign {
	case "keda.sh/ScaledJob":
		return depgraph.KindJob, false
	case "gateway.networking.k8s.io/Gateway", "networking.istio.io/Gateway", "route.openshift.io/Route":
		return depgraph.KindGateway, false
	case "argoproj.io/Application", "argoproj.io/ApplicationSet", "kustomize.toolkit.fluxcd.io/Kustomization", "helm.toolkit.fluxcd.io/HelmRelease",
		tektonGroup + "/Pipeline", tektonGroup + "/Task", tektonGroup + "/ClusterTask", tektonGroup + "/PipelineRun", tektonGroup + "/TaskRun":
		return depgraph.KindTool, false
	case "cert-manager.io/Certificate":
		return depgraph.KindCertificate, false
	case "cert-manager.io/Issuer", "cert-manager.io/ClusterIssuer":
		return kindIssuer, false
	case "external-secrets.io/SecretStore", "external-secrets.io/ClusterSecretStore":
		return kindSecretStore, false
	}
	if _, workload := foreignTemplates[o.foreign]; workload {
		return depgraph.KindService, false
	}
	if op, ok := operatorOf(o); ok {
		return op.kind, false
	}
	switch {
	case isTraefik(o.group) && strings.HasPrefix(o.kind, "IngressRoute"):
		return depgraph.KindGateway, false
	case isManaged(o):
		return managedKind(o), false
	}
	if pools[o.foreign] {
		return depgraph.KindNodePool, true
	}
	return "", false
}
