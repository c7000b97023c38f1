package compose

import (
	"errors"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/compose-spec/compose-go/v2/dotenv"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/textfile"
)

// environments are env files, by path. One that Compose could not read is an error where
// a project uses it; many files are called *.env that none does.
type environments map[string]*envFile

type envFile struct {
	file *ingest.File
	vars map[string]string
	line map[string]int // where a variable is set
	free []string       // variables that its values name and nothing sets
	err  error
}

// of returns a file that a project uses; nil where there is none that can be read.
func (e environments) of(p string) *envFile {
	f := e[p]
	if f != nil && f.err != nil {
		f.file.Fail(f.err)
		return nil
	}
	if f != nil && len(f.free) > 0 {
		f.file.Note("nothing sets %s: empty in its values", strings.Join(f.free, ", "))
		f.free = nil
	}
	return f
}

func (e environments) add(f *ingest.File) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	env := &envFile{file: f, line: map[string]int{}}
	e[path.Clean(f.Path())] = env
	vars, free, line, err := variables(text)
	if err != nil {
		env.err = envError(text, line, err)
		f.Note("no file of variables as Compose reads it")
		return nil
	}
	f.Counted(1)
	env.vars, env.free = vars, free
	for i, line := range strings.Split(text, "\n") {
		if m := assignment.FindStringSubmatch(line); m != nil {
			env.line[m[1]] = i + 1
		}
	}
	return nil
}

// assignment is a line of an env file that sets a variable.
var assignment = regexp.MustCompile(`^\s*(?:export\s+)?([^\s#=:]+)\s*[=:]`)

// variables returns what an env file sets, or the line before the statement in which it
// is broken. The library reads one statement at a time: of several it would put together
// values of any size, each naming the one before twice. It writes to the standard error
// where a value names a variable that nothing sets: these are found out before, and are
// free, in the order of the text.
func variables(text string) (vars map[string]string, free []string, line int, err error) {
	vars = map[string]string{}
	given := address.NewLookup(address.MostGiven, func(name string) (string, bool) { v, ok := vars[name]; return v, ok })
	for at := 0; at < len(text); {
		end := at + statement(text[at:])
		alone := named(text[at:end])
		set, err := dotenv.UnmarshalWithLookup(text[at:end], func(name string) (string, bool) {
			v, ok := given.Look(name)
			if !ok && alone[name] {
				if !slices.Contains(free, name) && len(free) < mostFree {
					free = append(free, name)
				}
				return "", true
			}
			return v, ok
		})
		if err != nil {
			return nil, nil, line, err
		}
		maps.Copy(vars, set)
		line += strings.Count(text[at:end], "\n")
		at = end
	}
	return vars, free, 0, heldBack(given)
}

// mostFree is how many variables that nothing sets are told of a file.
const mostFree = 20

// variable is one in a value: a name alone, or one with what stands in its place or is
// said where it is not set.
var variable = regexp.MustCompile(`\$\{?([A-Za-z_][A-Za-z0-9_]*)(:?[-?+])?`)

// named returns the variables that a statement names, and never with more than the name.
func named(statement string) map[string]bool {
	var out map[string]bool
	for _, m := range variable.FindAllStringSubmatch(statement, -1) {
		if out == nil {
			out = map[string]bool{}
		}
		before, seen := out[m[1]]
		out[m[1]] = m[2] == "" && (before || !seen)
	}
	return out
}

// heldBack is the error where values were held back; else nil.
func heldBack(given *address.Lookup) error {
	if !given.Over() {
		return nil
	}
	return &strict.Error{ID: strict.TooManyValues, Line: 1, Col: 1, Msg: address.HeldBack}
}

// statement returns how long the first statement of an env file is, what stands before it
// included.
func statement(text string) int {
	inLine := func(r rune) bool { return r != '\n' && unicode.IsSpace(r) }
	rest := strings.TrimLeftFunc(text, unicode.IsSpace)
	for strings.HasPrefix(rest, "#") {
		_, rest, _ = strings.Cut(rest, "\n")
		rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
	}
	if i := strings.IndexAny(rest, "=:\n"); i < 0 {
		return len(text)
	} else if rest = rest[i:]; rest[0] != '\n' {
		rest = strings.TrimLeftFunc(rest[1:], inLine)
		if rest != "" && (rest[0] == '"' || rest[0] == '\'') {
			end := 1
			for end < len(rest) && rest[end] != rest[0] {
				if rest[end] == '\\' {
					end++
				}
				end++
			}
			return len(text) - len(rest) + min(end+1, len(rest))
		}
	}
	_, rest, _ = strings.Cut(rest, "\n")
	return len(text) - len(rest)
}

// envError gives an error of the library, in what follows some line, a place. Its text stays
// behind: the library quotes the line, and so its value.
func envError(text string, line int, err error) error {
	if large := (*strict.Error)(nil); errors.As(err, &large) {
		return large
	}
	e := &strict.Error{ID: "environment-syntax", Line: 1, Col: 1, Msg: "no file of variables as Compose reads it"}
	if m := errorLine.FindStringSubmatch(err.Error()); m != nil {
		e.Line, _ = strconv.Atoi(m[1])
		e.Line += line
	}
	if strings.Contains(err.Error(), "unterminated") {
		e.Msg = "the value is never closed"
	}
	if lines := strings.Split(text, "\n"); e.Line >= 1 && e.Line <= len(lines) {
		return textfile.Fault("environment-syntax", e.Line, e.Col, lines[e.Line-1], e.Msg)
	}
	return e
}

var errorLine = regexp.MustCompile(`line (\d+)`)
