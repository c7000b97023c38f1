package strict

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// estate is n deployments, as YAML and as JSON.
func estate(n int) (yaml, js []byte) {
	var y, j strings.Builder
	j.WriteString(`{"items":[`)
	for i := range n {
		fmt.Fprintf(&y, "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: svc-%d\n  labels:\n    app: svc-%d\nspec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n      - name: app\n        image: registry.example/shop/svc:1.%d\n        env:\n        - name: DB_HOST\n          value: db-%d.shop.svc\n", i, i, i, i)
		if i > 0 {
			j.WriteString(",")
		}
		fmt.Fprintf(&j, `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"svc-%d","labels":{"app":"svc-%d"}},"spec":{"replicas":3,"template":{"spec":{"containers":[{"name":"app","image":"registry.example/shop/svc:1.%d","env":[{"name":"DB_HOST","value":"db-%d.shop.svc"}]}]}}}}`, i, i, i, i)
	}
	j.WriteString("]}")
	return []byte(y.String()), []byte(j.String())
}

func BenchmarkYAML(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000} {
		data, _ := estate(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := YAML(data, Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkJSON(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000} {
		_, data := estate(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := JSON(data, Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkStandardJSON is what BenchmarkJSON is to be compared with: it keeps no
// places and finds no duplicate keys.
func BenchmarkStandardJSON(b *testing.B) {
	_, data := estate(1000)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.UseNumber()
		var v any
		if err := dec.Decode(&v); err != nil {
			b.Fatal(err)
		}
	}
}
