package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/gate"
	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/formats"
)

// graphOptions are the flags of graph.
type graphOptions struct {
	in  inputOptions
	out outputOptions
}

func newGraphCommand(a *app) *cobra.Command {
	var o graphOptions
	cmd := &cobra.Command{
		Use:   "graph PATH...",
		Short: "Write the linked graph; its JSON can be read back as an input",
		Args:  somePaths,
		RunE:  func(cmd *cobra.Command, paths []string) error { return runGraph(cmd.Context(), a, o, paths) },
	}
	o.in.register(cmd.Flags())
	o.out.register(cmd.Flags(), append([]string{"json"}, pictures()...))
	return cmd
}

func runGraph(ctx context.Context, a *app, o graphOptions, paths []string) error {
	return a.withGraph(ctx, o.in, o.out, paths, func(ctx context.Context, g *depgraph.Graph, box *outbox) error {
		a.progress.enter("writing")
		receipt, err := box.send(ctx, a.stdout, func(w io.Writer, o output) error {
			if o.format == "json" {
				return writeGraph(w, g)
			}
			f, _ := formats.Find(o.format)
			return f.Write(ctx, w, report.New(g, nil, gate.Verdict{}), report.Options{Color: o.color})
		})
		if err != nil {
			return err
		}
		a.outcome = outcome{complete: len(gate.Evidence(g)) == 0, receipt: receipt}
		return nil
	})
}

// writeGraph writes a graph in its JSON form, one fact a line, so that the
// difference of two files shows what changed.
func writeGraph(w io.Writer, g *depgraph.Graph) error {
	form := depgraph.ToWire(g)
	b := bufio.NewWriter(w)
	if _, err := fmt.Fprintf(b, "{\n  \"schema\": %q", form.Schema); err != nil {
		return err
	}
	lists := []func() error{
		func() error { return writeList(b, "nodes", form.Nodes) },
		func() error { return writeList(b, "requirements", form.Requirements) },
		func() error { return writeList(b, "drills", form.Drills) },
		func() error { return writeList(b, "unresolved", form.Unresolved) },
		func() error { return writeList(b, "inputs", form.Inputs) },
	}
	for _, write := range lists {
		if err := write(); err != nil {
			return err
		}
	}
	if _, err := b.WriteString("\n}\n"); err != nil {
		return err
	}
	return b.Flush()
}

func writeList[T any](b *bufio.Writer, name string, items []T) error {
	if _, err := fmt.Fprintf(b, ",\n  %q: [", name); err != nil {
		return err
	}
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false)
	for i, item := range items {
		line.Reset()
		if i > 0 {
			line.WriteByte(',')
		}
		line.WriteString("\n    ")
		if err := e.Encode(item); err != nil {
			return err
		}
		if _, err := b.Write(report.SafeJSON(bytes.TrimRight(line.Bytes(), "\n"))); err != nil {
			return err
		}
	}
	end := "]"
	if len(items) > 0 {
		end = "\n  ]"
	}
	_, err := b.WriteString(end)
	return err
}
