// Package kubernetes reads Kubernetes objects and all that arrives in one stream
// with them: Argo CD, Flux, Kustomize, cert-manager, external-secrets, the objects
// of the Prometheus operator, Istio, the Gateway API and the node pools of kops,
// Karpenter, eksctl and Cluster API.
//
// All files of a run are one unit. Reading goes in steps: documents become objects
// (on all cores), kustomizations say which of them are meant and with what changes,
// every object gets its namespace, its cluster and, where a repository holds several
// versions of one workload, its edition; then an index of everything, the world, is
// turned into definitions, bindings and references, single-threaded.
//
// A Service is a name and no node: the linker follows it to the workloads that it
// selects. Strings are read by package address; of Secrets only names and keys are.
//
// Limits: charts and templates are not rendered, CEL is not evaluated, JSON patches
// are applied where they touch replicas and variables only.
package kubernetes
