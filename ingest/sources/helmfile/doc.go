// Package helmfile reads what helmfile installs: the releases of a helmfile, the
// charts they are made of, and what they wait for. The format is that of
// https://helmfile.readthedocs.io/en/latest/#configuration.
//
// A chart is not among the inputs, only that it is installed. What it installs stands
// for one workload of the release's name, service:NAMESPACE/RELEASE, as the Kubernetes
// source does for a HelmRelease; where several clusters are named it is
// service:CLUSTER/NAMESPACE/RELEASE. A manifest of that name is the same node. Whoever
// runs "helmfile -f FILE apply" deploys the releases that FILE lists.
package helmfile
