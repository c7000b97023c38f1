package kubernetes

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads Kubernetes manifests and everything that arrives with them.
var Source = ingest.Define(ingest.Spec{Name: "kubernetes", Doc: doc}, ingest.NoParams, claim, read)

var doc = ingest.Doc{
	Title: "Kubernetes manifests, Argo CD, Flux, Kustomize and the objects of common operators",
	Text: "Workloads and what they need: the Services that their variables, arguments, probes and ConfigMaps name, configurations of proxies included, volumes and their zones, " +
		"images and registries, identities, node pools and clusters, admission webhooks, certificates and secret stores, who deploys and who watches them.",
	Reads: []string{
		"YAML and JSON with apiVersion and kind, lists and dumps of kubectl included",
		"kustomization.yaml: resources, components, patches, namespace, names, images, replicas, generators",
		"Chart.yaml and values.yaml: dependencies and images; Flux HelmRelease and Argo CD values, also those in ConfigMaps that are generated",
		"kops, eksctl, Karpenter and Cluster API objects: node pools and zones; Crossplane's managed resources",
		"Pipelines, Tasks and their runs of Tekton: what they run, read and apply; the listeners of its triggers",
		"Traefik's routes and middlewares; Dapr's components; the keys that open what SOPS encrypted",
	},
	Limits: "Charts and templates are rendered with --render alone: without it an unrendered template is a partial input. The values of Secrets are never read. " +
		"Objects of unknown kinds are noted, and only their references by kind and name are followed. CEL expressions are not evaluated.",
	Since: "0.1",
}

// read reads all Kubernetes objects of a run together, so that they find each other.
func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	charts := chartsOf(u)
	refuse := func(f *ingest.File, data []byte) error { return unrendered(f, data, charts, u.Limits) }
	documents, err := ingest.EachUnless(ctx, u, refuse, readDocument)
	if err != nil {
		return &link.Fragment{}, err
	}
	in := gather(documents)
	for i := range documents {
		documents[i].objects = nil // the others are for what was gathered
	}
	for _, f := range u.Files {
		in.files[f.Path()] = true
	}
	objects, unresolved := deliver(in.build()), in.unresolved
	settleNamespaces(objects)
	objects, names := assignClusters(objects)
	objects, clashes := assignEditions(objects)
	e := newEmitter(newWorld(objects, names))
	for _, d := range documents {
		if d.values.Exists() {
			e.values[d.file.Path()] = d
		}
	}
	e.f.Unresolved = append(e.f.Unresolved, clashes...)
	e.f.Unresolved = append(e.f.Unresolved, unresolved...)
	e.emit()
	return e.f, nil
}

// document is what one document of the input holds.
type document struct {
	file          *ingest.File
	objects       []*object
	kustomization *kustomization
	values        strict.Value // of a chart
}

func readDocument(f *ingest.File, doc strict.Document) document {
	switch base := path.Base(f.Path()); {
	case isKustomization(f.Path(), doc.Root):
		return document{file: f, kustomization: readKustomization(f, doc.Root)}
	case isChart(f.Path()):
		noteChart(f, doc.Root)
		return document{file: f}
	case valuesFile.MatchString(base) && !doc.Root.Get("apiVersion").Exists():
		noteValues(f, doc.Root)
		return document{file: f, values: doc.Root}
	}
	objects := readObjects(f, doc.Root)
	if len(objects) == 0 && doc.Root.Get("kind").Text() == "" {
		f.Note("line %d: a document without kind is no object", max(1, doc.Root.Line()))
	}
	return document{file: f, objects: slices.DeleteFunc(objects, isChartTest)}
}

// isChartTest says whether an object is there only while "helm test" runs (Helm
// documentation, "Chart Tests").
func isChartTest(o *object) bool {
	hooks := o.annotation("helm.sh/hook").Text()
	if hooks == "" {
		return false
	}
	for hook := range strings.SplitSeq(hooks, ",") {
		if hook = strings.TrimSpace(hook); hook == "test" || hook == "test-success" || hook == "test-failure" {
			return true
		}
	}
	return false
}

func newEmitter(w *world) *emitter {
	nodes := 0
	for _, o := range w.objects {
		if !o.id.IsZero() {
			nodes++
		}
	}
	return &emitter{
		w: w, f: &link.Fragment{Packed: &link.Packed{}}, nodes: make(map[depgraph.ID]*node, nodes),
		control: map[string]*control{}, areas: map[string]*area{}, zones: map[depgraph.ID]bool{},
		repos: map[string]bool{}, values: map[string]document{}, registries: map[string][]target{}, readings: map[reading]*sharedText{}, entering: map[sightRef][]admitted{}, syncs: map[sightRef]fluxSource{}, watching: newWatching(), istio: map[*object][]route{},
	}
}

// emit turns the world into definitions, bindings and references. What others look
// up comes first: areas and control planes, autoscalers, applications, shares.
func (e *emitter) emit() {
	for _, o := range e.w.objects {
		if o.is("", "HorizontalPodAutoscaler") || o.is("keda.sh", "ScaledObject") {
			e.autoscale(o)
		}
	}
	e.findAreas()
	e.findControl()
	e.findApplications()
	e.emitAreas()
	e.collectHosts()
	e.countShares()
	e.countCredentials()
	e.checkProxies()
	for _, o := range e.w.objects {
		if run := o.run; run != nil {
			e.emitWorkload(run)
		}
	}
	for _, o := range e.w.objects {
		e.emitObject(o)
	}
	for _, o := range e.w.objects {
		e.emitLate(o)
	}
	e.emitWatched()
	e.emitServices()
	e.fronts.bind(e)
	e.emitImages()
	e.emitWebhooks()
	e.emitImplied()
}

// emitLate adds the objects that need what others have collected.
func (e *emitter) emitLate(o *object) {
	switch {
	case o.is("networking.istio.io", "Gateway"):
		e.emitIstioGateway(o)
	case o.is(monitoring, "PrometheusRule"):
		e.emitRules(o)
	case o.is("", "CustomResourceDefinition"):
		e.emitConversion(o)
	}
}

// emitObject adds an object that is no workload.
func (e *emitter) emitObject(o *object) {
	if o.group == "" {
		e.emitBuiltin(o)
		return
	}
	switch o.foreign {
	case gatewayGroup + "/Gateway":
		e.emitGateway(o)
	case gatewayGroup + "/HTTPRoute", gatewayGroup + "/GRPCRoute", "policy.linkerd.io/HTTPRoute":
		e.emitMeshRoute(o)
	case "networking.istio.io/VirtualService":
		e.emitVirtualService(o)
	case "networking.istio.io/ServiceEntry":
		e.emitServiceEntry(o)
	case "networking.istio.io/Gateway", monitoring + "/PrometheusRule":
	case "security.istio.io/RequestAuthentication":
		e.emitJWT(o)
	case "linkerd.io/ServiceProfile":
		e.emitServiceProfile(o)
	case "cilium.io/CiliumNetworkPolicy", "cilium.io/CiliumClusterwideNetworkPolicy":
		e.emitCiliumPolicy(o)
	case "route.openshift.io/Route":
		e.emitOpenShiftRoute(o)
	case "keda.sh/ScaledObject":
		e.emitAutoscaler(o)
	case "cert-manager.io/Certificate":
		e.emitCertificate(o)
	case "cert-manager.io/Issuer", "cert-manager.io/ClusterIssuer":
		e.emitIssuer(o)
	case externalSecrets + "/ExternalSecret", externalSecrets + "/ClusterExternalSecret":
		e.emitExternalSecret(o)
	case externalSecrets + "/SecretStore", externalSecrets + "/ClusterSecretStore":
		e.emitSecretStore(o)
	case "bitnami.com/SealedSecret":
		e.emitSealedSecret(o)
	case monitoring + "/ServiceMonitor", monitoring + "/PodMonitor":
		e.emitMonitor(o)
	case monitoring + "/AlertmanagerConfig":
		e.emitReceivers(o)
	case "argoproj.io/Application", "argoproj.io/ApplicationSet":
		e.emitApplication(o)
	case kustomizeGroup + "/Kustomization":
		e.emitFluxKustomization(o)
	case monitoring + "/Probe", monitoring + "/ScrapeConfig":
		e.emitTargets(o)
	case grafanaGroup + "/GrafanaDatasource":
		e.emitDatasource(o)
	case helmGroup + "/HelmRelease":
		e.emitHelmRelease(o)
	case tektonGroup + "/Pipeline", tektonGroup + "/Task", tektonGroup + "/ClusterTask", tektonGroup + "/PipelineRun", tektonGroup + "/TaskRun":
		e.emitTekton(o)
	case daprGroup + "/Component":
		e.emitDaprComponent(o)
	case daprGroup + "/Configuration":
		e.emitDaprConfiguration(o)
	case releaseGroup + "/Release":
		// A workload, emitted as such.
	case clusterAPI + "/Cluster":
		e.emitFleet(o)
	default:
		switch {
		case isTraefik(o.group) && strings.HasPrefix(o.kind, "IngressRoute"):
			e.emitTraefikRoute(o)
			return
		case isTraefik(o.group):
			return // read where a route names it
		case isManaged(o):
			e.emitManaged(o)
			return
		}
		if o.run == nil && !pools[o.foreign] && !silentKinds[o.foreign] {
			e.emitUnknown(o)
		}
	}
}

// emitBuiltin adds an object of a built-in kind that is no workload.
func (e *emitter) emitBuiltin(o *object) {
	switch o.kind {
	case "ConfigMap", "Secret":
		e.define(o, depgraph.Node{})
		e.emitTracking(o)
		e.emitSops(o)
	case "PersistentVolumeClaim":
		e.emitClaim(o)
	case "PersistentVolume":
		e.emitPersistentVolume(o)
	case "StorageClass":
		e.emitStorageClass(o)
	case "Ingress":
		e.emitIngress(o)
		e.emitTracking(o)
	case "NetworkPolicy":
		e.emitPolicy(o)
	case "HorizontalPodAutoscaler":
		e.emitAutoscaler(o)
	case "PodDisruptionBudget":
		e.noteBudget(o)
	case "APIService":
		e.emitAPIService(o)
	case "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "CustomResourceDefinition", "Node":
	default:
		if o.run == nil && !silent[o.kind] {
			e.emitUnknown(o)
		}
	}
}

// collectHosts takes note of the public hosts that gateways answer to, so that a bare
// use of one is known for a reference.
func (e *emitter) collectHosts() {
	for _, o := range e.w.objects {
		if o.is("", "Ingress") {
			for rule := range o.get("spec", "rules").Items() {
				if host := rule.Get("host").Text(); host != "" {
					e.w.hosts[hostRef{o.cluster, host}] = true
				}
			}
		}
	}
}

// settleNamespaces gives what belongs to a namespace and states none the default one,
// and takes a namespace from what belongs to none.
func settleNamespaces(objects []*object) {
	for _, o := range objects {
		switch {
		case clusterScoped(o.group, o.kind):
			o.ns = ""
		case o.ns == "":
			o.ns = "default"
		}
	}
}
