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
	c := clusters{defined: map[string][]string{}}
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
	for _, o := range objects {
		in := c.of(o)
		if len(in) == 0 && len(c.names) == 1 {
			in = c.names
		}
		if len(in) == 0 {
			in = []string{""}
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
func (c *clusters) deliveries(objects []*object, dirs directories) {
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
				c.deliver(dirs, o, p, name)
			}
		case o.is("kustomize.toolkit.fluxcd.io", "Kustomization"):
			if p := fluxPath(o, objects); p != "" {
				c.deliver(dirs, o, p, clusterOfPath(o.file.Path()))
			}
		}
	}
}

func (c *clusters) deliver(dirs directories, tool *object, p, cluster string) {
	if dir, ok := dirs.find(tool, p); ok && cluster != "" {
		c.reach = append(c.reach, delivery{dir, cluster})
	}
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
	if name := o.labels["kops.k8s.io/cluster"]; name != "" {
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
	var names []string
	for _, d := range c.reach {
		if below(d.dir, p) && !slices.Contains(names, d.cluster) {
			names = append(names, d.cluster)
		}
	}
	if len(names) > 0 {
		slices.Sort(names)
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

// directories are all directories in which the inputs hold objects, or overlays that
// bring them about, at any depth.
type directories map[string]bool

func directoriesOf(objects []*object) directories {
	d := directories{}
	var last *ingest.File
	for _, o := range objects {
		if o.file == last && o.overlay == nil {
			continue
		}
		last = o.file
		for _, from := range []string{o.file.Path(), o.where()} {
			for dir := path.Dir(from); !d[dir]; dir = path.Dir(dir) {
				d[dir] = true
			}
		}
	}
	return d
}

// find returns the directory of the inputs that a tool's path names. The path
// counts from the root of a repository, which is one of the directories around the
// tool's own file, or else anywhere, if there is one such directory only.
func (d directories) find(tool *object, p string) (dir string, ok bool) {
	p = strings.Trim(path.Clean("/"+p), "/")
	if p == "" {
		return "", false
	}
	for root := path.Dir(tool.file.Path()); ; root = path.Dir(root) {
		if candidate := path.Join(root, p); d[candidate] {
			dir, ok = candidate, true // the outermost counts: repositories are not nested
		}
		if root == "." || root == "/" {
			break
		}
	}
	if ok {
		return dir, true
	}
	for candidate := range d {
		if strings.HasSuffix(candidate, "/"+p) {
			if ok {
				return "", false
			}
			dir, ok = candidate, true
		}
	}
	return dir, ok
}
