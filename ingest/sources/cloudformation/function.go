package cloudformation

import (
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/cloud"
)

// function returns the intrinsic function that a value is a call of, in its long
// form, and its argument. The short form of YAML is a tag.
func function(v strict.Value) (name string, arg strict.Value, is bool) {
	if tag := v.Tag(); strings.HasPrefix(tag, "!") {
		name = strings.TrimPrefix(tag, "!")
		if name != "Ref" && name != "Condition" {
			name = "Fn::" + name
		}
		return name, v, true
	}
	if v.Type() != strict.Map || v.Len() != 1 {
		return "", v, false
	}
	for k, item := range v.Fields() {
		if k.Text == "Ref" || k.Text == "Condition" && item.Text() != "" || strings.HasPrefix(k.Text, "Fn::") {
			return k.Text, item, true
		}
	}
	return "", v, false
}

// eval returns what a value is worth.
func (st *stack) eval(v strict.Value, depth int) worth {
	if depth > maxDepth {
		return unknown
	}
	name, arg, is := function(v)
	if !is {
		return st.plain(v, depth)
	}
	switch name {
	case "Ref":
		return st.ref(arg.Text())
	case "Fn::GetAtt":
		return st.attribute(arg)
	case "Fn::Sub":
		return st.sub(arg, depth)
	case "Fn::Join":
		return join(st.argument(arg.At(0), depth), st.argument(arg.At(1), depth))
	case "Fn::Select":
		return selected(st.argument(arg.At(0), depth), st.argument(arg.At(1), depth))
	case "Fn::Split":
		return split(st.argument(arg.At(0), depth), st.argument(arg.At(1), depth))
	case "Fn::FindInMap":
		return st.mapped(arg, depth)
	case "Fn::If":
		return st.either(arg, depth)
	case "Fn::ImportValue":
		return st.imported(st.untagged(arg, depth))
	case "Fn::GetAZs":
		var zones worth
		for n := 1; n <= listedZones; n++ {
			zones = append(zones, piece{text: cloud.StackZone(st.top(), n), known: true})
		}
		return zones
	case "Fn::Base64", "Fn::ToJsonString", "Fn::Transform", "Fn::Length", "Fn::Cidr":
		w := st.untagged(arg, depth)
		if name == "Fn::Base64" {
			return w
		}
		return worth{{from: w.resources()}}
	}
	return unknown
}

// listedZones is how many zones a region is taken to list: three, as all but a few do.
const listedZones = 3

// top names the region of a stack: nested stacks are created where their parent is.
func (st *stack) top() string {
	for _, other := range st.set.made {
		if !other.nested && (st.name == other.name || strings.HasPrefix(st.name, other.name+"/")) {
			return other.name
		}
	}
	return st.name
}

func (st *stack) argument(v strict.Value, depth int) worth { return st.eval(v, depth+1) }

// untagged evaluates the argument of a function whose short form is a tag on the very
// value: !ImportValue name. What stands below, such as "Fn::Sub", is evaluated.
func (st *stack) untagged(v strict.Value, depth int) worth {
	if v.Tag() == "" {
		return st.eval(v, depth+1)
	}
	if v.Type() == strict.Map && v.Len() == 1 {
		for k, item := range v.Fields() {
			switch k.Text {
			case "Fn::Sub":
				return st.sub(item, depth+1)
			case "Ref":
				return st.ref(item.Text())
			case "Fn::Join":
				return join(st.argument(item.At(0), depth), st.argument(item.At(1), depth))
			}
		}
	}
	return st.plain(v, depth+1)
}

func (st *stack) plain(v strict.Value, depth int) worth {
	switch v.Type() {
	case strict.Map:
		var out worth
		for _, item := range v.Fields() {
			out = append(out, piece{from: st.argument(item, depth).resources()})
		}
		return out
	case strict.List:
		var out worth
		for item := range v.Items() {
			out = append(out, st.argument(item, depth)...)
		}
		return out
	}
	if text := v.Text(); strings.Contains(text, "{{resolve:") {
		return worth{{}} // a secret, or a parameter of the account
	} else if text != "" {
		return literal(text)
	}
	return nil
}

// stackMark stands for the name of the stack, which only its creator knows.
const stackMark = "\x00"

func (st *stack) ref(name string) worth {
	switch name {
	case "AWS::StackName":
		return literal(stackMark)
	case "AWS::NoValue":
		return nil
	case "AWS::Partition":
		return literal("aws")
	case "AWS::URLSuffix":
		return literal("amazonaws.com")
	}
	if w, given := st.given[name]; given {
		return w
	}
	if r := st.resources[name]; r != nil {
		return worth{{from: []*cloud.Resource{r}}}
	}
	if r := st.called[name]; r != nil {
		return worth{{from: []*cloud.Resource{r}}}
	}
	parameter := st.root.Get("Parameters", name)
	value := parameter.Get("Default")
	if !value.Exists() || strings.HasPrefix(parameter.Get("Type").Text(), "AWS::SSM::") || parameter.Get("NoEcho").Text() == "true" {
		return unknown
	}
	if strings.Contains(parameter.Get("Type").Text(), "List") {
		var out worth
		for _, item := range strings.Split(value.Text(), ",") {
			out = append(out, literal(strings.TrimSpace(item))...)
		}
		return out
	}
	return literal(value.Text())
}

// attribute is Fn::GetAtt, written as a list, or as text with a dot.
func (st *stack) attribute(arg strict.Value) worth {
	id, attr, _ := strings.Cut(arg.Text(), ".")
	if arg.Type() == strict.List {
		id, attr = arg.At(0).Text(), arg.At(1).Text()
	}
	if child := st.children[id]; child != nil {
		if output, found := strings.CutPrefix(attr, "Outputs."); found {
			return child.output(output)
		}
	}
	if r := st.resources[id]; r != nil {
		return worth{{from: []*cloud.Resource{r}}}
	}
	return unknown
}

func (st *stack) output(name string) worth {
	return st.once("output "+name, func() worth { return st.eval(st.root.Get("Outputs", name, "Value"), 0) })
}

// once evaluates what many may ask for, once; what needs itself is unknown.
func (st *stack) once(key string, f func() worth) worth {
	if w, done := st.memo[key]; done {
		return w
	}
	if st.busy[key] {
		return unknown
	}
	st.busy[key] = true
	defer delete(st.busy, key)
	w := f()
	st.memo[key] = w
	return w
}

var placeholder = regexp.MustCompile(`\$\{([^!}][^}]*)\}`)

// sub is Fn::Sub: a text, or a text and the values of its placeholders.
func (st *stack) sub(arg strict.Value, depth int) worth {
	text, values := arg.Text(), strict.Value{}
	if arg.Type() == strict.List {
		text, values = arg.At(0).Text(), arg.At(1)
	}
	out := piece{known: true}
	var b strings.Builder
	last := 0
	for _, at := range placeholder.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(text[last:at[0]])
		last = at[1]
		name := strings.TrimSpace(text[at[2]:at[3]])
		var w worth
		id, attr, dotted := strings.Cut(name, ".")
		switch {
		case values.Get(name).Exists():
			w = st.argument(values.Get(name), depth)
		case dotted && st.children[id] != nil && strings.HasPrefix(attr, "Outputs."):
			w = st.children[id].output(strings.TrimPrefix(attr, "Outputs."))
		case dotted && st.resources[id] != nil:
			w = worth{{from: []*cloud.Resource{st.resources[id]}}}
		default:
			w = st.ref(name)
		}
		value, known := w.text()
		out.known = out.known && known
		out.from = append(out.from, w.resources()...)
		b.WriteString(value)
	}
	b.WriteString(text[last:])
	out.text = strings.ReplaceAll(b.String(), "${!", "${")
	if strings.Contains(out.text, "{{resolve:") {
		out.known = false
	}
	return worth{out}
}

func (st *stack) mapped(arg strict.Value, depth int) worth {
	at := st.root.Get("Mappings")
	for i := range 3 {
		key, known := st.argument(arg.At(i), depth).text()
		if !known {
			return unknown
		}
		at = at.Get(key)
	}
	if !at.Exists() {
		return unknown
	}
	return st.plain(at, depth+1)
}

// export is a value that a stack gives to others of its region.
type export struct {
	name  string // may hold stackMark
	stack *stack
	value strict.Value
}

func (st *stack) findExports() {
	for _, out := range st.root.Get("Outputs").Fields() {
		name := out.Get("Export", "Name")
		if text, known := st.eval(name, 0).text(); known && text != "" {
			st.set.exports = append(st.set.exports, export{text, st, out.Get("Value")})
		}
	}
}

// imported returns the value that one export of a name has. The name of a stack is
// not known: it stands for any.
func (st *stack) imported(name worth) worth {
	text, known := name.text()
	if !known {
		return unknown
	}
	var found []export
	for _, e := range st.set.exports {
		if matches(e.name, text) || matches(text, e.name) {
			found = append(found, e)
		}
	}
	if len(found) != 1 {
		return unknown
	}
	e := found[0]
	return e.stack.once("export "+e.name, func() worth { return e.stack.eval(e.value, 1) })
}

// matches reports whether a text is what a pattern says, where the name of a stack
// in the pattern may be anything.
func matches(pattern, text string) bool {
	quoted := regexp.QuoteMeta(pattern)
	if !strings.Contains(pattern, stackMark) {
		return pattern == text
	}
	re, err := regexp.Compile("^" + strings.ReplaceAll(quoted, stackMark, "[^:]+") + "$")
	return err == nil && re.MatchString(text)
}
