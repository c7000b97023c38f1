package kubernetes

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
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

// megabytes is how much the benchmarks read: 4, or FATELINE_MANIFESTS_MB.
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
  name: app-%[1]d
  namespace: team-%[2]d
  labels:
    app.kubernetes.io/name: app-%[1]d
    app.kubernetes.io/part-of: shop
  annotations:
    deployment.kubernetes.io/revision: "3"
    docs.example.com/page: https://docs.example.com/apps/%[1]d
spec:
  replicas: 3
  revisionHistoryLimit: 5
  selector:
    matchLabels:
      app.kubernetes.io/name: app-%[1]d
  strategy:
    rollingUpdate:
      maxSurge: 25%%
      maxUnavailable: 0
  template:
    metadata:
      labels:
        app.kubernetes.io/name: app-%[1]d
    spec:
      serviceAccountName: app-%[1]d
      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
      containers:
      - name: main
        image: registry.example.com/shop/app-%[1]d:1.%[3]d.0
        imagePullPolicy: IfNotPresent
        args: ["serve", "--listen=:8080", "--peer=http://app-%[3]d.team-%[4]d.svc:8080"]
        env:
        - name: STORE_ADDR
          value: store-%[2]d:5432
        - name: LOG_LEVEL
          value: info
        - name: TOKEN
          valueFrom:
            secretKeyRef:
              name: app-%[1]d
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
          name: app-%[1]d
---
apiVersion: v1
kind: Service
metadata:
  name: app-%[1]d
  namespace: team-%[2]d
  labels:
    app.kubernetes.io/name: app-%[1]d
spec:
  selector:
    app.kubernetes.io/name: app-%[1]d
  ports:
  - name: http
    port: 8080
    targetPort: http
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: app-%[1]d
  namespace: team-%[2]d
data:
  app.properties: |
    # generated for app-%[1]d
    server.port=8080
    store.url=postgresql://store-%[2]d:5432/app
    cache.ttl=300
    feature.checkout=true
    feature.invoices=false
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: app-%[1]d
  namespace: team-%[2]d
rules:
- apiGroups: [""]
  resources: ["configmaps", "secrets"]
  verbs: ["get", "list", "watch"]
`

// estate writes manifests of about mb megabytes to files of at most 10 MB.
func estate(tb testing.TB, mb int) (files [][]byte) {
	tb.Helper()
	var b bytes.Buffer
	for i, size := 0, 0; size < mb*1_000_000; i++ {
		before := b.Len()
		fmt.Fprintf(&b, application, i, i/100, max(0, i-7), max(0, i-7)/100)
		size += b.Len() - before
		if b.Len() > 9_500_000 || size >= mb*1_000_000 {
			files = append(files, bytes.Clone(b.Bytes()))
			b.Reset()
		}
	}
	return files
}

// asLists turns each file into one list as "kubectl get -o json" prints it.
func asLists(tb testing.TB, files [][]byte) [][]byte {
	tb.Helper()
	out := make([][]byte, len(files))
	for i, f := range files {
		list := map[string]any{"apiVersion": "v1", "kind": "List"}
		var items []any
		dec := yaml.NewDecoder(bytes.NewReader(f))
		for {
			var v map[string]any
			if err := dec.Decode(&v); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				tb.Fatal(err)
			}
			items = append(items, v)
		}
		list["items"] = items
		data, err := json.MarshalIndent(list, "", "    ")
		if err != nil {
			tb.Fatal(err)
		}
		out[i] = data
	}
	return out
}

func store(tb testing.TB, files [][]byte, ending string) (dir string, size int64) {
	tb.Helper()
	dir = tb.TempDir()
	for i, f := range files {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("part%03d.%s", i, ending)), f, 0o600); err != nil {
			tb.Fatal(err)
		}
		size += int64(len(f))
	}
	return dir, size
}

// each hands every document of the files to one of the workers, one a core.
func each(tb testing.TB, files [][]byte, do func([]byte) error) {
	tb.Helper()
	jobs := make(chan []byte)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for doc := range jobs {
				if err := do(doc); err != nil {
					tb.Error(err)
				}
			}
		})
	}
	for _, f := range files {
		raws, err := strict.Split(f)
		if err != nil {
			tb.Fatal(err)
		}
		for _, raw := range raws {
			jobs <- raw.Text()
		}
	}
	close(jobs)
	workers.Wait()
}

// perCPU reports how many megabytes a second of user and system time were read, which
// other work on the machine changes less than wall time.
func perCPU(b *testing.B, size int64) (done func()) {
	before := cpu(b)
	return func() {
		b.ReportMetric(float64(size)*float64(b.N)/1e6/(cpu(b)-before).Seconds(), "MB/cpu-s")
	}
}

func cpu(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkManifests reads an estate with the whole source, from files to what is
// handed to the linker, and with parsers alone.
func BenchmarkManifests(b *testing.B) {
	files := estate(b, megabytes())
	whole := func(b *testing.B, files [][]byte, ending string) {
		dir, size := store(b, files, ending)
		b.ReportAllocs()
		defer perCPU(b, size)()
		for b.Loop() {
			r, err := ingest.Read(b.Context(), []string{dir}, []*ingest.Source{Source}, ingest.Options{})
			if err != nil || len(r.Problems) > 0 {
				b.Fatal(err, r.Problems)
			}
		}
	}
	alone := func(b *testing.B, files [][]byte, do func([]byte) error) {
		size := 0
		for _, f := range files {
			size += len(f)
		}
		b.ReportAllocs()
		defer perCPU(b, int64(size))()
		for b.Loop() {
			each(b, files, do)
		}
	}
	b.Run("source/yaml", func(b *testing.B) { whole(b, files, "yaml") })
	b.Run("parser/yaml.v3-node", func(b *testing.B) {
		alone(b, files, func(doc []byte) error {
			var n yaml.Node
			return yaml.Unmarshal(doc, &n)
		})
	})
	b.Run("parser/strict", func(b *testing.B) {
		alone(b, files, func(doc []byte) error {
			_, err := strict.YAML(doc, strict.Limits{})
			return err
		})
	})
	b.Run("parser/sigs-any", func(b *testing.B) {
		alone(b, files, func(doc []byte) error {
			var v any
			return sigs.Unmarshal(doc, &v)
		})
	})
	lists := sync.OnceValue(func() [][]byte { return asLists(b, files) })
	b.Run("source/json", func(b *testing.B) { whole(b, lists(), "json") })
	b.Run("parser/encoding-json-any", func(b *testing.B) {
		alone(b, lists(), func(doc []byte) error {
			var v any
			return json.Unmarshal(doc, &v)
		})
	})
}

func TestTheEstateIsReadWhole(t *testing.T) {
	files := estate(t, 1)
	var needs [2]int
	for i, form := range []struct {
		files  [][]byte
		ending string
	}{{files, "yaml"}, {asLists(t, files), "json"}} {
		dir, _ := store(t, form.files, form.ending)
		r, err := ingest.Read(t.Context(), []string{dir}, []*ingest.Source{Source}, ingest.Options{})
		if err != nil || len(r.Problems) > 0 {
			t.Fatal(err, r.Problems)
		}
		for _, f := range r.Fragments {
			needs[i] += len(f.References)
		}
	}
	apps := strings.Count(string(bytes.Join(files, nil)), "kind: Deployment")
	if needs[0] != needs[1] || needs[0] < 10*apps {
		t.Errorf("%d needs in YAML and %d in JSON of %d applications", needs[0], needs[1], apps)
	}
}
