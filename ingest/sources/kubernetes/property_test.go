package kubernetes

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// secretSlots holds a value wherever people put secrets; SECRET stands for it.
const secretSlots = `apiVersion: v1
kind: Secret
metadata:
  name: s
  namespace: shop
  annotations: {kubectl.kubernetes.io/last-applied-configuration: '{"stringData":{"p":"SECRET"}}'}
data: {p: SECRET}
stringData: {q: SECRET, url: "postgres://u:SECRET@db/x"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    metadata: {labels: {app: web}, annotations: {note: SECRET}}
    spec:
      containers:
      - name: c
        image: web
        args: ["--dsn=postgres://u:SECRET@db:5432/x", "--token", "SECRET", "--password=SECRET"]
        env:
        - {name: PASSWORD, value: SECRET}
        - {name: URL, value: "https://u:SECRET@api.example.org/p?token=SECRET#SECRET"}
        - {name: DSN, value: "u:SECRET@tcp(db:3306)/x"}
        - {name: PQ, value: "host=db password=SECRET dbname=x"}
        - {name: ADO, value: "Server=db;Database=x;Password=SECRET"}
        - {name: JOINED, value: "redis://:$(PASSWORD)@cache:6379"}
        volumeMounts: [{name: f, mountPath: /f}]
      volumes: [{name: f, configMap: {name: f}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: f, namespace: shop}
data:
  app.properties: |
    url=jdbc:postgresql://db/x?password=SECRET
    password=SECRET
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: infra, namespace: flux-system}
spec: {url: "https://u:SECRET@git.example.org/team/infra"}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: k, namespace: flux-system}
spec: {path: ./x, sourceRef: {kind: GitRepository, name: infra}, postBuild: {substitute: {P: SECRET}}}
`

func TestNoSecretInfluencesTheResult(t *testing.T) {
	read := func(secret string) []string {
		return graphLines(t, &txtar.Archive{Files: []txtar.File{{Name: "a.yaml", Data: []byte(strings.ReplaceAll(secretSlots, "SECRET", secret))}}})
	}
	one, other := read("aaaaaaaa"), read("zz9zz9zz")
	if diff := cmp.Diff(one, other); diff != "" {
		t.Errorf("another secret gives another result (-one +other):\n%s", diff)
	}
	if !slices.ContainsFunc(one, func(s string) bool { return strings.Contains(s, "external:db.shop.svc") }) {
		t.Error("nothing was read of the strings that hold the secrets")
	}
}

func TestReadingAgainGivesTheSame(t *testing.T) {
	for _, path := range glob(t, "testdata/graph/*.txtar") {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		first := graphLines(t, archive)
		for range 3 {
			if diff := cmp.Diff(first, graphLines(t, archive)); diff != "" {
				t.Fatalf("%s: read again (-first +again):\n%s", filepath.Base(path), diff)
			}
		}
	}
}

// What the API refuses and repositories hold anyway is read as far as it goes.
func TestValuesOfAnotherTypeAreForgiven(t *testing.T) {
	text := `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: "${REPLICAS}"
  template:
    metadata: {labels: {app: web, version: 2}}
    spec:
      containers:
      - name: c
        image: web
        command: run --url http://api.shop.svc
        env: {A: b}
        ports: none
      - null
      volumes: {a: b}
      nodeSelector: [x]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: [app]}
---
apiVersion: v1
kind: List
items: [1, {a: b}, null, {kind: Service}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: web
spec: {rules: {host: x}, tls: none}
`
	lines := graphLines(t, &txtar.Archive{Files: []txtar.File{{Name: "a.yaml", Data: []byte(text)}}})
	for _, want := range []string{"row a.yaml complete", "node service:shop/web", "service:shop/web -> image:docker.io/library/web run,start built-from @ a.yaml:11:16"} {
		if !slices.Contains(lines, want) {
			t.Errorf("does not say %q", want)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	for _, size := range []int{100, 1000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			archive := &txtar.Archive{}
			for i := range size {
				archive.Files = append(archive.Files, txtar.File{Name: fmt.Sprintf("%d/app.yaml", i), Data: fmt.Appendf(nil, benchObject, i, i, i, i, (i*7)%size, i, i, i)})
			}
			b.ReportAllocs()
			for b.Loop() {
				graphLines(b, archive)
			}
		})
	}
}

const benchObject = `apiVersion: apps/v1
kind: Deployment
metadata: {name: app-%d, namespace: shop}
spec:
  template:
    metadata: {labels: {app: app-%d}}
    spec: {containers: [{name: c, image: "app-%d:%d", env: [{name: NEXT_URL, value: "http://app-%d:80"}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: app-%d, namespace: shop}
spec: {selector: {app: app-%d}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data-%d, namespace: shop}
spec: {}
`
