package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/fateline/fateline/analyzer/gate"
	"github.com/fateline/fateline/analyzer/rules"
)

// scanOptions are the flags of scan.
type scanOptions struct {
	in  inputOptions
	out outputOptions
}

func newScanCommand(a *app) *cobra.Command {
	var o scanOptions
	cmd := &cobra.Command{
		Use:   "scan PATH...",
		Short: "Read, analyse and report; findings alone never fail it",
		Args:  somePaths,
		RunE:  func(cmd *cobra.Command, paths []string) error { return runScan(cmd.Context(), a, o, paths) },
	}
	o.in.register(cmd.Flags())
	o.out.register(cmd.Flags(), reportFormats())
	return cmd
}

func runScan(ctx context.Context, a *app, o scanOptions, paths []string) error {
	now, err := o.in.instant()
	if err != nil {
		return err
	}
	return a.report(ctx, o.in, o.out, paths, judging{policy: gate.Policy{FailAt: gate.Never}, rules: rules.All(), now: now})
}
