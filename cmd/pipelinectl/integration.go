package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

// newIntegration returns the commands about the CRMs that leads go to.
func newIntegration(t *tool) *cobra.Command {
	cmd := &cobra.Command{
		Use: "integration", Short: "Set up the CRMs that leads go to",
		Example: "  pipelinectl integration list -t tenant_demo",
	}
	cmd.AddCommand(newIntegrationAdd(t), newIntegrationList(t), newIntegrationShow(t), newIntegrationTest(t),
		newIntegrationFields(t), newIntegrationStuck(t), newIntegrationRetry(t), newIntegrationRemove(t))
	return cmd
}

// integrationFlags describe an integration.
type integrationFlags struct {
	kind, name, status, config string
	thirdParty                 bool
	thirdPartyGiven            bool
	credentials                secretFlag
	replace                    bool
}

func newIntegrationAdd(t *tool) *cobra.Command {
	var f integrationFlags
	cmd := &cobra.Command{
		Use: "add INTEGRATION --kind KIND", Short: "Add a CRM, or change one or its credentials",
		Long: `Add a CRM under an id of your choice. Its settings and mapping are checked before anything is
saved; its credentials come from a file or standard input and are never shown again. With
--replace, one that is there is changed: what is not given stays, so that credentials can
be rotated alone and without a pause.`,
		Example: `  pipelinectl integration add hubspot -t tenant_demo --kind hubspot --credentials-file hubspot.key
  pipelinectl integration add hubspot -t tenant_demo --replace --credentials-stdin`,
		Args: cobra.ExactArgs(1),
	}
	cmd.RunE = t.perTenant(func(ctx context.Context, s *session, args []string) error {
		f.thirdPartyGiven = cmd.Flags().Changed("third-party")
		return s.addIntegration(ctx, args[0], f)
	})
	set := cmd.Flags()
	set.StringVar(&f.kind, "kind", "", "hubspot, salesforce, pipedrive or custom")
	set.StringVar(&f.name, "name", "", "what people call it")
	set.StringVar(&f.status, "status", "", "active or suspended")
	set.StringVar(&f.config, "config", "", "YAML or JSON file with settings and mapping")
	set.BoolVar(&f.thirdParty, "third-party", false, "somebody else than the company is behind it: people who opted out are not sent there")
	set.BoolVar(&f.replace, "replace", false, "change one that is there")
	f.credentials.add(cmd, "credentials", "what the connector signs in with")
	return cmd
}

func (s *session) addIntegration(ctx context.Context, id string, f integrationFlags) error {
	credentials, err := f.credentials.read(s)
	if err != nil {
		return err
	}
	was, err := s.existing(s.api.GetIntegration(ctx, s.Tenant, id))
	if err != nil {
		return err
	}
	var change client.IntegrationChange
	switch {
	case was != nil && !f.replace:
		return fmt.Errorf("there is an integration %q already: --replace changes it", id)
	case was != nil:
		if change, err = decode[client.IntegrationChange](*was); err != nil {
			return err
		}
	case f.kind == "":
		return usageError("which kind of CRM is it? Give --kind")
	}
	if err := f.lay(s, &change); err != nil {
		return err
	}
	change.Credentials = credentials
	a, err := read(s.api.PutIntegration(ctx, s.Tenant, id, &client.PutIntegrationParams{IfMatch: etagOf(was)}, change))
	if err != nil {
		return err
	}
	return show(s, a, func(p *page, v client.Integration) {
		printIntegration(p, v)
		p.line("\nTry it: pipelinectl integration test %s", v.IntegrationID)
	})
}

// lay puts what was given over what is there.
func (f *integrationFlags) lay(s *session, change *client.IntegrationChange) error {
	for _, field := range []struct {
		into *string
		from string
	}{{&change.Kind, f.kind}, {&change.Name, f.name}, {&change.Status, f.status}} {
		if field.from != "" {
			*field.into = field.from
		}
	}
	if f.thirdPartyGiven {
		change.ThirdParty = f.thirdParty
	}
	if f.config == "" {
		return nil
	}
	raw, err := readDocument(s.in, f.config)
	if err != nil {
		return err
	}
	change.Config = nil
	if err := json.Unmarshal(raw, &change.Config); err != nil {
		return fmt.Errorf("read %s: %w", f.config, err)
	}
	return nil
}

func printIntegration(p *page, v client.Integration) {
	p.row("Integration", v.IntegrationID)
	p.row("Kind", v.Kind)
	p.row("Name", v.Name)
	p.row("Status", v.Status)
	p.row("Third party", v.ThirdParty)
	p.row("Credentials", v.HasCredentials)
	if raw, err := json.Marshal(v.Config); err == nil {
		p.yaml("Settings", raw)
	}
}

func newIntegrationList(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the CRMs",
		Example: "  pipelinectl integration list -t tenant_demo",
		Args:    cobra.NoArgs,
		RunE: t.perTenant(func(ctx context.Context, s *session, _ []string) error {
			a, err := read(s.api.ListIntegrations(ctx, s.Tenant))
			if err != nil {
				return err
			}
			return show(s, a, func(p *page, v client.IntegrationList) {
				p.header("Integration", "Kind", "Name", "Status", "Third party", "Credentials")
				for _, in := range v.Integrations {
					p.row(in.IntegrationID, in.Kind, in.Name, in.Status, in.ThirdParty, in.HasCredentials)
				}
			})
		}),
	}
}

func newIntegrationShow(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "show INTEGRATION", Short: "Show a CRM's settings and mapping",
		Example: "  pipelinectl integration show hubspot -t tenant_demo",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			a, err := read(s.api.GetIntegration(ctx, s.Tenant, args[0]))
			if err != nil {
				return err
			}
			return show(s, a, printIntegration)
		}),
	}
}

func newIntegrationTest(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "test INTEGRATION", Short: "Connect to a CRM and check settings, credentials and mapping, without writing anything",
		Example: "  pipelinectl integration test hubspot -t tenant_demo",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			a, err := read(s.api.TestIntegration(ctx, s.Tenant, args[0]))
			if err != nil {
				return err
			}
			result, err := decode[client.TestResult](a)
			if err != nil {
				return err
			}
			if err := show(s, a, printTest); err != nil {
				return err
			}
			if !result.Ok {
				return errors.New("a lead would not arrive")
			}
			return nil
		}),
	}
}

func printTest(p *page, v client.TestResult) {
	if v.Ok {
		p.line("connected: a lead would arrive")
	}
	if v.Message != "" {
		p.line("%s", clean(v.Message))
	}
	for _, problem := range v.Problems {
		p.line("%s.%s: %s", clean(problem.Object), clean(problem.Field), clean(problem.Message))
	}
}

func newIntegrationFields(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "fields INTEGRATION", Short: "List the fields that a mapping may set, as the CRM describes them now",
		Example: "  pipelinectl integration fields hubspot -t tenant_demo",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			a, err := read(s.api.ListIntegrationFields(ctx, s.Tenant, args[0]))
			if err != nil {
				return err
			}
			return show(s, a, func(p *page, v client.FieldList) {
				p.header("Object", "Field", "Label", "Type", "Required", "Read only", "Options")
				for _, f := range v.Fields {
					p.row(f.Object, f.Name, f.Label, f.Type, f.Required, f.ReadOnly, f.Options)
				}
			})
		}),
	}
}

func newIntegrationStuck(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "stuck INTEGRATION", Short: "List deliveries that wait for somebody, or were given up, with the CRM's own words",
		Example: "  pipelinectl integration stuck hubspot -t tenant_demo",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			a, err := read(s.api.ListStuckDeliveries(ctx, s.Tenant, args[0]))
			if err != nil {
				return err
			}
			return show(s, a, func(p *page, v client.StuckDeliveries) {
				p.header("Request", "State", "Since", "Error")
				for _, d := range v.Deliveries {
					p.row(d.RequestID, d.State, d.UpdatedAt, d.Error)
				}
				if !v.Complete {
					p.line("and more")
				}
			})
		}),
	}
}

func newIntegrationRetry(t *tool) *cobra.Command {
	var request string
	cmd := &cobra.Command{
		Use: "retry INTEGRATION", Short: "Send parked and failed deliveries again, after what they waited for was put right",
		Long: `Make a tenant's parked and failed deliveries to a CRM due now: all of them, or with --request
one. What was done before is not done again.`,
		Example: "  pipelinectl integration retry hubspot -t tenant_demo",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			if request != "" {
				a, err := read(s.api.RetryDelivery(ctx, s.Tenant, request, args[0]))
				if err != nil {
					return err
				}
				return show(s, a, func(p *page, v client.RequestState) {
					p.line("the delivery of %s to %s is due now", v.RequestID, args[0])
				})
			}
			a, err := read(s.api.RetryIntegration(ctx, s.Tenant, args[0]))
			if err != nil {
				return err
			}
			return show(s, a, func(p *page, v client.Retried) { p.line("%d deliveries to %s are due now", v.Retried, args[0]) })
		}),
	}
	cmd.Flags().StringVar(&request, "request", "", "only this request's delivery")
	return cmd
}

func newIntegrationRemove(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "remove INTEGRATION", Short: "Send nothing to a CRM any more; what was sent stays there",
		Example: "  pipelinectl integration remove hubspot -t tenant_demo",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			if err := s.confirm("No lead of %s will go to %s any more.", s.Tenant, args[0]); err != nil {
				return err
			}
			if _, err := read(s.api.DeleteIntegration(ctx, s.Tenant, args[0])); err != nil {
				return err
			}
			s.say("removed integration %s", args[0])
			return nil
		}),
	}
}
