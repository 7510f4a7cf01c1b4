package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/internal/workflow"
)

// newWorkflow returns the commands about a tenant's rules.
func newWorkflow(t *tool) *cobra.Command {
	cmd := &cobra.Command{
		Use: "workflow", Short: "Check and change the rules that decide where leads go",
		Example: "  pipelinectl workflow show -t tenant_demo",
	}
	cmd.AddCommand(newWorkflowShow(t), newWorkflowLint(t), newWorkflowSet(t), newWorkflowDryRun(t))
	return cmd
}

func newWorkflowShow(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "Show the rules, in the form that set reads",
		Example: "  pipelinectl workflow show -t tenant_demo > workflow.yaml",
		Args:    cobra.NoArgs,
		RunE: t.perTenant(func(ctx context.Context, s *session, _ []string) error {
			a, err := read(s.api.GetWorkflow(ctx, s.Tenant))
			if err != nil {
				return err
			}
			return s.showRules(a)
		}),
	}
}

func (s *session) showRules(a answer) error {
	if s.json {
		return s.printJSON(a.body)
	}
	text, err := toYAML(a.body)
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	_, err = fmt.Fprint(s.out, text)
	return err
}

func newWorkflowLint(t *tool) *cobra.Command {
	var names bool
	cmd := &cobra.Command{
		Use: "lint FILE", Short: "Check a file of rules without a server",
		Long: `Check the rules of a YAML or JSON file: expressions, actions and limits. No server is needed.
Which integrations and channels there are is only known to the server: --names asks it.`,
		Example: "  pipelinectl workflow lint workflow.yaml",
		Args:    cobra.ExactArgs(1),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		raw, err := readRules(cmd.InOrStdin(), args[0])
		if err != nil {
			return err
		}
		var rules []tenant.Rule
		if err := decodeStrictly(raw, &rules); err != nil {
			return err
		}
		owner := pretend(rules)
		if names {
			ask := t.perTenant(func(ctx context.Context, s *session, _ []string) error {
				owner, err = s.known(ctx)
				return err
			})
			if err := ask(cmd, nil); err != nil {
				return err
			}
		}
		owner.Settings.Workflow = rules
		if err := workflow.Validate(owner); err != nil {
			return err
		}
		if t.json {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]int{"rules": len(rules)})
		}
		cmd.Printf("%d rules, no mistakes\n", len(rules))
		return nil
	}
	cmd.Flags().BoolVar(&names, "names", false, "also check the names of integrations and channels")
	return cmd
}

// readRules reads a workflow, or its bare list of rules.
func readRules(in interface{ Read([]byte) (int, error) }, path string) (json.RawMessage, error) {
	raw, err := readDocument(in, path)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(raw, []byte("[")) {
		return raw, nil
	}
	var document client.Workflow
	if err := decodeStrictly(raw, &document); err != nil {
		return nil, err
	}
	if document.Rules == nil {
		return nil, fmt.Errorf("read %s: it has no rules", path)
	}
	return document.Rules, nil
}

// pretend returns a tenant that has everything the rules name.
func pretend(rules []tenant.Rule) *tenant.Tenant {
	t := &tenant.Tenant{}
	integration := func(id string) { t.Integrations = append(t.Integrations, tenant.Integration{ID: id}) }
	for _, r := range rules {
		for _, id := range r.Actions.Destinations.Names {
			integration(id)
		}
		for id := range r.Actions.Owner {
			integration(id)
		}
		for _, name := range r.Actions.Notify.Names {
			if email, ok := strings.CutPrefix(name, "email:"); ok {
				t.Settings.Notifications.Email = append(t.Settings.Notifications.Email, tenant.Email{Name: email})
				continue
			}
			t.Settings.Notifications.Slack = append(t.Settings.Notifications.Slack, tenant.Slack{Name: strings.TrimPrefix(name, "slack:")})
		}
	}
	return t
}

// known returns the tenant with what rules may name.
func (s *session) known(ctx context.Context) (*tenant.Tenant, error) {
	found, err := get[struct {
		Settings tenant.Settings `json:"settings"`
	}](s.api.GetTenant(ctx, s.Tenant))
	if err != nil {
		return nil, err
	}
	list, err := get[client.IntegrationList](s.api.ListIntegrations(ctx, s.Tenant))
	if err != nil {
		return nil, err
	}
	t := &tenant.Tenant{Settings: found.Settings}
	for _, in := range list.Integrations {
		t.Integrations = append(t.Integrations, tenant.Integration{ID: in.IntegrationID})
	}
	return t, nil
}

func newWorkflowSet(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "set FILE", Short: "Replace the rules",
		Long: `Replace the tenant's rules by those of a YAML or JSON file, or of standard input for -. The
server checks them first. If somebody else changes them at the same moment, nothing is done.`,
		Example: "  pipelinectl workflow set -t tenant_demo workflow.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			rules, err := readRules(s.in, args[0])
			if err != nil {
				return err
			}
			was, err := read(s.api.GetWorkflow(ctx, s.Tenant))
			if err != nil {
				return err
			}
			a, err := read(s.api.PutWorkflow(ctx, s.Tenant, &client.PutWorkflowParams{IfMatch: etag(was)}, client.Workflow{Rules: rules}))
			if err != nil {
				return err
			}
			return s.showRules(a)
		}),
	}
}

func newWorkflowDryRun(t *tool) *cobra.Command {
	var trial client.WorkflowTrial
	cmd := &cobra.Command{
		Use: "dry-run REQUEST [FILE]", Short: "Show what the rules decide for a request, without doing it",
		Long:    "Show what the rules of a file, or else the saved ones, decide for a request that is here already, rule by rule.",
		Example: "  pipelinectl workflow dry-run req_xw3vhpjm2d5nwkkqk5ul7c2nzi -t tenant_demo workflow.yaml",
		Args:    cobra.RangeArgs(1, 2),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			trial.RequestID = args[0]
			if len(args) == 2 {
				var err error
				if trial.Rules, err = readRules(s.in, args[1]); err != nil {
					return err
				}
			}
			a, err := read(s.api.DryRunWorkflow(ctx, s.Tenant, trial))
			if err != nil {
				return err
			}
			return show(s, a, printPlan)
		}),
	}
	return cmd
}

func printPlan(p *page, v client.WorkflowPlan) {
	p.header("Rule", "Matched", "Error")
	for _, step := range v.Trace {
		p.row(step.Rule, step.Matched, step.Error)
	}
	p.line("")
	p.header("Goes to", "Chosen", "Reason")
	for _, d := range v.Destinations {
		p.row(d.Destination, d.Chosen, d.Reason)
	}
	for _, c := range v.Channels {
		p.row(c.Channel, c.Chosen, c.Reason)
	}
	if len(v.Tags) > 0 {
		p.line("\nTags: %s", clean(strings.Join(v.Tags, ", ")))
	}
}
