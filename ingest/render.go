package ingest

import (
	"bytes"
	"context"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/safeio"
)

// Tool is a program that renders what is no manifest yet.
type Tool string

// The tools that a renderer is asked for.
const (
	Helm      Tool = "helm"      // for a directory with a Chart.yaml
	Kustomize Tool = "kustomize" // for a directory with a kustomization
)

// Renderer returns the manifests that a tool makes of a directory, such as those
// that "helm template DIR" prints. It runs whatever program it likes; this package
// runs none.
type Renderer func(ctx context.Context, tool Tool, dir string) ([]byte, error)

// toRender is a directory to render, and the files whose place the output takes.
type toRender struct {
	tool   Tool
	at     *found // Chart.yaml or the kustomization
	covers []*found
}

// render replaces charts and overlays by what the tools make of them. Charts of
// charts, libraries and bases that an overlay names are rendered as its parts. The
// error is that of the context.
func (w *walker) render(ctx context.Context) error {
	if w.opt.Render == nil {
		return nil
	}
	covered := map[*found]string{}
	for _, d := range append(w.charts(ctx), w.overlays(ctx)...) {
		shown := path.Dir(d.at.path)
		data, err := w.opt.Render(ctx, d.tool, d.at.dir)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		name := map[Tool]string{Helm: "+helm-template.yaml", Kustomize: "+kustomize-build.yaml"}[d.tool]
		if err == nil && len(bytes.TrimSpace(data)) == 0 {
			err = &Error{ID: NotRendered, Msg: string(d.tool) + " printed nothing", Fix: "exclude the directory if that is meant to be"}
		}
		if err != nil {
			w.unreadable(join(shown, name), err)
			continue
		}
		w.files = append(w.files, &found{path: join(shown, name), root: d.at.root, dir: d.at.dir, ref: safeio.Stream(bytes.NewReader(data))})
		for _, f := range d.covers {
			if covered[f] == "" {
				covered[f] = "rendered by " + string(d.tool) + " into " + join(shown, name)
			}
		}
	}
	w.files = slices.DeleteFunc(w.files, func(f *found) bool {
		if why := covered[f]; why != "" {
			w.row(f.path, depgraph.Excluded, why)
		}
		return covered[f] != ""
	})
	return nil
}

// charts lists the charts that can be rendered by themselves.
func (w *walker) charts(ctx context.Context) []toRender {
	dirs := map[string]*found{}
	for _, f := range w.files {
		if path.Base(f.path) == "Chart.yaml" && !f.linked && f.dir != "" {
			dirs[path.Dir(f.path)] = f
		}
	}
	var out []toRender
	for _, at := range w.files {
		dir := path.Dir(at.path)
		if dirs[dir] != at || within(path.Dir(dir), dirs) || w.document(ctx, at).Get("type").Text() == "library" {
			continue
		}
		d := toRender{tool: Helm, at: at}
		renders := false
		for _, f := range w.files {
			below, in := under(f.path, dir)
			if !in {
				continue
			}
			d.covers = append(d.covers, f)
			renders = renders || strings.HasPrefix(below, "templates/") || strings.HasPrefix(below, "charts/")
		}
		if renders {
			out = append(out, d)
		}
	}
	return out
}

// within reports whether a directory is, or lies below, one of others.
func within(dir string, dirs map[string]*found) bool {
	for ; dir != "." && dir != "/"; dir = path.Dir(dir) {
		if dirs[dir] != nil {
			return true
		}
	}
	return dirs["."] != nil && dir == "."
}

// under returns the path below a directory, and whether it is there.
func under(name, dir string) (below string, ok bool) {
	if dir == "." {
		return name, !path.IsAbs(name)
	}
	return strings.CutPrefix(name, dir+"/")
}

// overlays lists the kustomizations that no other one names.
func (w *walker) overlays(ctx context.Context) []toRender {
	byPath, roots, refs := map[string]*found{}, map[string]*found{}, map[string][]string{}
	for _, f := range w.files {
		byPath[f.path] = f
		switch path.Base(f.path) {
		case "kustomization.yaml", "kustomization.yml", "Kustomization":
		default:
			continue
		}
		root := w.document(ctx, f)
		if f.linked || f.dir == "" || strings.Contains(root.Get("apiVersion").Text(), "toolkit.fluxcd.io") || root.Type() != strict.Map {
			continue
		}
		dir := path.Dir(f.path)
		roots[dir], refs[dir] = f, named(root, dir)
	}
	apart := map[string]bool{}
	for dir, of := range refs {
		for _, ref := range of {
			if ref != dir && roots[ref] != nil {
				apart[ref] = true
			}
		}
		if w.document(ctx, roots[dir]).Get("kind").Text() == "Component" {
			apart[dir] = true
		}
	}
	var out []toRender
	for _, at := range w.files {
		dir := path.Dir(at.path)
		if roots[dir] != at || apart[dir] {
			continue
		}
		d := toRender{tool: Kustomize, at: at}
		seen := map[string]bool{}
		for queue := []string{dir}; len(queue) > 0; queue = queue[1:] {
			if seen[queue[0]] {
				continue
			}
			seen[queue[0]] = true
			if f := byPath[queue[0]]; f != nil {
				d.covers = append(d.covers, f)
			}
			if f := roots[queue[0]]; f != nil {
				d.covers = append(d.covers, f)
				queue = append(queue, refs[queue[0]]...)
			}
		}
		out = append(out, d)
	}
	return out
}

// named lists the files and directories that a kustomization names, as the walk
// knows them. What lies elsewhere is nothing that the walk met.
func named(root strict.Value, dir string) []string {
	var out []string
	add := func(v strict.Value) {
		if text := v.Text(); text != "" && !strings.Contains(text, "\n") {
			out = append(out, path.Join(dir, filepath.ToSlash(text)))
		}
	}
	for _, key := range []string{"resources", "bases", "components", "patchesStrategicMerge", "transformers", "generators", "crds", "configurations"} {
		for v := range root.Get(key).Items() {
			add(v)
		}
	}
	for _, key := range []string{"patches", "patchesJson6902"} {
		for v := range root.Get(key).Items() {
			add(v.Get("path"))
		}
	}
	return out
}

// document returns the first document of a small file; the zero value where it
// cannot be read, which whoever reads it later says.
func (w *walker) document(ctx context.Context, f *found) strict.Value {
	data, _, err := f.ref.ReadAll(ctx, w.opt.Limits.bytes())
	if err != nil {
		return strict.Value{}
	}
	docs, err := strict.YAML(data, w.opt.Limits.Strict)
	if err != nil || len(docs) == 0 {
		return strict.Value{}
	}
	return docs[0].Root
}
