package kubernetes

import (
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
)

const externalSecrets = "external-secrets.io"

// emitExternalSecret adds that a Secret is made of what a store holds. The Secret
// stays when the store is lost, but cannot be made again.
func (e *emitter) emitExternalSecret(o *object) {
	spec := o.get("spec")
	if o.kind == "ClusterExternalSecret" {
		return // it makes one in each namespace of a selection: noted as such
	}
	name := spec.Get("target", "name")
	if name.Text() == "" {
		name = o.get("metadata", "name")
	}
	stores := []strict.Value{spec.Get("secretStoreRef")}
	for _, list := range []string{"data", "dataFrom"} {
		for item := range spec.Get(list).Items() {
			stores = append(stores, item.Get("sourceRef", "storeRef"))
		}
	}
	for _, ref := range stores {
		if ref.Get("name").Text() != "" {
			e.need(need{owner: e.secretID(o, name), to: quiet(e.store(o, ref)), phases: deploys, via: depgraph.SecretFrom, at: o.at(ref)})
		}
	}
}

// store returns the SecretStore that a reference names.
func (e *emitter) store(o *object, ref strict.Value) target {
	kind, ns := ref.Get("kind").Text(), o.ns
	switch kind {
	case "":
		kind = "SecretStore"
	case "ClusterSecretStore":
		ns = ""
	}
	return e.w.target(o, kind, ns, ref.Get("name").Text())
}

// emitSecretStore adds a SecretStore or ClusterSecretStore: the vault behind it, the
// Secret it logs in with, and its controller.
func (e *emitter) emitSecretStore(o *object) {
	e.define(o, depgraph.Node{})
	provider := o.get("spec", "provider")
	e.emitStrings(o, provider, text{phases: runs})
	e.emitSecretRefs(o, provider, runs)
	for cloud, host := range provider.Fields() {
		if api := cloudAPIs[cloud.Text]; api != "" {
			e.need(need{owner: o.id, to: hostOf(e, o, api), phases: runs, via: depgraph.Calls, at: o.at(host)})
		}
	}
	e.emitManager(o, externalSecrets, "external-secrets")
}

// cloudAPIs are the hosts of the secret stores that a provider's name stands for.
var cloudAPIs = map[string]string{
	"aws": "secretsmanager.amazonaws.com", "gcpsm": "secretmanager.googleapis.com", "azurekv": "vault.azure.net", "oracle": "vaults.oraclecloud.com",
	"doppler": "api.doppler.com", "onepasswordSDK": "my.1password.com", "bitwardensecretsmanager": "vault.bitwarden.com", "infisical": "app.infisical.com",
}

// emitManager adds the controller that acts on an object, where the inputs show it.
func (e *emitter) emitManager(o *object, what, base string) {
	for _, run := range e.w.ofImage(o, base) {
		if !saysWord(run, "webhook") && !saysWord(run, "certcontroller") {
			e.need(need{owner: o.id, to: to(run.id), phases: runs, via: "carried-by", at: o.here(), confidence: 0.8, note: "the controller of " + what})
		}
	}
}

// emitSealedSecret adds that a Secret is unsealed by the controller of its cluster.
func (e *emitter) emitSealedSecret(o *object) {
	secret := e.secretID(o, o.get("metadata", "name"))
	for _, run := range e.w.ofImage(o, "sealed-secrets-controller", "bitnami-sealed-secrets-controller") {
		e.need(need{owner: secret, to: to(run.id), phases: deploys, via: "decrypted-by", at: o.here()})
	}
}

// emitProviderClass adds what a volume of the secrets store driver fetches whenever
// a pod starts.
func (e *emitter) emitProviderClass(run *workload, csi field) {
	name := csi.get("volumeAttributes", "secretProviderClass")
	if csi.get("driver").text() != "secrets-store.csi.k8s.io" || name.text() == "" {
		return
	}
	class := e.w.find(run.object, "SecretProviderClass.secrets-store.csi.x-k8s.io", run.ns, name.text())
	if class == nil {
		return
	}
	parameters := class.get("spec", "parameters")
	for k, v := range parameters.Fields() {
		e.emitText(run, field{v: v, f: class.file}, v.Text(), text{key: k.Text, phases: starts, note: "through " + class.name})
	}
	host := map[string]string{"azure": "vault.azure.net", "aws": "secretsmanager.amazonaws.com", "gcp": "secretmanager.googleapis.com"}[class.get("spec", "provider").Text()]
	if host != "" {
		e.need(need{owner: run.id, to: hostOf(e, run.object, host), phases: starts, via: depgraph.SecretFrom, at: name.at()})
	}
}

// emitInjector adds the Vault that an agent beside the containers fetches secrets from
// when a pod starts, and renews them from.
func (e *emitter) emitInjector(run *workload) {
	if inject := run.pod.annotation("vault.hashicorp.com/agent-inject"); inject.text() != "true" {
		return
	}
	at := run.pod.annotation("vault.hashicorp.com/agent-inject")
	if service := run.pod.annotation("vault.hashicorp.com/service"); service.exists() {
		e.emitText(run, service, service.text(), text{key: "address", phases: starts})
		return
	}
	for _, other := range e.w.ofImage(run.object, "vault") {
		if other != run && other.kind == "StatefulSet" {
			e.need(need{owner: run.id, to: to(other.id), phases: starts, via: depgraph.SecretFrom, at: at.at(), confidence: 0.8, note: "the Vault of its cluster"})
		}
	}
}
