package main

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fateline/fateline/analyzer/gate"
	"github.com/fateline/fateline/analyzer/rules"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/safeio"
	"github.com/fateline/fateline/report"
)

// checkOptions are the flags of check. What it judges by comes by flag alone:
// were it found in the scanned tree, a change could bring its own waiver.
type checkOptions struct {
	in       inputOptions
	out      outputOptions
	policy   string // a file; "" fails at high and above
	baseline string // a saved JSON report; "" knows no finding
}

func newCheckCommand(a *app) *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check PATH...",
		Short: "The gate: exit 1 on violations of the policy, 3 where something could not be read",
		Args:  somePaths,
		RunE:  func(cmd *cobra.Command, paths []string) error { return runCheck(cmd.Context(), a, o, paths) },
	}
	cmd.Flags().StringVar(&o.policy, "policy", "", "`FILE` that says what violates; without one: findings of severity high and above")
	cmd.Flags().StringVar(&o.baseline, "baseline", "", "`FILE`, a saved JSON report: what it knows violates only once it has grown")
	o.in.register(cmd.Flags())
	o.out.register(cmd.Flags(), reportFormats())
	return cmd
}

func runCheck(ctx context.Context, a *app, o checkOptions, paths []string) error {
	now, err := o.in.instant()
	if err != nil {
		return err
	}
	by := judging{rules: rules.All(), now: now, file: o.policy}
	if now.IsZero() {
		now = time.Now().UTC()
	}
	if o.policy != "" {
		text, err := readConfig(ctx, "policy", o.policy)
		if err != nil {
			return err
		}
		if by.policy, err = gate.ReadPolicy(o.policy, text, by.rules, now); err != nil {
			return configError{"policy", o.policy, err}
		}
		if by.rules, err = by.policy.Select(by.rules); err != nil {
			return configError{"policy", o.policy, err}
		}
		by.params = by.policy.Params()
		a.own = append(a.own, ingest.Own{Path: o.policy, What: "the policy of this run"})
	}
	by.policy.Now, by.policy.Built = now, buildVersion().built()
	if o.baseline != "" {
		text, err := readConfig(ctx, "baseline", o.baseline)
		if err != nil {
			return err
		}
		saved, err := report.Decode(text)
		if err != nil {
			return configError{"baseline", o.baseline, err}
		}
		by.policy.Baseline = saved.Baseline()
		a.own = append(a.own, ingest.Own{Path: o.baseline, What: "the baseline of this run"})
	}
	return a.report(ctx, o.in, o.out, paths, by)
}

// readConfig reads a file that says how to judge.
func readConfig(ctx context.Context, what, name string) ([]byte, error) {
	text, _, err := safeio.File(name).ReadAll(ctx, safeio.Limits{})
	if err != nil {
		return nil, configError{what, name, err}
	}
	return text, nil
}

// configError is a policy or baseline that cannot be used: nothing is judged by
// a part of it.
type configError struct {
	what string // the id of its messages: policy or baseline
	file string
	err  error // may be several, joined; each may begin with the file and a place in it
}

func (e configError) Error() string { return e.err.Error() }
func (e configError) Unwrap() error { return e.err }

// inFile matches a place within a file and what is wrong there.
var inFile = regexp.MustCompile(`(?s)^((?::[0-9]+)*): (.*)$`)

// fix says what to do about it.
func (e configError) fix() string {
	var bytes *safeio.Error
	switch {
	case errors.As(e.err, &bytes):
		return "name a file that can be read, or leave out --" + e.what
	case e.what == "baseline":
		return "make it again: fateline scan -f json=" + e.file + " PATH"
	}
	return "correct " + e.file + " there, or leave out --" + e.what
}

// messages tells of each error, with its place.
func (e configError) messages() []message {
	errs := []error{e.err}
	var joined interface{ Unwrap() []error }
	if errors.As(e.err, &joined) {
		errs = joined.Unwrap()
	}
	var out []message
	for _, err := range errs {
		m := message{Level: "error", ID: e.what, Place: e.file, Text: err.Error(), Effect: "nothing was judged; exit 2", Fix: e.fix()}
		if rest, found := strings.CutPrefix(m.Text, e.file); found {
			if part := inFile.FindStringSubmatch(rest); part != nil {
				m.Place, m.Text = e.file+part[1], part[2]
			}
		}
		out = append(out, m)
	}
	return out
}
