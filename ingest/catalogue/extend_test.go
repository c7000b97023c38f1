package catalogue

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
)

func parse(t testing.TB, text string) *Catalogue {
	t.Helper()
	c, err := Parse("own.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatAUserSaysReplacesWhatComesWithTheProgram(t *testing.T) {
	base := parse(t, `
version: "1"
nodes: [{id: "external:idp", title: Old, source: s}]
facts:
- {id: b, match: "service:*", needs: ["external:idp"], note: old, source: s}
- {id: a, match: "service:*", needs: ["external:ntp"], note: kept, source: s}`)
	own := parse(t, `
version: "2"
nodes: [{id: "external:idp", title: New, source: s}]
facts:
- {id: b, match: "service:*", needs: ["external:idp"], ifLost: degraded, note: new, source: s}
- {id: c, match: ["job:*", "service:x"], needs: ["external:vault"], note: more, source: s}`)
	both := base.Merge(own)
	if got := both.Fact("b").Note + " " + both.Fact("a").Note + " " + both.Fact("c").Note; got != "new kept more" {
		t.Errorf("notes of b, a, c = %s", got)
	}
	if both.Version != "1" || len(both.Nodes) != 1 || both.Nodes[0].Title != "New" {
		t.Errorf("merged = version %s, nodes %v", both.Version, both.Nodes)
	}
	if base.Fact("b").Note != "old" || own.Fact("a") != nil {
		t.Error("merging changed what was merged")
	}
	g := graph(t, depgraph.Node{ID: depgraph.MustID("service:x")})
	out, err := both.Apply(g)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(impliedBy(out)); n != 3 {
		t.Errorf("%d facts speak of service:x, want 3: %v", n, impliedBy(out))
	}
}

func TestAFactThatIsLeftOutIsSilent(t *testing.T) {
	c := parse(t, "facts:\n- {id: first, match: \"service:*\", needs: [\"external:a\"], note: n, source: s}\n- {id: second, match: \"service:*\", needs: [\"external:b\"], note: n, source: s}")
	less, err := c.Without("first")
	if err != nil {
		t.Fatal(err)
	}
	out, err := less.Apply(graph(t, depgraph.Node{ID: depgraph.MustID("service:x")}))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(impliedBy(out)); got != "[service:x second]" {
		t.Errorf("implied = %s", got)
	}
	if c.Fact("first") == nil {
		t.Error("Without changed the catalogue")
	}
	if _, err := c.Without("frist"); err == nil || !strings.Contains(err.Error(), `did you mean "first"`) {
		t.Errorf("Without of an unknown fact = %v", err)
	}
}

// impliedBy lists the owners of implied requirements, each with the fact's id.
func impliedBy(g *depgraph.Graph) []string {
	var out []string
	for r := range g.AllRequirements() {
		for _, o := range r.Origins {
			if o.Basis == depgraph.Implied {
				id, _, _ := strings.Cut(o.Note, ":")
				out = append(out, r.Owner.String()+" "+id)
			}
		}
	}
	return out
}

func TestPatternsFitWholeNames(t *testing.T) {
	for _, c := range []struct{ pattern, id, want string }{
		{"registry:*.dkr.ecr.{region}.amazonaws.com", "registry:12.dkr.ecr.eu-west-1.amazonaws.com", "eu-west-1"},
		{"registry:*.dkr.ecr.{region}.amazonaws.com", "registry:12.dkr.ecr.eu/west.amazonaws.com", "-"},
		{"image:docker.io/*", "image:docker.io/library/nginx", ""},
		{"image:docker.io/*", "image:mydocker.io/library/nginx", "-"},
		{"image:docker.io/*", "registry:docker.io/x", "-"},
		{"*:aws_*", "queue:aws_sqs_queue.q", ""},
		{"external:github.com", "external:github.com", ""},
		{"external:github.com", "external:github.comx", "-"},
		{"service:a*a", "service:a", "-"},
	} {
		p, err := newPattern(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		got := "-"
		if values, ok := p.fit(depgraph.MustID(c.id)); ok {
			got = ""
			if len(values) > 1 {
				got = values[1]
			}
		}
		if got != c.want {
			t.Errorf("%s fits %s = %q, want %q", c.pattern, c.id, got, c.want)
		}
	}
}

// BenchmarkApply is the whole built-in catalogue on a graph of 10,000 workloads,
// of which every tenth is one that some fact speaks of.
func BenchmarkApply(b *testing.B) {
	builder := depgraph.NewBuilder()
	for i := range 10000 {
		kind, name := depgraph.KindService, fmt.Sprintf("shop/web-%d", i)
		if i%10 == 0 {
			kind, name = depgraph.KindRegistry, fmt.Sprintf("%d.dkr.ecr.eu-west-1.amazonaws.com", i)
		}
		builder.AddNode(depgraph.Node{ID: depgraph.ID{Kind: kind, Name: name}}, depgraph.Origin{Input: "a.yaml", Line: 1})
	}
	g, err := builder.Build()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Builtin().Apply(g); err != nil {
			b.Fatal(err)
		}
	}
}
