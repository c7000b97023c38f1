package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/fateline/fateline/ingest/catalogue"
)

// catalogue returns what counts as common knowledge in this run: what comes with
// the program, and the files of the user, without what the user switched off.
func (o inputOptions) catalogue(ctx context.Context) (*catalogue.Catalogue, error) {
	all := catalogue.Builtin()
	from := map[string]string{} // the user's file, by id
	for _, file := range slices.Compact(slices.Sorted(slices.Values(o.facts))) {
		text, err := readConfig(ctx, "facts", file)
		if err != nil {
			return nil, err
		}
		part, err := catalogue.Parse(file, text)
		if err != nil {
			return nil, configError{"facts", file, err}
		}
		var errs []error
		for _, f := range part.Facts {
			if all.Fact(f.ID) != nil {
				errs = append(errs, fmt.Errorf("%s:%d:%d: fact %q stands in %s already", file, f.Line, f.Col, f.ID, origin(from[f.ID])))
			}
			from[f.ID] = file
		}
		if err := errors.Join(errs...); err != nil {
			return nil, configError{"facts", file, err}
		}
		all = all.Merge(part)
	}
	less, err := all.Without(o.noFact...)
	if err != nil {
		return nil, usageError{"--no-fact: " + err.Error(), "the note of an implied requirement begins with the fact's id: fateline why --node ID PATH"}
	}
	return less, nil
}

func origin(file string) string {
	if file == "" {
		return "the built-in catalogue"
	}
	return file
}
