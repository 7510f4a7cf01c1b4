package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

// newTenant returns the commands about tenants.
func newTenant(t *tool) *cobra.Command {
	cmd := &cobra.Command{
		Use: "tenant", Short: "Create and change tenants",
		Example: "  pipelinectl tenant list",
	}
	cmd.AddCommand(newTenantCreate(t), newTenantList(t), newTenantShow(t), newTenantSet(t), newTenantSecret(t),
		newTenantSwitch(t, "suspend", "Accept and keep what arrives, and do nothing with it"),
		newTenantSwitch(t, "activate", "Serve a suspended tenant again, beginning with what arrived meanwhile"))
	return cmd
}

func newTenantCreate(t *tool) *cobra.Command {
	var tenant client.NewTenant
	var file string
	cmd := &cobra.Command{
		Use: "create ID --name NAME", Short: "Create a tenant",
		Example: `  pipelinectl tenant create tenant_demo --name "Demo Company" --time-zone America/Denver`,
		Args:    cobra.ExactArgs(1),
		RunE: t.platform(func(ctx context.Context, s *session, args []string) error {
			tenant.TenantID = args[0]
			if file != "" {
				var err error
				if tenant.Settings, err = readDocument(s.in, file); err != nil {
					return err
				}
			}
			a, err := read(s.api.CreateTenant(ctx, tenant))
			if err != nil {
				return err
			}
			return show(s, a, printTenant)
		}),
	}
	cmd.Flags().StringVar(&tenant.Name, "name", "", "the company's name")
	cmd.Flags().StringVar(&tenant.TimeZone, "time-zone", "", "IANA name (America/New_York)")
	cmd.Flags().StringVar(&tenant.Region, "region", "", "country of phone numbers without one (US)")
	cmd.Flags().StringVar(&file, "settings", "", "YAML or JSON file with the settings")
	_ = cmd.MarkFlagRequired("name") // fails only for an unknown flag
	return cmd
}

func newTenantList(t *tool) *cobra.Command {
	var want limits
	cmd := &cobra.Command{
		Use: "list", Short: "List tenants",
		Example: "  pipelinectl tenant list",
		Args:    cobra.NoArgs,
		RunE: t.platform(func(ctx context.Context, s *session, _ []string) error {
			return listing[client.TenantRow]{
				key: "tenants", header: []string{"Tenant", "Name", "Status", "Time zone", "Created"},
				fetch: func(limit int, token *string) (*http.Response, error) {
					return s.api.ListTenants(ctx, &client.ListTenantsParams{Limit: limit, PageToken: token})
				},
				row: func(v client.TenantRow) []any {
					return []any{v.TenantID, v.Name, v.Status, v.TimeZone, v.CreatedAt}
				},
			}.print(s, want)
		}),
	}
	want.add(cmd)
	return cmd
}

func newTenantShow(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "Show a tenant with its settings",
		Example: "  pipelinectl tenant show -t tenant_demo",
		Args:    cobra.NoArgs,
		RunE: t.perTenant(func(ctx context.Context, s *session, _ []string) error {
			a, err := read(s.api.GetTenant(ctx, s.Tenant))
			if err != nil {
				return err
			}
			return show(s, a, printTenant)
		}),
	}
}

func newTenantSet(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "set FILE", Short: "Change a tenant's name, zone, region or settings",
		Long: `Change a tenant as a YAML or JSON file says, or standard input for -. The file may hold name,
time_zone, region and settings, or settings alone; what it leaves out stays, but settings are
replaced as a whole. If somebody else changes the tenant at the same moment, nothing is done.`,
		Example: "  pipelinectl tenant set -t tenant_demo tenant.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			change, err := readDocument(s.in, args[0])
			if err != nil {
				return err
			}
			a, err := s.changeTenant(ctx, change)
			if err != nil {
				return err
			}
			return show(s, a, printTenant)
		}),
	}
}

// changeTenant lays a change over the tenant as it is, and binds it to that state.
func (s *session) changeTenant(ctx context.Context, change json.RawMessage) (answer, error) {
	was, err := read(s.api.GetTenant(ctx, s.Tenant))
	if err != nil {
		return answer{}, err
	}
	wanted, err := decode[client.TenantChange](was)
	if err != nil {
		return answer{}, err
	}
	if err := layOver(change, &wanted); err != nil {
		return answer{}, err
	}
	return read(s.api.PutTenant(ctx, s.Tenant, &client.PutTenantParams{IfMatch: etag(was)}, wanted))
}

// layOver puts a file's document over a tenant. One that names none of the tenant's own fields
// is its settings.
func layOver(document json.RawMessage, into *client.TenantChange) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(document, &fields); err != nil {
		return fmt.Errorf("read file: %w", err)
	}
	for _, own := range []string{"name", "time_zone", "region", "settings"} {
		if _, ok := fields[own]; ok {
			return decodeStrictly(document, into)
		}
	}
	into.Settings = document
	return nil
}

// etag names the state that an answer shows.
func etag(a answer) *string { return optional(a.header.Get("ETag")) }

func newTenantSwitch(t *tool, verb, what string) *cobra.Command {
	return &cobra.Command{
		Use: verb, Short: what,
		Example: "  pipelinectl tenant " + verb + " -t tenant_demo",
		Args:    cobra.NoArgs,
		RunE: t.perTenant(func(ctx context.Context, s *session, _ []string) error {
			do, state := s.api.ActivateTenant, "active"
			if verb == "suspend" {
				do, state = s.api.SuspendTenant, "suspended"
			}
			if _, err := read(do(ctx, s.Tenant)); err != nil {
				return err
			}
			s.say("%s is %s", s.Tenant, state)
			return nil
		}),
	}
}

func newTenantSecret(t *tool) *cobra.Command {
	var secret secretFlag
	cmd := &cobra.Command{
		Use: "secret PURPOSE", Short: "Keep a secret that settings can name, such as a Slack webhook's address",
		Example: "  pipelinectl tenant secret slack_sales -t tenant_demo --value-stdin",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			value, err := secret.read(s)
			if err != nil {
				return err
			}
			if value == "" {
				return usageError("where is the secret? Give --value-file or --value-stdin")
			}
			a, err := read(s.api.PutSecret(ctx, s.Tenant, args[0], client.SecretValue{Value: value}))
			if err != nil {
				return err
			}
			return show(s, a, func(p *page, v client.SecretName) { p.line("kept as %s", v.Secret) })
		}),
	}
	secret.add(cmd, "value", "the secret")
	return cmd
}

func printTenant(p *page, v client.Tenant) {
	p.row("Tenant", v.TenantID)
	p.row("Name", v.Name)
	p.row("Status", v.Status)
	p.row("Time zone", v.TimeZone)
	p.row("Region", v.Region)
	p.row("Created", v.CreatedAt)
	p.yaml("Settings", v.Settings)
}

// decodeStrictly reads a file's document. A name that is not known is a mistake of the person
// who wrote it.
func decodeStrictly(raw json.RawMessage, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("read file: %w", err)
	}
	return nil
}
