package reporttest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/gate"
	"github.com/fateline/fateline/report"
)

// Payloads are names that try to leave the place where they are written: markup,
// scripts, attributes of DOT, commands of build logs, escapes of terminals.
func Payloads() []string {
	fixed := []string{
		`<script>alert(1)</script>`, `"><script>alert(1)</script>`, `'><img src=x onerror=alert(1)>`, `<img src=https://evil.example/x>`,
		`<svg onload=alert(1)>`, `</svg><script>alert(1)</script>`, `</title><script>alert(1)</script>`, `</style><script>alert(1)</script>`,
		`</script><script>alert(1)</script>`, `<!--`, `-->`, `<![CDATA[`, `]]>`, `<?xml version="1.0"?>`, `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>`, `&e;`,
		`javascript:alert(1)`, `data:text/html,<script>alert(1)</script>`, `" onmouseover="alert(1)`, `' onfocus='alert(1)' autofocus='`, "` onerror=alert(1)`",
		`{{.}}`, `{{template "x"}}`, `${7*7}`, `#{7*7}`, `<%= 7*7 %>`, `{{constructor.constructor('alert(1)')()}}`,
		`&lt;b&gt;`, `&amp;amp;`, `&#60;script&#62;`, `&NewLine;`, `%3Cscript%3E`, `\u003cscript\u003e`, `\x3cscript\x3e`,
		`"; URL="javascript:alert(1)`, `", URL="javascript:alert(1)", label="`, `"]; evil [label="`, `\`, `\\`, `\"`, `ends in a backslash\`, `\N`, `\G`, `\L`, `\E`, `\T`, `\H`, `\n`, `\l`, `\r`,
		`<b>html label</b>`, `<<table><tr><td>x</td></tr></table>>`, `image="/etc/passwd"`, `shapefile=/etc/passwd`, `} digraph x {`, `subgraph cluster_0`, `node`, `strict`, `edge`, `graph`, `digraph`,
		"::error::owned", "::set-output name=x::y", "::add-mask::x", "##[error]owned", "##vso[task.setvariable variable=x]y", "##teamcity[buildStatus status='SUCCESS']",
		"section_start:1700000000:x\r\x1b[0K", "section_end:1700000000:x", "\r::error::x", "x\n::error::owned", "\n##[group]", "\u2028::error::x",
		"\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b[2J", "\x07", "\x00", "\x7f", "\u009b31m", "a\tb", "a\vb", "\b\b\bback",
		"\u202egnp.exe", "\u2066x\u2069", "a\u200bb", "\ufeffbom", "\u00ad", "\u2060", "\U000e0041", "\u034f", "\ufe0f", "\u3164",
		"bad\xffutf8", "\xed\xa0\x80", "\xc0\xaf", "\xf4\x90\x80\x80",
		"```", "~~~", "| a | b |", "[x](javascript:alert(1))", "![x](https://evil.example/x.png)", "<https://evil.example>", "# heading", "- item", "> quote", "***", "`code`", "https://evil.example/x", "www.evil.example", "@someone", "#1",
		"end", "A-->B", "click A href", "subgraph x", "%%{init: {}}%%", "style A fill:#f00", "A[\"x\"]", ";", "#quot;", "x\"]:::evil",
		"=1+1", "+1", "-1", "@SUM(A1)", "CON", "../../etc/passwd", "/etc/passwd", `C:\x`, "file:///etc/passwd", "", " ", "  two  blanks  ", "é", "e\u0301", "名前", "🚢", "a/b/c", "x:y:z", "'", `"`, "<", ">", "&",
		strings.Repeat("A", 5000), strings.Repeat("名", 300), strings.Repeat("<", 300), strings.Repeat("\u0301", 100),
	}
	return fixed
}

// RandomName returns a name of characters that writers stumble over.
func RandomName(r *rand.Rand) string {
	alphabet := []rune("ab<>&\"'\\/;:#%{}[]()|=-_.,!?@$^*+~` \u00e9\u0301\u4e2d\U0001f6a2\u202e\u200b\x1b\t")
	var b strings.Builder
	for range 1 + r.IntN(24) {
		b.WriteRune(alphabet[r.IntN(len(alphabet))])
	}
	return b.String()
}

// Hostile returns a report in which every text is one of the names, each name at
// least once a node's. There are as many nodes as names, joined in a chain, and a
// finding for each.
func Hostile(names []string) *report.Document {
	b := depgraph.NewBuilder()
	node := func(i int) depgraph.ID {
		return depgraph.ID{Kind: depgraph.KindService, Name: fmt.Sprintf("%03d%s", i, names[i%len(names)])}
	}
	text := func(i int) string { return names[(i%len(names)+len(names))%len(names)] }
	for i := range names {
		at := depgraph.Origin{Input: text(i + 1), Line: i, Col: 1, Source: text(i + 2), Note: text(i + 3), Confidence: 0.5, Seen: depgraph.Seen{Count: 3, Example: text(i + 4)}}
		b.AddNode(depgraph.Node{
			ID: node(i), Title: text(i), Owner: text(i + 5), Env: text(i + 6), Window: text(i + 7),
			Aliases: []string{text(i + 8)}, Labels: map[string]string{text(i + 9): text(i + 10)}, Survives: []string{text(i + 11)},
		}, at)
		b.AddRequirement(depgraph.Requirement{
			Owner: node(i), Members: []depgraph.ID{node((i + 1) % len(names))},
			Terms: depgraph.Terms{Via: depgraph.Via(text(i + 12))}, Origins: []depgraph.Origin{at},
		})
		b.AddRequirement(depgraph.Requirement{
			Owner: node(i), Members: []depgraph.ID{{Kind: depgraph.KindFacility, Name: text(i + 13)}},
			Terms: depgraph.Terms{Via: depgraph.PlacedIn}, Origins: []depgraph.Origin{at},
		})
		b.AddInput(depgraph.Input{Path: text(i), Format: text(i + 1), Status: depgraph.Partial, Reason: text(i + 2), Notes: []string{text(i + 3)}, Documents: 1})
		b.AddUnresolved(depgraph.Unresolved{Owner: node(i), Name: text(i), Scope: text(i + 1), Why: depgraph.Ambiguous, Candidates: []string{text(i + 2)}, Origin: at})
	}
	g := must(b.Build())
	r := rule("recovery-loop", analyzer.High, "Title", "Text", "Remedy")
	result := analyzer.Result{Rule: r, Status: analyzer.Ran, Judged: len(names)}
	policy := gate.Policy{Now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
	for i := range names {
		from, _ := g.Index(node(i))
		first, _ := g.OwnedBy(from)
		root := []depgraph.ID{node(i)}
		f := analyzer.Finding{
			ID: analyzer.FindingID(r.ID, root), Rule: r.ID, Severity: analyzer.Severity(1 + i%4), Title: text(i + 1), Remedy: text(i + 2), Root: root,
			Nodes: []depgraph.ID{node((i + 1) % len(names))}, Proof: []depgraph.Edge{g.Edge(first, g.Members(first)[0], depgraph.Run)},
			Claim: analyzer.Claim{Failed: root, Then: root, State: analyzer.IsDown, Because: text(i + 3)}, Why: text(i + 4), Confidence: 0.5,
		}
		result.Findings = append(result.Findings, f)
		if i%5 == 0 {
			policy.Waivers = append(policy.Waivers, gate.Waiver{Finding: f.ID, Owner: text(i), Reason: text(i + 1), Ticket: text(i + 2), Expires: gate.Date{Year: 2026, Month: 12, Day: 24}})
		}
	}
	results := &analyzer.Results{Rules: []analyzer.Result{result}}
	return report.New(g, results, gate.Judge(g, results, policy)).WithTool(text(0))
}
