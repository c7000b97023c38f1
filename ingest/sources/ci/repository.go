package ci

import (
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// repository is what is known of the repository that a pipeline belongs to.
type repository struct {
	name string // owner/name, else the name of a directory
	dir  string // as the inputs name it; "" is the directory that was scanned
	host string // of its origin, "" where no git configuration says it
	path string // there
}

// remote returns the name of the repository elsewhere; ok is false where it is unknown.
func (r repository) remote() (link.Target, bool) {
	if r.host == "" {
		return link.Target{}, false
	}
	id := depgraph.ID{Kind: depgraph.KindRepo, Name: r.host + "/" + r.path}
	return link.Target{Name: link.Name{Space: link.SpaceRepo, Text: id.Name}, Else: id, Quiet: true}, true
}

// repositories knows the git configurations among the inputs, by directory.
type repositories map[string]repository

// add reads a git configuration. What it does not say, the directory's name does.
func (r repositories) add(f *ingest.File, config string) {
	name := f.Path()
	host, p := origin(f, config)
	if host != "" {
		dir := repositoryDir(name)
		r[dir] = repository{name: p, dir: dir, host: host, path: p}
	}
}

// repositoryDir returns the directory that holds ".git/config".
func repositoryDir(gitConfig string) string {
	dir := path.Dir(path.Dir(gitConfig))
	if dir == "." {
		return ""
	}
	return dir
}

// of returns the repository of a file whose pipelines stand below dir: the one
// whose git configuration encloses it, else dir by its name.
func (r repositories) of(f *ingest.File, dir string) repository {
	for at := dir; ; at = path.Dir(at) {
		if at == "." {
			at = ""
		}
		if known, ok := r[at]; ok {
			known.dir = dir
			if rest := strings.Trim(strings.TrimPrefix(dir, at), "/"); rest != "" {
				known.name += "/" + rest // a copy of another repository inside this one
			}
			return known
		}
		if at == "" || at == "/" || at == ".." {
			break
		}
	}
	return repository{name: directoryName(f, dir), dir: dir}
}

// directoryName names what was scanned, or a directory below it.
func directoryName(f *ingest.File, dir string) string {
	if dir != "" && dir != "." && dir != "/" && path.Base(dir) != ".." {
		return path.Base(dir)
	}
	if f.Root() != "" {
		return f.Root()
	}
	return "repository"
}

var (
	remoteSection = regexp.MustCompile(`^\[remote "([^"]*)"\]$`)
	anySection    = regexp.MustCompile(`^\[[A-Za-z0-9.-]+([ \t]+"([^"\\]|\\.)*")?\]`)
	gitKey        = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*([ \t]*$|[ \t]*[=#;])`)
	remoteURL     = regexp.MustCompile(`^url\s*=\s*(.+)$`)
	scpURL        = regexp.MustCompile(`^(?:[^@/:]+@)?([A-Za-z0-9.-]+\.[A-Za-z0-9-]+):([^/:].*)$`)
)

// origin returns host and path of the remote "origin" of a git configuration, else
// of its first remote. User names and tokens in the address stay behind. What git
// itself refuses (git-config(1), "Syntax") makes the file partial.
func origin(f *ingest.File, config string) (host, p string) {
	section, number := "", 0
	begun, more := false, false // a section was begun; the line before goes on
	fail := func(msg string) {
		f.Fail(&strict.Error{ID: "git-config-syntax", Line: number, Col: 1, Msg: msg})
	}
	for line := range strings.Lines(config) {
		number++
		line = strings.TrimSpace(line)
		goesOn := more
		if more = strings.HasSuffix(line, `\`); goesOn || line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if strings.HasPrefix(line, "[") {
			section, begun = "", true
			if m := remoteSection.FindStringSubmatch(line); m != nil {
				section = m[1]
			}
			if !anySection.MatchString(line) {
				fail("a section header is never closed")
			}
			continue
		}
		switch {
		case !begun || !gitKey.MatchString(line):
			fail("neither a section nor a setting")
		case !more && !evenQuotes(line):
			fail("a string is never closed")
		}
		m := remoteURL.FindStringSubmatch(line)
		if m == nil || section == "" {
			continue
		}
		if h, q := hostAndPath(strings.Trim(m[1], `"`)); h != "" && (host == "" || section == "origin") {
			host, p = h, q
		}
	}
	if more {
		fail("the file ends inside a value that goes on in the next line")
	}
	return host, p
}

// evenQuotes says whether each double quote of a line has its end.
func evenQuotes(line string) bool {
	even := true
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '#', ';':
			if even {
				return true
			}
		case '"':
			even = !even
		}
	}
	return even
}

// hostAndPath splits the address of a repository, of which git knows two spellings.
// A path of this machine has no host.
func hostAndPath(address string) (host, p string) {
	if m := scpURL.FindStringSubmatch(address); m != nil {
		host, p = m[1], m[2]
	} else if u, err := url.Parse(address); err == nil && u.Scheme != "file" {
		host, p = u.Hostname(), u.Path
	}
	p = strings.Trim(strings.TrimSuffix(strings.Trim(p, "/"), ".git"), "/")
	if host == "" || p == "" || strings.ContainsAny(p+host, " \t$\"'") {
		return "", ""
	}
	return strings.ToLower(host), p
}

// slug returns the owner and name by which the members of one host call each
// other's repositories: "group/project" of an address or of itself.
func slug(text string) string {
	if _, p := hostAndPath(text); p != "" {
		return p
	}
	return strings.Trim(text, "/")
}

// around returns the directory of the repository that a file stands in: the one whose
// git configuration encloses it, else what was scanned.
func (r repositories) around(f *ingest.File) string {
	dir := path.Dir(f.Path())
	for at := dir; at != "." && at != "/" && at != ".."; at = path.Dir(at) {
		if _, ok := r[at]; ok {
			return at
		}
	}
	if first, _, below := strings.Cut(f.Path(), "/"); below && first == f.Root() {
		if _, ok := r[""]; !ok {
			return first
		}
	}
	return ""
}
