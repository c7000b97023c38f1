package catalogue

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// pattern is what a fact matches: a kind and a name, with wildcards.
type pattern struct {
	kind   depgraph.Kind // "*" is any
	prefix string        // of every name that fits
	suffix string        // of every name that fits
	within string        // the longest text that every name that fits holds
	exact  bool          // nothing but prefix
	re     *regexp.Regexp
}

var (
	braces      = regexp.MustCompile(`\{([a-z]+)\}`)
	wildcard    = regexp.MustCompile(`\*|\{[a-z]+\}`)
	placeholder = regexp.MustCompile(`\\\{([a-z]+)\\\}`)
)

func newPattern(text string) (*pattern, error) {
	kind, name, found := strings.Cut(text, ":")
	if !found || kind == "" || name == "" {
		return nil, fmt.Errorf("match %q: want kind:name", text)
	}
	if kind != "*" {
		if _, err := depgraph.ParseID(kind + ":x"); err != nil {
			return nil, fmt.Errorf("match %q: %w", text, err)
		}
	}
	p := &pattern{kind: depgraph.Kind(kind), prefix: name, exact: true}
	if i := strings.IndexAny(name, "*{"); i >= 0 {
		p.prefix, p.suffix, p.exact = name[:i], name[strings.LastIndexAny(name, "*}")+1:], false
	}
	for _, literal := range wildcard.Split(name, -1) {
		if len(literal) > len(p.within) {
			p.within = literal
		}
	}
	body := strings.ReplaceAll(regexp.QuoteMeta(name), `\*`, `.*`)
	body = placeholder.ReplaceAllString(body, `(?P<$1>[^/]+?)`)
	var err error
	if p.re, err = regexp.Compile("^" + body + "$"); err != nil {
		return nil, fmt.Errorf("match %q: %w", text, err)
	}
	return p, nil
}

// names returns the placeholders, "" for the whole match, in the order of what fit returns.
func (p *pattern) names() []string { return p.re.SubexpNames() }

// fit reports whether an id is one that p means, and what its placeholders stand for.
func (p *pattern) fit(id depgraph.ID) ([]string, bool) {
	switch {
	case p.kind != "*" && p.kind != id.Kind:
		return nil, false
	case p.exact:
		return nil, id.Name == p.prefix
	case p.within == "" && len(p.names()) == 1: // nothing but '*'
		return nil, true
	case !strings.HasPrefix(id.Name, p.prefix), !strings.HasSuffix(id.Name, p.suffix), !strings.Contains(id.Name, p.within):
		return nil, false
	}
	values := p.re.FindStringSubmatch(id.Name)
	return values, values != nil
}
