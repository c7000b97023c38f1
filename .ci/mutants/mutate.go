package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
)

// changes lists what an operator is changed into: first over its boundary, then
// into its contrary.
var changes = map[token.Token][]token.Token{
	token.LSS: {token.LEQ, token.GEQ}, token.LEQ: {token.LSS, token.GTR},
	token.GTR: {token.GEQ, token.LEQ}, token.GEQ: {token.GTR, token.LSS},
	token.EQL: {token.NEQ}, token.NEQ: {token.EQL},
	token.ADD: {token.SUB}, token.SUB: {token.ADD},
	token.MUL: {token.QUO}, token.QUO: {token.MUL}, token.REM: {token.MUL},
}

// edit replaces a part of a file.
type edit struct {
	from, to int // bytes
	text     string
}

// mutator writes one file with its mutants.
type mutator struct {
	*pack
	file  *token.File
	src   []byte
	edits []edit
	sites []*site
}

// mutate writes the package's files with all mutants into dir, and an overlay that puts
// them in the place of the originals.
func (p *pack) mutate(dir string) ([]*site, error) {
	overlay := map[string]string{}
	var sites []*site
	for i, f := range p.files {
		name := filepath.Join(p.dir, p.names[i])
		src, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		m := mutator{pack: p, file: p.fset.File(f.Pos()), src: src, sites: sites}
		for _, d := range f.Decls {
			if g, is := d.(*ast.GenDecl); is && g.Tok != token.VAR {
				continue // constants and types hold nothing that runs
			}
			ast.Inspect(d, m.visit)
		}
		sites = m.sites
		overlay[name] = filepath.Join(dir, p.names[i])
		if err := os.WriteFile(overlay[name], m.rewritten(), 0o600); err != nil {
			return nil, err
		}
	}
	helper := filepath.Join(dir, "mutants_helper.go")
	overlay[filepath.Join(p.dir, "mutants_helper.go")] = helper
	if err := os.WriteFile(helper, []byte("package "+p.types.Name()+fmt.Sprintf(helperText, len(sites))), 0o600); err != nil {
		return nil, err
	}
	text, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		return nil, err
	}
	return sites, os.WriteFile(filepath.Join(dir, "overlay.json"), text, 0o600)
}

func (m *mutator) visit(n ast.Node) bool {
	switch e := n.(type) {
	case *ast.CaseClause: // labels of one switch have to differ
		for _, s := range e.Body {
			ast.Inspect(s, m.visit)
		}
		return m.conditions(e)
	case *ast.BinaryExpr:
		m.binary(e)
	case *ast.UnaryExpr:
		if e.Op == token.SUB && m.info.Types[e].Value == nil && m.isNumber(e) {
			id := m.add(e.OpPos, "-", "")
			m.edit(e.OpPos, e.OpPos+1, fmt.Sprintf("mutantMinus(%d, ", id))
			m.edit(e.End(), e.End(), ")")
		}
	case *ast.IncDecStmt:
		if named, is := types.Unalias(m.info.Types[e.X].Type).(*types.Named); is && named.Obj().Pkg() != m.types {
			return true // a file need not import the type that it counts with
		}
		was, now := "+", "-"
		if e.Tok == token.DEC {
			was, now = "-", "+"
		}
		id := m.add(e.TokPos, was+was, now+now)
		m.edit(e.TokPos, e.End(), fmt.Sprintf(" %s= mutantOne[%s](%d)", was, m.typeOf(e.X), id))
	}
	return true
}

// conditions visits the labels of a switch that has no tag: those are conditions.
func (m *mutator) conditions(c *ast.CaseClause) bool {
	for _, l := range c.List {
		if b, is := m.info.Types[l].Type.Underlying().(*types.Basic); is && b.Info()&types.IsBoolean != 0 && m.info.Types[l].Value == nil {
			ast.Inspect(l, m.visit)
		}
	}
	return false
}

func (m *mutator) binary(e *ast.BinaryExpr) {
	to := changes[e.Op]
	if len(to) == 0 || m.info.Types[e].Value != nil {
		return
	}
	arithmetic := e.Op == token.ADD || e.Op == token.SUB || e.Op == token.MUL || e.Op == token.QUO || e.Op == token.REM
	if arithmetic && !m.isNumber(e) {
		return // text has no contrary of +
	}
	name := map[token.Token]string{
		token.LSS: "Less", token.LEQ: "AtMost", token.GTR: "More", token.GEQ: "AtLeast", token.EQL: "Same", token.NEQ: "Other",
		token.ADD: "Plus", token.SUB: "Take", token.MUL: "Times", token.QUO: "By", token.REM: "Rest",
	}[e.Op]
	if e.Op == token.REM && !m.isInteger(e) {
		return
	}
	if (e.Op == token.EQL || e.Op == token.NEQ) && !m.sameType(e) {
		// Two types, or nil: the contrary is the whole expression denied.
		id := m.add(e.OpPos, e.Op.String(), to[0].String())
		m.edit(e.Pos(), e.Pos(), fmt.Sprintf("mutantDenied(%d, ", id))
		m.edit(e.End(), e.End(), ")")
		return
	}
	var ids []int
	for _, t := range to {
		ids = append(ids, m.add(e.OpPos, e.Op.String(), t.String()))
	}
	instance := ""
	if x := m.info.Types[e.X]; arithmetic || x.Value == nil || m.info.Types[e.Y].Value == nil {
		operand := e.X
		if x.Value != nil {
			operand = e.Y
		}
		if _, basic := types.Unalias(m.info.Types[operand].Type).(*types.Basic); basic { // else the compiler infers it
			instance = "[" + m.typeOf(operand) + "]"
		}
	}
	m.edit(e.Pos(), e.Pos(), fmt.Sprintf("mutant%s%s(%d, ", name, instance, ids[0]))
	m.edit(e.OpPos, e.OpPos+token.Pos(len(e.Op.String())), ",")
	m.edit(e.End(), e.End(), ")")
}

// sameType reports whether both operands have one type that generic code can compare.
func (m *mutator) sameType(e *ast.BinaryExpr) bool {
	x, y := m.info.Types[e.X], m.info.Types[e.Y]
	if x.IsNil() || y.IsNil() || !types.Comparable(x.Type) {
		return false
	}
	return types.Identical(x.Type, y.Type) || x.Value != nil || y.Value != nil
}

func (m *mutator) isNumber(e ast.Expr) bool {
	b, is := m.info.Types[e].Type.Underlying().(*types.Basic)
	return is && b.Info()&types.IsNumeric != 0 && b.Info()&types.IsComplex == 0
}

func (m *mutator) isInteger(e ast.Expr) bool {
	b, is := m.info.Types[e].Type.Underlying().(*types.Basic)
	return is && b.Info()&types.IsInteger != 0
}

func (m *mutator) typeOf(e ast.Expr) string {
	return types.TypeString(types.Default(m.info.Types[e].Type), func(p *types.Package) string {
		if p == m.types {
			return ""
		}
		return p.Name()
	})
}

// add notes a mutant and returns its id.
func (m *mutator) add(at token.Pos, was, now string) int {
	where := m.fset.Position(at)
	s := &site{id: len(m.sites) + 1, place: fmt.Sprintf("%s:%d:%d", filepath.Base(where.Filename), where.Line, where.Column), was: was, now: now}
	m.sites = append(m.sites, s)
	return s.id
}

func (m *mutator) edit(from, to token.Pos, text string) {
	m.edits = append(m.edits, edit{m.file.Offset(from), m.file.Offset(to), text})
}

// rewritten applies the edits. Of those at one place, what closes comes first,
// then what opens, the outer one first: the order in which they were made.
func (m *mutator) rewritten() []byte {
	slices.SortStableFunc(m.edits, func(a, b edit) int {
		if a.from != b.from {
			return a.from - b.from
		}
		closing := func(e edit) int {
			if e.text == ")" {
				return 0
			}
			return 1
		}
		return closing(a) - closing(b)
	})
	var out []byte
	at := 0
	for _, e := range m.edits {
		out = append(append(out, m.src[at:e.from]...), e.text...)
		at = e.to
	}
	return append(out, m.src[at:]...)
}
