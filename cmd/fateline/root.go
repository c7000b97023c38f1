package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/store"
)

// app is one run of the program: its streams and what came of it.
type app struct {
	stdin  io.Reader
	stdout *checkedWriter
	stderr io.Writer
	say    *messages

	logFormat string // text or json
	quiet     bool
	verbose   int

	own      []ingest.Own // files of the run itself
	progress *progress
	outcome  outcome
}

func newApp(stdin io.Reader, stdout, stderr io.Writer) *app {
	return &app{stdin: stdin, stdout: &checkedWriter{w: stdout}, stderr: stderr, say: newMessages(stderr), progress: newProgress(nil, false)}
}

// execute runs the command line and returns what came of it. Whatever goes
// wrong on the way is told here, once.
func (a *app) execute(ctx context.Context, args []string) (o outcome) {
	defer func() {
		if p := recover(); p != nil {
			o = outcome{failure: a.crashed(p)}
		}
		a.say.close()
	}()
	a.say.asJSON = wantsJSON(args) // already: the rest of the line may not be understood
	a.stdin = newInterruptible(ctx, a.stdin)
	err := a.run(ctx, args)
	if used := (memoryError{}); errors.As(err, &used) {
		a.say.say(message{Level: "error", ID: "memory-budget", Text: used.Error(), Effect: "the inputs were not judged; exit 3", Fix: "--memory SIZE raises the budget; --exclude GLOB=REASON leaves inputs out"})
		return outcome{}
	}
	if interrupted := (interruptError{}); errors.As(context.Cause(ctx), &interrupted) {
		a.say.say(message{Level: "error", ID: "interrupted", Text: interrupted.Error(), Effect: "no output was replaced"})
		return outcome{failure: interrupted}
	}
	if err == nil && a.stdout.err != nil {
		err = &store.Error{File: "standard output", Err: a.stdout.err}
	}
	if err != nil {
		a.complain(err)
		return outcome{failure: err}
	}
	return a.outcome
}

func (a *app) run(ctx context.Context, args []string) error {
	root := newRootCommand(a)
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	return root.ExecuteContext(ctx)
}

// crashed tells of a fault of Fateline itself.
func (a *app) crashed(p any) error {
	err := fmt.Errorf("internal error: %v", p)
	a.say.say(message{Level: "error", ID: "internal", Text: fmt.Sprint(p), Effect: "nothing was judged; exit 2", Fix: "please report this, with the lines below"})
	_, _ = a.stderr.Write(debug.Stack())
	return err
}

// complain tells of an error that ended the run.
func (a *app) complain(err error) {
	var usage usageError
	var storing *store.Error
	var config configError
	switch {
	case errors.As(err, &config):
		for _, m := range config.messages() {
			a.say.say(m)
		}
	case errors.As(err, &storing):
		a.say.say(message{Level: "error", ID: "not-stored", Text: err.Error(), Effect: "no verdict stands; exit 4", Fix: "make room or choose another file, then run again"})
	case errors.As(err, &usage):
		a.say.say(message{Level: "error", ID: "usage", Text: usage.text, Effect: "not run; exit 2", Fix: usage.fix})
	default:
		a.say.say(message{Level: "error", ID: "not-run", Text: err.Error(), Effect: "nothing was judged; exit 2"})
	}
}

func newRootCommand(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "fateline",
		Short: "Find the dependencies that no single file shows",
		Long: `Fateline reads manifests, traces and configuration into one dependency graph,
simulates losses, and reports hidden dependencies with proofs.

Exit status, the same for every format:
  0  everything was read, every rule ran, every output was stored, no violation
  1  violations (only check)
  2  not run: usage, configuration, policy or internal error
  3  incomplete: an input could not be read in full
  4  an output could not be stored
  130, 143  interrupted
Only 0 is a pass.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usageError{"no command was given", "fateline scan PATH, or fateline --help"}
		},
		PersistentPreRunE: func(*cobra.Command, []string) error { return a.setUp() },
	}
	root.SuggestionsMinimumDistance = 2
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{err.Error(), "see " + cmd.CommandPath() + " --help"}
	})
	root.SetHelpFunc(a.help(root.HelpFunc()))
	root.SetHelpCommand(newHelpCommand())
	flags := root.PersistentFlags()
	flags.StringVar(&a.logFormat, "log-format", "text", "form of the messages on stderr: text or json")
	flags.BoolVarP(&a.quiet, "quiet", "q", false, "messages: errors alone, no progress")
	flags.CountVarP(&a.verbose, "verbose", "v", "messages: say more, twice for everything")
	root.AddCommand(
		newScanCommand(a), newCheckCommand(a), newBlastCommand(a), newWhatifCommand(a), newWhyCommand(a), newGraphCommand(a), newRiskCommand(a), newDiffCommand(a),
		newExplainCommand(a), newFormatsCommand(a), newCompletionCommand(a), newVersionCommand(a),
	)
	return root
}

// wantsJSON looks for --log-format json on a line that is not parsed yet.
func wantsJSON(args []string) bool {
	at := slices.Index(args, "--log-format")
	return slices.Contains(args, "--log-format=json") || at >= 0 && at+1 < len(args) && args[at+1] == "json"
}

// setUp applies the flags that every command has.
func (a *app) setUp() error {
	switch a.logFormat {
	case "text", "json":
	default:
		return usageError{fmt.Sprintf("--log-format %q: want text or json", a.logFormat), ""}
	}
	a.say.quiet = a.quiet
	return nil
}

// details is how much a text says.
func (a *app) details() report.Details {
	switch {
	case a.quiet:
		return report.Brief
	case a.verbose > 0:
		return report.Full
	}
	return report.Normal
}

// log is where parts of the program say what they do, with -v and -vv; nil is nowhere.
func (a *app) log() *slog.Logger {
	if a.verbose == 0 {
		return nil
	}
	options := &slog.HandlerOptions{Level: slog.LevelInfo, ReplaceAttr: func(_ []string, attr slog.Attr) slog.Attr {
		if attr.Key == slog.TimeKey {
			return slog.Attr{} // the same run says the same
		}
		return attr
	}}
	if a.verbose > 1 {
		options.Level = slog.LevelDebug
	}
	if a.say.asJSON {
		return slog.New(slog.NewJSONHandler(a.stderr, options))
	}
	return slog.New(slog.NewTextHandler(a.stderr, options))
}

// help prints help and records that it was printed.
func (a *app) help(print func(*cobra.Command, []string)) func(*cobra.Command, []string) {
	return func(cmd *cobra.Command, args []string) {
		err := a.print(func(w io.Writer) error {
			cmd.SetOut(w)
			print(cmd, args)
			return nil
		})
		if err != nil {
			a.stdout.err = err
		}
	}
}

func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Print help about a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usageError{fmt.Sprintf("%q is no command", strings.Join(args, " ")), "see fateline --help"}
			}
			return about.Help()
		},
	}
}

// noArguments refuses arguments; at the root they are an unknown command.
func noArguments(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case cmd.HasSubCommands():
		fix := "see fateline --help"
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			fix = "did you mean " + strings.Join(near, " or ") + "?"
		}
		return usageError{fmt.Sprintf("%q is no command", args[0]), fix}
	}
	return usageError{fmt.Sprintf("%s takes no argument, got %q", cmd.Name(), args[0]), ""}
}

// checkedWriter remembers the first error, so that a full device cannot pass for
// an output.
type checkedWriter struct {
	w   io.Writer
	err error
}

func (c *checkedWriter) Write(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.w.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	c.err = err
	return n, err
}
