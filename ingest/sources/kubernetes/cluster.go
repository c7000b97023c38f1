package kubernetes

import (
	"path"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
)

// unnamed is what the one cluster is called of which the inputs do not say a name:
// kubeadm's default.
const unnamed = "kubernetes"

// inCluster is how Argo CD writes the cluster that it runs in.
const inCluster = "https://kubernetes.default.svc"

// assignClusters says which cluster each object belongs to, and returns the names of
// the clusters among the inputs, sorted. What is delivered to several clusters is
// copied, once for each.
func assignClusters(objects []*object) (out []*object, names []string) {
	c := clusters{defined: map[string][]string{}, byPath: map[string][]string{}}
	for _, o := range objects {
		c.see(o)
	}
	var last *ingest.File
	for _, o := range objects {
		if o.file != last {
			last = o.file
			c.name(clusterOfPath(o.file.Path()))
		}
	}
	c.deliveries(objects, directoriesOf(objects))
	slices.Sort(c.names)
	c.names = slices.Compact(c.names)
	out = make([]*object, 0, len(objects))
	one := []string{""}
	for _, o := range objects {
		in := c.of(o)
		if len(in) == 0 && len(c.names) == 1 {
			in = c.names
		}
		if len(in) == 0 {
			in = one
		}
		for i, name := range in {
			at := o
			if i > 0 {
				at = new(object)
				*at = *o
			}
			at.cluster = name
			out = append(out, at)
		}
	}
	return out, c.names
}

type clusters struct {
	names   []string
	defined map[string][]string // directory to the clusters that a file in it defines
	reach   []delivery
	byPath  map[string][]string // what ofPath said
}

// delivery is a directory whose objects a tool brings to a cluster.
type delivery struct {
	dir     string
	cluster string
}

func (c *clusters) name(s string) {
	if s != "" {
		c.names = append(c.names, s)
	}
}

// see takes note of an object that defines a cluster.
func (c *clusters) see(o *object) {
	if o.is(clusterAPI, "Cluster") {
		return // it is made from another cluster, in which its object and what lies beside it live
	}
	for _, name := range definedClusters(o) {
		c.name(name)
		dir := path.Dir(o.file.Path())
		if !slices.Contains(c.defined[dir], name) {
			c.defined[dir] = append(c.defined[dir], name)
		}
	}
}

// definedClusters returns the names of the clusters that an object defines.
func definedClusters(o *object) []string {
	switch {
	case !strings.HasSuffix(o.kind, "Cluster") && !strings.HasSuffix(o.kind, "Config"):
	case o.is("kops.k8s.io", "Cluster"), o.is("container.cnrm.cloud.google.com", "ContainerCluster"), o.is("eksctl.io", "ClusterConfig"),
		o.is("cluster.x-k8s.io", "Cluster"):
		if o.name != "" {
			return []string{o.name}
		}
	case o.is("", "Config"):
		var names []string
		for ctx := range o.get("contexts").Items() {
			if name := ctx.Get("name").Text(); name != "" && ctx.Get("context", "cluster").Exists() {
				names = append(names, name)
			}
		}
		return names
	}
	return nil
}

// clusterOfPath returns NAME for a file below a directory "clusters/NAME".
func clusterOfPath(p string) string {
	if !strings.Contains(p, "clusters") {
		return "" // as of most
	}
	dir := path.Dir(p)
	for end := len(dir); ; {
		at := strings.LastIndex(dir[:end], "clusters/")
		if at < 0 {
			return ""
		}
		if name, _, _ := strings.Cut(dir[at+len("clusters/"):], "/"); at == 0 || dir[at-1] == '/' {
			return name
		}
		end = at
	}
}

// deliveries collects which directories Argo CD and Flux bring to which cluster.
func (c *clusters) deliveries(objects []*object, dirs *directories) {
	var silent []delivery // of tools that do not say where they run, by their files
	deliver := func(tool *object, p, cluster string) {
		dir, ok := dirs.find(tool, p)
		switch {
		case ok && cluster != "":
			c.reach = append(c.reach, delivery{dir, cluster})
		case ok:
			silent = append(silent, delivery{dir, tool.file.Path()})
		}
	}
	for _, o := range objects {
		switch {
		case o.is("argoproj.io", "Application"):
			name := destination(o.get("spec", "destination"))
			if name == "" {
				name = clusterOfPath(o.file.Path())
			} else {
				c.name(name)
			}
			for _, p := range applicationPaths(o) {
				deliver(o, p, name)
			}
		case o.is("kustomize.toolkit.fluxcd.io", "Kustomization"):
			if p := fluxPath(o, objects); p != "" {
				deliver(o, p, clusterOfPath(o.file.Path()))
			}
		}
	}
	c.passOn(silent)
}

// mostTurns is how many tools deliver each other one after the other.
const mostTurns = 8

// passOn adds what tools deliver that are themselves delivered: to the clusters that they
// come to. Of each, the cluster is the path of its file.
func (c *clusters) passOn(silent []delivery) {
	have := map[delivery]bool{}
	for _, d := range c.reach {
		have[d] = true
	}
	for range mostTurns {
		before := len(c.reach)
		for _, d := range silent {
			for _, cluster := range c.reached(d.cluster) {
				if on := (delivery{d.dir, cluster}); !have[on] {
					have[on] = true
					c.reach = append(c.reach, on)
				}
			}
		}
		if len(c.reach) == before {
			return
		}
	}
}

// reached returns the clusters to which a file is delivered.
func (c *clusters) reached(p string) []string {
	var names []string
	for _, d := range c.reach {
		if below(d.dir, p) && !slices.Contains(names, d.cluster) {
			names = append(names, d.cluster)
		}
	}
	slices.Sort(names)
	return names
}

// destination returns the cluster of an Argo CD destination, "" for its own.
func destination(v strict.Value) string {
	if name := v.Get("name").Text(); name != "" {
		if name == "in-cluster" || strings.Contains(name, "{{") {
			return ""
		}
		return name
	}
	server := v.Get("server").Text()
	if server == "" || strings.HasPrefix(server, inCluster) || strings.Contains(server, "{{") {
		return ""
	}
	host := strings.TrimPrefix(strings.TrimPrefix(server, "https://"), "http://")
	host, _, _ = strings.Cut(host, "/")
	host, _, _ = strings.Cut(host, ":")
	return host
}

// of returns the clusters that an object belongs to, none where nothing says.
func (c *clusters) of(o *object) []string {
	if name := o.labels.get("kops.k8s.io/cluster"); name != "" {
		return []string{name}
	}
	if own := definedClusters(o); len(own) == 1 && o.group != "cluster.x-k8s.io" {
		return own
	}
	p := o.where()
	if name := clusterOfPath(p); name != "" {
		return []string{name}
	}
	if tool := o.delivered; tool != nil && tool.is("kustomize.toolkit.fluxcd.io", "Kustomization") {
		if name := clusterOfPath(tool.file.Path()); name != "" {
			return []string{name} // each tool of a fleet delivers a copy
		}
	}
	in, asked := c.byPath[p]
	if !asked {
		in = c.ofPath(p)
		c.byPath[p] = in
	}
	return in
}

// ofPath returns the clusters to which a file is delivered, or else those that are defined
// around it.
func (c *clusters) ofPath(p string) []string {
	if names := c.reached(p); len(names) > 0 {
		return names
	}
	for dir := path.Dir(p); ; dir = path.Dir(dir) {
		if in := c.defined[dir]; len(in) > 0 {
			if len(in) == 1 {
				return in
			}
			return nil
		}
		if dir == "." || dir == "/" {
			return nil
		}
	}
}

// where returns the path of the object's file, as if it stood in the overlay that brings
// it about.
func (o *object) where() string {
	if o.overlay != nil && o.overlay.dir != "" {
		return path.Join(o.overlay.dir, path.Base(o.file.Path()))
	}
	return o.file.Path()
}

// below says whether a file stands in a directory or below it.
func below(dir, file string) bool {
	return dir == "." || strings.HasPrefix(file, dir+"/")
}
