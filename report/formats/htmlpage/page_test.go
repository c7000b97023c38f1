package htmlpage_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/formats/htmlpage"
	"github.com/fateline/fateline/report/reporttest"
)

func rendered(t testing.TB, d *report.Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := htmlpage.Format.Write(context.Background(), &b, d, report.Options{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// elements lists the elements of a page.
func elements(t *testing.T, page string) []*html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var out []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			out = append(out, n)
		}
	}
	return out
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func TestTheFrameAllowsItsOwnStyleAndScriptAndNothingElse(t *testing.T) {
	page := rendered(t, reporttest.Sample())
	csp := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
	if csp == nil {
		t.Fatal("the page has no policy")
	}
	for _, want := range []string{"default-src 'none'", "base-uri 'none'", "form-action 'none'"} {
		if !strings.Contains(csp[1], want) {
			t.Errorf("policy %q lacks %q", csp[1], want)
		}
	}
	if strings.Contains(csp[1], "unsafe") || strings.Contains(csp[1], "http") {
		t.Errorf("policy %q opens a door", csp[1])
	}
	for _, tag := range []string{"style", "script"} {
		found := regexp.MustCompile(`(?s)<`+tag+`>(.*?)</`+tag+`>`).FindAllStringSubmatch(page, -1)
		if len(found) != 1 {
			t.Fatalf("%d elements %s, want one", len(found), tag)
		}
		sum := sha256.Sum256([]byte(found[0][1]))
		if hash := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(csp[1], hash) {
			t.Errorf("the policy does not allow the page's %s", tag)
		}
	}
}

func TestThePageLoadsNothingAndRunsNothingOfOthers(t *testing.T) {
	allowed := regexp.MustCompile(`^(html|head|meta|link|title|style|script|body|a|header|div|p|span|h[1-4]|ul|li|b|wbr|small|svg|path|circle|rect|text|g|desc|nav|button|main|section|details|summary|input|select|option|article|figure|figcaption|code|table|caption|thead|tbody|tr|th|td|dl|dt|dd|footer)$`)
	for _, d := range []*report.Document{reporttest.Sample(), reporttest.Hostile(reporttest.Payloads())} {
		for _, n := range elements(t, rendered(t, d)) {
			if !allowed.MatchString(n.Data) {
				t.Errorf("element %s", n.Data)
			}
			for _, a := range n.Attr {
				switch {
				case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "src", a.Key == "srcset", a.Key == "action":
					t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
				case a.Key == "href" && !strings.HasPrefix(a.Val, "#") && a.Val != "data:,":
					t.Errorf("<%s href=%q>", n.Data, a.Val)
				}
			}
		}
	}
}

func TestEveryNameIsInThePageAsItIs(t *testing.T) {
	names := reporttest.Payloads()
	want := map[string]bool{}
	for i, name := range names {
		want[report.Label(fmt.Sprintf("service:%03d%s", i, name))] = true
	}
	for _, n := range elements(t, rendered(t, reporttest.Hostile(names))) {
		if n.Data == "code" {
			delete(want, text(n))
		}
	}
	for name := range want {
		t.Errorf("no node is called exactly %q", name)
	}
}

func TestThePageSaysAllWithoutScripts(t *testing.T) {
	d := reporttest.Sample()
	var page strings.Builder
	hidden := 0
	for _, n := range elements(t, rendered(t, d)) {
		if n.Data == "body" {
			page.WriteString(text(n))
		}
		for _, a := range n.Attr {
			if a.Key == "hidden" {
				hidden++
			}
		}
	}
	for _, f := range d.Findings {
		for _, want := range []string{f.Title, f.Rule, f.Severity, report.Place(f.Proof[0].Evidence())} {
			if !strings.Contains(page.String(), want) {
				t.Errorf("finding %s: the page does not say %q", f.ID, want)
			}
		}
	}
	for _, in := range d.Inputs {
		if !strings.Contains(page.String(), in.Path) || !strings.Contains(page.String(), in.Reason) {
			t.Errorf("the page does not show input %s", in.Path)
		}
	}
	if hidden != 2 {
		t.Errorf("%d elements wait for scripts, want two: the tools and the theme", hidden)
	}
}

func TestIdsAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, n := range elements(t, rendered(t, reporttest.Sample())) {
		if id := attribute(n, "id"); id != "" {
			if seen[id] {
				t.Errorf("two elements have the id %q", id)
			}
			seen[id] = true
		}
	}
	for _, n := range elements(t, rendered(t, reporttest.Sample())) {
		if to, found := strings.CutPrefix(attribute(n, "href"), "#"); found && !seen[to] {
			t.Errorf("a link leads to #%s, which is not there", to)
		}
		for _, to := range strings.Fields(attribute(n, "aria-labelledby")) {
			if !seen[to] {
				t.Errorf("an element is labelled by %s, which is not there", to)
			}
		}
	}
}

func TestTablesAndPicturesAreAccessible(t *testing.T) {
	for _, n := range elements(t, rendered(t, reporttest.Sample())) {
		switch n.Data {
		case "table":
			caption := false
			for c := range n.ChildNodes() {
				caption = caption || c.Data == "caption"
			}
			if !caption {
				t.Error("a table without a caption")
			}
		case "th":
			if attribute(n, "scope") == "" {
				t.Errorf("heading %q has no scope", text(n))
			}
		case "svg":
			if attribute(n, "aria-hidden") == "" && (attribute(n, "role") != "img" || attribute(n, "aria-labelledby") == "") {
				t.Error("a picture without a name")
			}
		case "input", "select":
			if attribute(n, "aria-label") == "" {
				t.Errorf("<%s> without a label", n.Data)
			}
		}
	}
}

func TestEveryColumnSaysSomething(t *testing.T) {
	full, bare := rendered(t, reporttest.Sample()), rendered(t, reporttest.Hostile([]string{"a", "b"}))
	for _, n := range slices.Concat(elements(t, full), elements(t, bare)) {
		if n.Data != "table" || attribute(n, "class") != "data" {
			continue
		}
		var headings []string
		said := map[int]bool{}
		for row := range n.Descendants() {
			if row.Data != "tr" {
				continue
			}
			column := 0
			for cell := range row.ChildNodes() {
				switch {
				case cell.Data != "th" && cell.Data != "td":
					continue
				case row.Parent.Data == "thead":
					headings = append(headings, text(cell))
				case text(cell) != "":
					said[column] = true
				}
				column++
			}
			if column != len(headings) {
				t.Errorf("a row has %d cells under %d headings %q", column, len(headings), headings)
			}
		}
		for i, heading := range headings {
			if !said[i] && slices.Contains([]string{"Owner", "Env", "Claims", "Replicas", "Stands in", "Root of", "at least", "lasts"}, heading) {
				t.Errorf("no row says anything under %q", heading)
			}
		}
	}
}
