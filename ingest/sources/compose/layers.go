package compose

import (
	"path"
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
)

// The files that Compose takes without being told: a base, and what is laid over it
// (docs.docker.com/compose/how-tos/multiple-compose-files/merge).
var (
	baseName     = regexp.MustCompile(`^(docker-)?compose\.ya?ml$`)
	overrideName = regexp.MustCompile(`^(docker-)?compose\.override\.ya?ml$`)
)

// over returns what the file that is laid over the service's own says of it. Files that
// are layered by hand may be any of several, so each of them speaks for itself.
func (s *service) over() (body, bool) {
	if !baseName.MatchString(path.Base(s.file.Path())) {
		return body{}, false
	}
	return s.elsewhere(overrideName)
}

// under returns what the file says of the service over which its own is laid.
func (s *service) under() (body, bool) {
	if !overrideName.MatchString(path.Base(s.file.Path())) {
		return body{}, false
	}
	return s.elsewhere(baseName)
}

func (s *service) elsewhere(name *regexp.Regexp) (body, bool) {
	for _, d := range s.docs {
		if v := d.services().Get(s.name); v.Type() == strict.Map && name.MatchString(path.Base(d.file.Path())) {
			return body{d.file, v}, true
		}
	}
	return body{}, false
}

// layered returns all that says something of the service, what counts first: what is
// laid over it, itself, and what either extends.
func (s *service) layered() []body {
	own := s.bodies()
	if over, ok := s.over(); ok {
		return append(s.extended(over, s.name, 0), own...)
	}
	return own
}

// replaced reports whether a field of the service is said again by the file that is laid
// over its own: a command is taken whole, and never merged.
func (s *service) replaced(field string) bool {
	over, ok := s.over()
	return ok && over.value.Get(field).Exists()
}

// missing notes the env files without which Compose refuses to start a service and that
// the inputs do not show: what they set, nothing else says.
func (s *service) missing(b body) {
	for item, name := range b.envNames() {
		if required, ok := item.Get("required").Bool(); ok && !required {
			continue
		}
		if filled := s.fill(name); filled != "" && s.env[s.resolve(b.file, name)] == nil {
			b.file.Note("line %d: the env file %s of service %s is not among the inputs: what it sets is not known", item.Line(), strings.TrimPrefix(filled, "./"), s.name)
		}
	}
}
