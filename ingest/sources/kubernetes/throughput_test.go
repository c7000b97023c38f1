package kubernetes

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
	sigs "sigs.k8s.io/yaml"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
)

// The benchmarks here write manifests to files and read them in a process of their
// own, one a measurement, so that what one of them takes is no other's.

// corpus is where real manifests lie, beside the checkout. They are no part of the project.
const corpus = "../../../../shared/corpus"

// megabytes is how much the benchmarks read, as YAML: 4, or FATELINE_MANIFESTS_MB.
func megabytes() int {
	if n, err := strconv.Atoi(os.Getenv("FATELINE_MANIFESTS_MB")); err == nil && n > 0 {
		return n
	}
	return 4
}

// application is one invented application of an estate: what clusters hold most of.
const application = `---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-{i}
  namespace: team-{team}
  labels:
    app.kubernetes.io/name: app-{i}
    app.kubernetes.io/part-of: shop
  annotations:
    deployment.kubernetes.io/revision: "3"
    docs.example.com/page: https://docs.example.com/apps/{i}
spec:
  replicas: 3
  revisionHistoryLimit: 5
  selector:
    matchLabels:
      app.kubernetes.io/name: app-{i}
  strategy:
    rollingUpdate:
      maxSurge: 25%
      maxUnavailable: 0
  template:
    metadata:
      labels:
        app.kubernetes.io/name: app-{i}
    spec:
      serviceAccountName: app-{i}
      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
      containers:
      - name: main
        image: registry.example.com/shop/app-{i}:1.{peer}.0
        imagePullPolicy: IfNotPresent
        args: ["serve", "--listen=:8080", "--peer=http://app-{peer}.team-{peerteam}.svc:8080"]
        env:
        - name: STORE_ADDR
          value: store-{team}:5432
        - name: LOG_LEVEL
          value: info
        - name: TOKEN
          valueFrom:
            secretKeyRef:
              name: app-{i}
              key: token
        ports:
        - name: http
          containerPort: 8080
          protocol: TCP
        readinessProbe:
          httpGet:
            path: /ready
            port: http
          initialDelaySeconds: 5
          periodSeconds: 10
        resources:
          requests:
            cpu: 100m
            memory: 128Mi
          limits:
            memory: 256Mi
        volumeMounts:
        - name: settings
          mountPath: /etc/app
          readOnly: true
      volumes:
      - name: settings
        configMap:
          name: app-{i}
---
apiVersion: v1
kind: Service
metadata:
  name: app-{i}
  namespace: team-{team}
  labels:
    app.kubernetes.io/name: app-{i}
spec:
  selector:
    app.kubernetes.io/name: app-{i}
  ports:
  - name: http
    port: 8080
    targetPort: http
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: app-{i}
  namespace: team-{team}
data:
  app.properties: |
    # generated for app-{i}
    server.port=8080
    store.url=postgresql://store-{team}:5432/app
    cache.ttl=300
    feature.checkout=true
    feature.invoices=false
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: app-{i}
  namespace: team-{team}
rules:
- apiGroups: [""]
  resources: ["configmaps", "secrets"]
  verbs: ["get", "list", "watch"]
`

// estate is manifests that are written again and again, with other numbers each time.
type estate struct {
	documents []manifest
	number    func(i int) *strings.Replacer // what stands for the numbers in copy i
}

// manifest is one object in the forms in which it is written.
type manifest struct{ yaml, indented, compact string }

// invented is what clusters hold most of.
func invented(tb testing.TB) estate {
	tb.Helper()
	e := estate{number: func(i int) *strings.Replacer {
		peer := max(0, i-7)
		return strings.NewReplacer("{i}", strconv.Itoa(i), "{team}", strconv.Itoa(i/100), "{peer}", strconv.Itoa(peer), "{peerteam}", strconv.Itoa(peer/100))
	}}
	raws, err := strict.Split([]byte(application))
	if err != nil {
		tb.Fatal(err)
	}
	for _, raw := range raws {
		e.documents = append(e.documents, inForms(tb, raw.Text()))
	}
	return e
}

// inForms returns one document, which may have comments, in every form.
func inForms(tb testing.TB, text []byte) manifest {
	tb.Helper()
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		tb.Fatal(err)
	}
	indented, err := json.MarshalIndent(v, "        ", "    ")
	if err != nil {
		tb.Fatal(err)
	}
	compact, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return manifest{"---\n" + strings.TrimPrefix(string(text), "---\n"), "        " + string(indented), string(compact)}
}

// real is the objects of the corpus, each once, but for templates and kustomizations.
// Copies differ in their namespaces, and in the names of what has none. ok is false
// where the corpus is not there.
func real(tb testing.TB) (e estate, ok bool) {
	tb.Helper()
	if _, err := os.Stat(filepath.Join(corpus, "SETS.tsv")); err != nil {
		return estate{}, false
	}
	seen := map[[3]string]bool{}
	err := filepath.WalkDir(corpus, func(path string, d fs.DirEntry, err error) error {
		if ending := filepath.Ext(path); err != nil || d.IsDir() || ending != ".yaml" && ending != ".yml" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil || bytes.Contains(data, []byte("{{")) {
			return err
		}
		set, _, _ := strings.Cut(strings.TrimPrefix(path, corpus+"/"), "/")
		for dec := yaml.NewDecoder(bytes.NewReader(data)); ; {
			var n yaml.Node
			if dec.Decode(&n) != nil {
				return nil // the end, or no YAML
			}
			key, ok := renumber(&n, set)
			if !ok || seen[key] {
				continue
			}
			seen[key] = true
			var b bytes.Buffer
			enc := yaml.NewEncoder(&b)
			enc.SetIndent(2)
			if err := enc.Encode(&n); err != nil {
				tb.Fatal(path, err)
			}
			e.documents = append(e.documents, inForms(tb, b.Bytes()))
		}
	})
	if err != nil {
		tb.Fatal(err)
	}
	e.number = func(i int) *strings.Replacer { return strings.NewReplacer("{i}", strconv.Itoa(i)) }
	return e, true
}

// renumber puts a number into the namespace of an object, wherever it says it, or into
// its name where it has none. ok is false for what is no object, or a kustomization.
func renumber(doc *yaml.Node, set string) (key [3]string, ok bool) {
	var o struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string
		Metadata   struct{ Name, Namespace string }
	}
	if doc.Decode(&o) != nil || o.APIVersion == "" || o.Kind == "" || o.Metadata.Name == "" || foreign(o.APIVersion) || strings.Contains(o.APIVersion, "kustomize.config") {
		return key, false
	}
	meta := fieldOf(doc.Content[0], "metadata")
	if clusterScoped(groupOf(o.APIVersion), o.Kind) {
		fieldOf(meta, "name").Value += "-" + set + "-{i}"
		return [3]string{o.Kind, set, o.Metadata.Name}, true
	}
	ns := o.Metadata.Namespace
	if ns == "" {
		ns = "default"
		meta.Content = append(meta.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: "namespace"}, &yaml.Node{Kind: yaml.ScalarNode, Value: ns})
	}
	mine := regexp.MustCompile(`(^|\.)` + regexp.QuoteMeta(ns) + `($|\.svc|:\d)`)
	var walk func(n *yaml.Node, key string)
	walk = func(n *yaml.Node, key string) {
		if n.Kind == yaml.ScalarNode && (key == "namespace" || strings.Contains(n.Value, "."+ns)) {
			n.Value = mine.ReplaceAllString(n.Value, "${1}"+ns+"-"+set+"-{i}${2}")
		}
		for i, kid := range n.Content {
			if n.Kind == yaml.MappingNode && i%2 == 0 {
				continue
			}
			if n.Kind == yaml.MappingNode {
				key = n.Content[i-1].Value
			}
			walk(kid, key)
		}
	}
	walk(doc, "")
	return [3]string{o.Kind, set + "/" + ns, o.Metadata.Name}, true
}

func fieldOf(n *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return &yaml.Node{}
}

// written is an estate in files.
type written struct {
	dirs    map[string]string // of each form
	sizes   map[string]int64
	objects int
}

// write writes copies of the estate until they are of mb megabytes as YAML, each form
// to a directory of its own, in files of some 9 MB of YAML. JSON is written as lists,
// as "kubectl get -o json" prints them. The directories go with the test, unless
// FATELINE_MANIFESTS_KEEP names one to keep them in, for the whole program to be measured.
func (e estate) write(tb testing.TB, mb int) written {
	tb.Helper()
	w := written{dirs: map[string]string{}, sizes: map[string]int64{}}
	dir := tb.TempDir()
	if keep := os.Getenv("FATELINE_MANIFESTS_KEEP"); keep != "" {
		dir = filepath.Join(keep, tb.Name())
	}
	forms := []struct {
		name, ending, head, between, foot string
		text                              func(manifest) string
	}{
		{"yaml", "yaml", "", "", "", func(m manifest) string { return m.yaml }},
		{"json-indented", "json", "{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n", ",\n", "\n    ],\n    \"kind\": \"List\"\n}\n", func(m manifest) string { return m.indented }},
		{"json-compact", "json", `{"apiVersion":"v1","items":[`, ",", `],"kind":"List"}` + "\n", func(m manifest) string { return m.compact }},
	}
	for _, form := range forms {
		w.dirs[form.name] = filepath.Join(dir, form.name)
		if err := os.MkdirAll(w.dirs[form.name], 0o700); err != nil {
			tb.Fatal(err)
		}
	}
	for i, part := 0, 0; w.sizes["yaml"] < int64(mb)*1_000_000; part++ {
		first := i
		for _, form := range forms {
			f, err := os.Create(filepath.Join(w.dirs[form.name], fmt.Sprintf("part%03d.%s", part, form.ending)))
			if err != nil {
				tb.Fatal(err)
			}
			out, size := bufio.NewWriter(f), int64(0)
			add := func(s string) {
				n, _ := out.WriteString(s)
				size += int64(n)
			}
			add(form.head)
			if form.name == "yaml" {
				for size < 9_000_000 && w.sizes["yaml"]+size < int64(mb)*1_000_000 {
					for _, m := range e.documents {
						add(e.number(i).Replace(form.text(m)))
						w.objects++
					}
					i++
				}
			} else {
				for n := first; n < i; n++ {
					for k, m := range e.documents {
						if n > first || k > 0 {
							add(form.between)
						}
						add(e.number(n).Replace(form.text(m)))
					}
				}
			}
			add(form.foot)
			w.sizes[form.name] += size
			if err := errors.Join(out.Flush(), f.Close()); err != nil {
				tb.Fatal(err)
			}
		}
	}
	return w
}

// jobs are what is measured: the whole source, and parsers alone.
var jobs = map[string]func(dir string) error{
	"source": func(dir string) error {
		r, err := ingest.Read(context.Background(), []string{dir}, []*ingest.Source{Source}, ingest.Options{})
		if err != nil {
			return err
		}
		held = r
		for _, p := range r.Problems {
			if p.Level == ingest.LevelError {
				return fmt.Errorf("%+v", p)
			}
		}
		return nil
	},
	"yaml.v3-node": alone(func(doc []byte) error { return yaml.Unmarshal(doc, new(yaml.Node)) }),
	"strict": alone(func(doc []byte) error {
		_, err := strict.Parse(doc, strict.Limits{})
		return err
	}),
	"sigs-any":          alone(func(doc []byte) error { return sigs.Unmarshal(doc, new(any)) }),
	"encoding-json-any": alone(func(doc []byte) error { return json.Unmarshal(doc, new(any)) }),
}

// held keeps a reading alive until its process ends.
var held *ingest.Reading

// alone hands every document of the files below a directory to one of the workers, one a core.
func alone(parse func([]byte) error) func(dir string) error {
	return func(dir string) error {
		docs := make(chan []byte)
		errs := make([]error, runtime.GOMAXPROCS(0))
		var workers sync.WaitGroup
		for i := range errs {
			workers.Go(func() {
				for doc := range docs {
					errs[i] = errors.Join(errs[i], parse(doc))
				}
			})
		}
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			raws, err := strict.Split(data)
			for _, raw := range raws {
				docs <- raw.Text()
			}
			return err
		})
		close(docs)
		workers.Wait()
		return errors.Join(append(errs, err)...)
	}
}

// TestMain is also the process in which something is measured.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "measure" {
		if err := measured(os.Args[2], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// cost is what a job took.
type cost struct {
	CPU  time.Duration // user and system
	Wall time.Duration
	Peak int64 // bytes resident at most
}

// measured does a job and prints what it took. Linux counts the peak of a process from
// its own memory only in /proc: what rusage says begins with that of the parent.
func measured(job, dir string) error {
	begin := time.Now()
	if to := os.Getenv("FATELINE_MANIFESTS_PROFILE"); to != "" {
		stop, err := profile(filepath.Join(to, job+"-"+filepath.Base(dir)))
		if err != nil {
			return err
		}
		defer stop()
	}
	if err := jobs[job](dir); err != nil {
		return err
	}
	c := cost{Wall: time.Since(begin)}
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return err
	}
	c.CPU = time.Duration(u.Utime.Nano() + u.Stime.Nano())
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			if _, err := fmt.Sscanf(rest, "%d kB", &c.Peak); err != nil {
				return err
			}
			c.Peak *= 1024
		}
	}
	return json.NewEncoder(os.Stdout).Encode(c)
}

// profile begins a profile of the processor; stop ends it and writes one of the memory too.
func profile(name string) (stop func(), err error) {
	f, err := os.Create(name + ".cpu")
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		runtime.GC()
		if heap, err := os.Create(name + ".heap"); err == nil {
			_ = pprof.WriteHeapProfile(heap)
		}
	}, nil
}

// measure does a job in a process of its own.
func measure(tb testing.TB, job, dir string) cost {
	tb.Helper()
	cmd := exec.Command(os.Args[0], "measure", job, dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		tb.Fatal(err)
	}
	var c cost
	if err := json.Unmarshal(out, &c); err != nil {
		tb.Fatal(err)
	}
	return c
}

// BenchmarkManifests reads an invented estate, and one of the corpus where that is
// there, with the whole source, from files to what is handed to the linker, and with
// parsers alone.
func BenchmarkManifests(b *testing.B) {
	b.Run("invented", func(b *testing.B) { invented(b).bench(b) })
	b.Run("corpus", func(b *testing.B) {
		e, ok := real(b)
		if !ok {
			b.Skipf("%s is not here: real manifests are not measured", corpus)
		}
		e.bench(b)
	})
}

func (e estate) bench(b *testing.B) {
	w := e.write(b, megabytes())
	for _, x := range []struct{ job, form string }{
		{"yaml.v3-node", "yaml"},
		{"sigs-any", "yaml"},
		{"strict", "yaml"},
		{"source", "yaml"},
		{"encoding-json-any", "json-indented"},
		{"strict", "json-indented"},
		{"source", "json-indented"},
		{"strict", "json-compact"},
		{"source", "json-compact"},
	} {
		b.Run(x.job+"/"+x.form, func(b *testing.B) {
			var total cost
			for b.Loop() {
				c := measure(b, x.job, w.dirs[x.form])
				total.CPU += c.CPU
				total.Peak = max(total.Peak, c.Peak)
			}
			seconds := total.CPU.Seconds() / float64(b.N)
			b.ReportMetric(float64(w.sizes[x.form])/1e6/seconds, "MB/cpu-s")
			b.ReportMetric(float64(w.objects)/seconds, "objects/cpu-s")
			b.ReportMetric(float64(total.Peak)/1e6, "MB-peak")
		})
	}
}

func TestTheEstateIsReadWhole(t *testing.T) {
	w := invented(t).write(t, 1)
	needs := map[string]int{}
	for form, dir := range w.dirs {
		r, err := ingest.Read(t.Context(), []string{dir}, []*ingest.Source{Source}, ingest.Options{})
		if err != nil || len(r.Problems) > 0 {
			t.Fatal(err, r.Problems)
		}
		for _, f := range r.Fragments {
			for range f.AllReferences() {
				needs[form]++
			}
		}
	}
	apps := w.objects / 4
	if slices.ContainsFunc(sortedKeys(w.dirs), func(form string) bool { return needs[form] != needs["yaml"] }) || needs["yaml"] < 10*apps {
		t.Errorf("%v needs of %d applications", needs, apps)
	}
}

func TestAParserAloneReportsWhatItCannotRead(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.yaml"), []byte("a: 'b"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := jobs["yaml.v3-node"](dir); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("an open quote: error %v, want one of the syntax", err)
	}
}
