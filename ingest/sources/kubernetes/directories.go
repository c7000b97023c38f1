package kubernetes

import (
	"path"
	"slices"
	"strings"

	"github.com/fateline/fateline/ingest"
)

// directories are all directories in which the inputs hold objects, or overlays that
// bring them about, at any depth.
type directories struct {
	all    map[string]bool
	byBase map[string][]string  // by their last step
	asked  map[[2]string]string // what find said of the directory of a tool and a path; "": nothing
}

func directoriesOf(objects []*object) *directories {
	d := &directories{all: map[string]bool{}, byBase: map[string][]string{}, asked: map[[2]string]string{}}
	var last *ingest.File
	for _, o := range objects {
		if o.file == last && o.overlay == nil {
			continue
		}
		if o.file != last {
			d.add(o.file.Path())
		}
		last = o.file
		if o.overlay != nil {
			d.add(o.where())
		}
	}
	return d
}

// add adds the directories around a file.
func (d *directories) add(file string) {
	for dir := path.Dir(file); !d.all[dir]; dir = path.Dir(dir) {
		d.all[dir] = true
		base := path.Base(dir)
		d.byBase[base] = append(d.byBase[base], dir)
	}
}

// find returns the directory of the inputs that a tool's path names. The path
// counts from the root of a repository, which is one of the directories around the
// tool's own file, or else anywhere, if there is one such directory only.
func (d *directories) find(tool *object, p string) (dir string, ok bool) {
	file := tool.file.Path()
	at := [2]string{file[:strings.LastIndexByte(file, '/')+1], p}
	dir, asked := d.asked[at]
	if !asked {
		dir = d.search(path.Dir(file), p)
		d.asked[at] = dir
	}
	return dir, dir != ""
}

// search is find for the tools of a directory; "" is nothing.
func (d *directories) search(from, p string) (dir string) {
	p = strings.Trim(path.Clean("/"+p), "/")
	if p == "" {
		return ""
	}
	for root := from; ; root = path.Dir(root) {
		if candidate := path.Join(root, p); d.all[candidate] {
			dir = candidate // the outermost counts: repositories are not nested
		}
		if root == "." || root == "/" {
			break
		}
	}
	if dir != "" {
		return dir
	}
	ends := func(candidate string) bool { return strings.HasSuffix(candidate, "/"+p) }
	same := d.byBase[path.Base(p)]
	i := slices.IndexFunc(same, ends)
	if i < 0 || slices.ContainsFunc(same[i+1:], ends) {
		return ""
	}
	return same[i]
}
