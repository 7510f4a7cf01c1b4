package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

// Exit codes.
const (
	exitOK = iota
	exitFailed
	exitUsage
	exitNotFound
	exitNotAllowed
)

// tool is what the commands have in common: the world around them, and the flags that all
// of them know.
type tool struct {
	getenv   func(string) string
	version  string
	now      func() time.Time
	poll     time.Duration          // between two looks at a job
	attended func() bool            // somebody can answer questions
	watched  func() bool            // somebody sees progress
	password func() ([]byte, error) // reads a line that is not shown
	cloud    func(ctx context.Context, project string) (cloud, error)

	flags settings
	json  bool
	yes   bool
}

// newRoot returns the command that all others hang under.
func newRoot(t *tool) *cobra.Command {
	root := &cobra.Command{
		Use:   "pipelinectl",
		Short: "Operate the ingestion pipeline",
		Long: `Operate the ingestion pipeline through its management API.

The API's address and a token come from flags, or from PIPELINE_API and PIPELINE_TOKEN (or
PIPELINE_TOKEN_COMMAND), or from the file that devstack writes (--ready-file), or from a
profile of pipelinectl/config.yaml in the user's configuration directory:

  current: production
  profiles:
    production:
      api: https://api.example.com
      token_command: gcloud auth print-identity-token
      tenant: tenant_demo

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 not allowed.`,
		Version:       t.version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	t.addFlags(root)
	root.AddCommand(
		newTenant(t), newSource(t), newIntegration(t), newKey(t), newMapping(t), newWorkflow(t), newNotifications(t),
		newRequest(t), newRedrive(t), newPause(t), newResume(t),
		newErase(t), newExport(t), newOptOut(t), newImport(t), newRescore(t), newReanalyze(t), newCorrections(t), newJob(t),
		newStats(t), newOutcomes(t), newTimings(t), newCosts(t), newBudget(t), newAudit(t), newBacklog(t), newQuotas(t),
		newToken(t), newDoctor(t), newSign(), newEvaluate(t),
	)
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	finish(root)
	return root
}

func (t *tool) addFlags(root *cobra.Command) {
	set := root.PersistentFlags()
	set.StringVar(&t.flags.API, "api", "", "address of the management API")
	set.StringVar(&t.flags.Token, "token", "", "bearer token; other users of the machine can see flags, so prefer PIPELINE_TOKEN")
	set.StringVar(&t.flags.TokenCommand, "token-command", "", "command that prints a token, run again when it expires")
	set.StringVarP(&t.flags.Tenant, "tenant", "t", "", "the tenant's id")
	set.StringVar(&t.flags.ReadyFile, "ready-file", "", "file of a running devstack, which names API and token")
	set.StringVar(&t.flags.Profile, "profile", "", "profile of the configuration file")
	set.BoolVarP(&t.yes, "yes", "y", false, "answer every question with yes")
	set.VarP(&format{&t.json}, "output", "o", "table or json")
	_ = root.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"table", "json"}, cobra.ShellCompDirectiveNoFileComp)) // fails only for an unknown flag
}

// format is the flag that chooses between tables and JSON.
type format struct{ json *bool }

func (f *format) Type() string { return "format" }

func (f *format) String() string {
	if f.json != nil && *f.json {
		return "json"
	}
	return "table"
}

func (f *format) Set(value string) error {
	if value != "table" && value != "json" {
		return errors.New("it must be table or json")
	}
	*f.json = value == "json"
	return nil
}

// runError is what a command that ran came to; any other error is one of usage.
type runError struct {
	command string
	err     error
}

func (e *runError) Error() string { return e.command + ": " + e.err.Error() }
func (e *runError) Unwrap() error { return e.err }

// usageError says that a command was called the wrong way.
type usageError string

func (e usageError) Error() string { return string(e) }

// finish lets every command say whether it failed or was misused, and groups of commands
// refuse a word that they do not know.
func finish(cmd *cobra.Command) {
	for _, child := range cmd.Commands() {
		finish(child)
	}
	if cmd.Name() == "help" || (cmd.HasParent() && cmd.Parent().Name() == "completion") {
		return
	}
	run, path := cmd.RunE, cmd.CommandPath()
	if run == nil {
		cmd.Args = cobra.ArbitraryArgs
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return usageError(fmt.Sprintf("%s: there is no command %q", path, args[0]))
		}
		return
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		err := run(cmd, args)
		if usage := usageError(""); err == nil || errors.As(err, &usage) {
			return err
		}
		return &runError{command: path, err: err}
	}
}

// execute runs the command that the arguments name, and returns the exit code.
func execute(ctx context.Context, root *cobra.Command, args []string) int {
	root.SetArgs(doubled(root, args))
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(root.ErrOrStderr(), err)
	code := exitCode(err)
	if code == exitUsage {
		fmt.Fprintf(root.ErrOrStderr(), "See '%s --help'.\n", cmd.CommandPath())
	}
	return code
}

func exitCode(err error) int {
	if failed := (*runError)(nil); !errors.As(err, &failed) {
		return exitUsage
	}
	problem := (*problemError)(nil)
	if !errors.As(err, &problem) {
		return exitFailed
	}
	switch problem.status {
	case http.StatusNotFound:
		return exitNotFound
	case http.StatusUnauthorized, http.StatusForbidden:
		return exitNotAllowed
	default:
		return exitFailed
	}
}
