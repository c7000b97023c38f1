package main

import (
	"go/ast"
	"go/constant"
	"go/types"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestEveryMessageIDIsExplained collects the ids that the program gives its
// messages, and wants an explanation of each, and of no other.
func TestEveryMessageIDIsExplained(t *testing.T) {
	listed := map[string]bool{}
	for _, m := range meanings() {
		if listed[m.ID] || m.What == "" || m.Why == "" {
			t.Errorf("%s is explained twice, or not wholly", m.ID)
		}
		listed[m.ID] = true
	}
	used := messageIDs(t)
	if len(used) < 20 {
		t.Fatalf("%d ids in use: the test would hold for nothing", len(used))
	}
	for _, id := range slices.Sorted(maps.Keys(used)) {
		if !listed[id] {
			t.Errorf("%s: meanings() does not explain the message id %s", used[id], id)
		}
		if !regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`).MatchString(id) {
			t.Errorf("%s: the message id %q is not in kebab-case", used[id], id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(listed)) {
		if used[id] == "" {
			t.Errorf("meanings() explains %s, which no message has", id)
		}
	}
}

// messageIDs returns each id with a place that uses it: constants given to a
// field ID of an error, or to a parameter named id.
func messageIDs(t *testing.T) map[string]string {
	t.Helper()
	used := map[string]string{"policy": "cmd/fateline/cmd_check.go", "baseline": "cmd/fateline/cmd_check.go", "facts": "cmd/fateline/facts.go"} // configError
	inspect(t, func(p *typed, n ast.Node) {
		note := func(e ast.Expr) {
			if tv := p.info.Types[e]; tv.Value != nil && tv.Value.Kind() == constant.String {
				used[constant.StringVal(tv.Value)] = p.place(e.Pos())
			}
		}
		switch n := n.(type) {
		case *ast.CompositeLit:
			if !p.isMessage(n) {
				return
			}
			for _, e := range n.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok && kv.Key.(*ast.Ident).Name == "ID" {
					note(kv.Value)
				}
			}
		case *ast.CallExpr:
			if at := p.idParameter(n); at >= 0 && at < len(n.Args) {
				note(n.Args[at])
			}
		case *ast.AssignStmt: // p.ID, p.Msg = "timed-out", "..."
			for i, target := range n.Lhs {
				if sel, ok := target.(*ast.SelectorExpr); ok && sel.Sel.Name == "ID" && len(n.Lhs) == len(n.Rhs) && p.ofMessage(p.info.TypeOf(sel.X)) {
					note(n.Rhs[i])
				}
			}
		}
	})
	return used
}

// messageTypes are the types that carry the id of a message.
var messageTypes = []string{"ingest/safeio.Error", "analyzer/strict.Error", "ingest.Error", "ingest.Problem", "cmd/fateline.message"}

func (p *typed) isMessage(lit *ast.CompositeLit) bool { return p.ofMessage(p.info.TypeOf(lit)) }

func (p *typed) ofMessage(t types.Type) bool {
	if ptr, ok := t.(*types.Pointer); ok {
		t = ptr.Elem()
	}
	named, ok := t.(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return false
	}
	return slices.Contains(messageTypes, strings.TrimPrefix(named.Obj().Pkg().Path(), module+"/")+"."+named.Obj().Name())
}

// idParameter returns which parameter of a call is a message's id, -1 for none:
// one named id of a function that makes such a type, or that takes a format behind it.
func (p *typed) idParameter(call *ast.CallExpr) int {
	sig, ok := p.info.TypeOf(call.Fun).(*types.Signature)
	if !ok {
		return -1
	}
	makes := false
	for v := range sig.Results().Variables() {
		makes = makes || p.ofMessage(v.Type())
	}
	for i := range sig.Params().Len() {
		makes := makes || sig.Variadic() && i+1 < sig.Params().Len() && sig.Params().At(i+1).Name() == "format"
		if v := sig.Params().At(i); makes && v.Name() == "id" && types.Identical(v.Type(), types.Typ[types.String]) {
			return i
		}
	}
	return -1
}
