package svg

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/report"
)

// Picture is a view with places on the page: what the template draws. All
// lengths are in pixels, y runs downwards.
type Picture struct {
	Name          string // distinguishes the ids within one page
	Title, Note   string // for screen readers, and what is left out
	Width, Height float64
	Nodes         []Shape
	Edges         []Line
	Legend        bool
}

// Shape is a node on the page.
type Shape struct {
	X, Y, W, H  float64 // the centre, and the size
	ID          string  // the full id
	Lines       []Text  // the label as it fits, in one line or two
	Sub         Text    // the kind and the place, below the label; its text may be ""
	Outline     string  // the path of its outline
	Inner       string  // a second path within, for kinds whose shape has one; "" for none
	Mark, Say   string  // the mark, and the mark in words
	Dashed      bool    // outside of the system
	Fill, Color string  // presentation attributes: they hold where style sheets are off
	Stroke      float64
}

// Text is a line of a label and how far below the middle of its node it stands.
type Text struct {
	Text  string
	Below float64
}

// Line is an edge on the page.
type Line struct {
	From, To    int     // the nodes that it joins, by index
	Path, Arrow string  // the curve and its head, as paths
	Label       string  // "" is not drawn
	X, Y        float64 // the label's centre
	Plate       float64 // the width of what lies behind the label
	Title       string  // who needs whom, in words
	Dash        string
	Color       string
	Stroke      float64
	Proof       bool
	Hollow      bool // not needed to serve, but in another phase
}

// The look of nodes.
const (
	fontSize   = 12.0
	subSize    = 10.0
	lineHeight = 14.0
	widest     = 210.0
	narrowest  = 96.0
	nodeHeight = 42.0
)

// newShape returns a node without a place.
func newShape(n report.ViewNode) Shape {
	s := Shape{ID: n.Title(), Mark: n.Mark.String(), Say: n.Say, Dashed: n.ID.Kind == depgraph.KindExternal}
	s.Fill, s.Color, s.Stroke = colours(n.Mark)
	sub := n.Sort()
	switch {
	case n.Many > 0:
	case n.ID.Kind == depgraph.KindGroup:
		sub = ""
	case n.Where != "":
		sub = fit(sub+" "+n.Where, widest)
	}
	lines := wrap(n.Label, widest-30)
	width := textWidth(sub, subSize) + 26
	for _, line := range lines {
		width = max(width, textWidth(line, fontSize)+30)
	}
	if n.ID.Kind.IsPlace() {
		width += 14 // its corners are cut
	}
	s.W = math.Ceil(min(widest+14, max(narrowest, width)))
	s.H = nodeHeight + lineHeight*float64(len(lines)-1)
	below := -1 - lineHeight*float64(len(lines)-1)/2
	if sub == "" {
		below += 5
	}
	for _, line := range lines {
		s.Lines = append(s.Lines, Text{line, below})
		below += lineHeight
	}
	s.Sub = Text{sub, below}
	return s
}

// wrap breaks a label that does not fit into two lines, where words end.
func wrap(s string, width float64) []string {
	if textWidth(s, fontSize) <= width {
		return []string{s}
	}
	best := -1
	for i, r := range s {
		if i > 0 && strings.ContainsRune(" /-.:_", r) && textWidth(s[:i+1], fontSize) <= width {
			best = i + 1
		}
	}
	if best < len(s)/5 {
		return []string{fit(s, width)}
	}
	return []string{strings.TrimSpace(s[:best]), fit(strings.TrimSpace(s[best:]), width)}
}

// colours are those of a mark in daylight; the page's style sheet has others for the night.
func colours(m report.Mark) (fill, line string, stroke float64) {
	switch m {
	case report.MarkRoot, report.MarkFailed:
		return "#fde0dc", "#b3261e", 2.5
	case report.MarkDown, report.MarkVictim:
		return "#fdf1ee", "#c4514a", 1.5
	case report.MarkDegraded, report.MarkExposed:
		return "#fdf3d6", "#94690b", 1.5
	case report.MarkFrozen, report.MarkBlind:
		return "#e3eefb", "#2c63a8", 1.5
	}
	return "#ffffff", "#6b7684", 1
}

// place puts the shape's centre somewhere and draws its outline there.
func (s *Shape) place(kind depgraph.Kind, x, y float64) {
	s.X, s.Y = round(x), round(y)
	left, right, top, bottom := s.X-s.W/2, s.X+s.W/2, s.Y-s.H/2, s.Y+s.H/2
	switch {
	case kind == depgraph.KindDatastore || kind == depgraph.KindVolume || kind == depgraph.KindQueue:
		const dip = 5.0
		s.Outline = path("M", left, top+dip, "A", s.W/2, dip, 0, 0, 1, right, top+dip, "L", right, bottom-dip, "A", s.W/2, dip, 0, 0, 1, left, bottom-dip, "Z")
		s.Inner = path("M", left, top+dip, "A", s.W/2, dip, 0, 0, 0, right, top+dip)
	case kind.Family() == depgraph.FamilyPlace:
		const cut = 9.0
		s.Outline = path("M", left+cut, top, "L", right-cut, top, "L", right, s.Y, "L", right-cut, bottom, "L", left+cut, bottom, "L", left, s.Y, "Z")
	case kind == depgraph.KindHuman:
		s.Outline = rounded(left, top, right, bottom, s.H/2)
	case kind.Family() == depgraph.FamilyMaterial && kind != depgraph.KindExternal:
		const fold = 10.0
		s.Outline = path("M", left, top, "L", right-fold, top, "L", right, top+fold, "L", right, bottom, "L", left, bottom, "Z")
		s.Inner = path("M", right-fold, top, "L", right-fold, top+fold, "L", right, top+fold)
	case kind.Family() == depgraph.FamilyOperations:
		s.Outline = rounded(left, top, right, bottom, 2)
		s.Inner = path("M", left+6, top, "L", left+6, bottom)
	default:
		s.Outline = rounded(left, top, right, bottom, 8)
	}
}

func rounded(left, top, right, bottom, r float64) string {
	return path("M", left+r, top, "L", right-r, top, "A", r, r, 0, 0, 1, right, top+r, "L", right, bottom-r, "A", r, r, 0, 0, 1, right-r, bottom,
		"L", left+r, bottom, "A", r, r, 0, 0, 1, left, bottom-r, "L", left, top+r, "A", r, r, 0, 0, 1, left+r, top, "Z")
}

// newLine returns an edge without a place.
func newLine(e report.ViewEdge, labelled bool) Line {
	l := Line{Color: "#7a8593", Stroke: 1.2, Proof: e.Proof, Hollow: !e.Phases.Has(depgraph.Run)}
	l.Title = fmt.Sprintf("%s needs %s", report.Label(e.From.String()), report.Label(e.To.String()))
	if e.Label != "" {
		l.Title += ": " + e.Label
	}
	switch {
	case e.Basis != "":
		l.Dash = "2 3"
		l.Title += " (" + e.Basis + " only)"
	case e.IfLost != depgraph.Down:
		l.Dash = "6 4"
		l.Title += " (" + e.IfLost.String() + " without)"
	}
	if e.Proof {
		l.Color, l.Stroke = "#b3261e", 2
	}
	if e.Many > 0 {
		l.Stroke = min(1+math.Log2(float64(e.Many)), 6)
	}
	if labelled && e.Label != "" {
		l.Label = fit(e.Label, 170)
		l.Plate = math.Ceil(textWidth(l.Label, subSize)) + 6
	}
	return l
}

// head draws the arrow's head: its tip, seen from a point before it.
func (l *Line) head(fromX, fromY, tipX, tipY float64) {
	dx, dy := tipX-fromX, tipY-fromY
	length := math.Hypot(dx, dy)
	if length == 0 {
		return
	}
	dx, dy = dx/length, dy/length
	const long, wide = 8.0, 3.4
	l.Arrow = path("M", tipX, tipY, "L", tipX-long*dx+wide*dy, tipY-long*dy-wide*dx, "L", tipX-long*dx-wide*dy, tipY-long*dy+wide*dx, "Z")
}

// textWidth estimates the width of a text in a sans-serif font: no font is asked,
// so that every machine gives the same picture.
func textWidth(s string, size float64) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case strings.ContainsRune("iljt.,:;|!'()[]/ ", r):
			w += 0.34
		case strings.ContainsRune("mwMW@%", r):
			w += 0.88
		case r >= 0x1100 && (unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hangul, r) || unicode.Is(unicode.Hiragana, r) || unicode.Is(unicode.Katakana, r) || r >= 0x1f000):
			w += 1.05
		case unicode.Is(unicode.Mn, r):
		case unicode.IsUpper(r):
			w += 0.72
		default:
			w += 0.59
		}
	}
	return w * size
}

// fit shortens a text in its middle until it fits: names differ at both ends.
func fit(s string, width float64) string {
	if textWidth(s, fontSize) <= width {
		return s
	}
	runes := []rune(s)
	for keep := len(runes) - 1; keep > 2; keep-- {
		short := string(runes[:(keep+1)/2]) + "…" + string(runes[len(runes)-keep/2:])
		if textWidth(short, fontSize) <= width {
			return short
		}
	}
	return "…"
}

// path writes the commands and numbers of an SVG path.
func path(parts ...any) string {
	var b strings.Builder
	for i, p := range parts {
		if i > 0 {
			b.WriteByte(' ')
		}
		switch p := p.(type) {
		case string:
			b.WriteString(p)
		case int:
			b.WriteString(strconv.Itoa(p))
		case float64:
			b.WriteString(number(p))
		}
	}
	return b.String()
}

func round(f float64) float64 { return math.Round(f*10) / 10 }

func number(f float64) string { return strconv.FormatFloat(round(f), 'f', -1, 64) }
