package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// pack is a package with its types.
type pack struct {
	path, dir string
	names     []string // of its files
	fset      *token.FileSet
	files     []*ast.File
	info      *types.Info
	types     *types.Package
}

// listed is what go list says of a package.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
	DepOnly                 bool
}

// load reads one package and finds the types of its expressions; those of its imports come
// from what the compiler exported.
func load(pattern string) (*pack, error) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Export,GoFiles,DepOnly", "-export", "-deps", pattern)
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	exports := map[string]string{}
	var own *listed
	for d := json.NewDecoder(strings.NewReader(string(text))); ; {
		var l listed
		if err := d.Decode(&l); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		exports[l.ImportPath] = l.Export
		if !l.DepOnly {
			own = &l
		}
	}
	if own == nil {
		return nil, fmt.Errorf("no package")
	}
	p := &pack{path: own.ImportPath, dir: own.Dir, names: own.GoFiles, fset: token.NewFileSet()}
	for _, name := range own.GoFiles {
		f, err := parser.ParseFile(p.fset, filepath.Join(own.Dir, name), nil, 0)
		if err != nil {
			return nil, err
		}
		p.files = append(p.files, f)
	}
	p.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	conf := types.Config{Importer: importer.ForCompiler(p.fset, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})}
	p.types, err = conf.Check(own.ImportPath, p.fset, p.files, p.info)
	return p, err
}
