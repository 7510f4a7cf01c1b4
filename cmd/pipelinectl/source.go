package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

// newSource returns the commands about where a tenant's calls and forms come from.
func newSource(t *tool) *cobra.Command {
	cmd := &cobra.Command{
		Use: "source", Short: "Set up where calls and forms come from",
		Example: "  pipelinectl source list -t tenant_demo",
	}
	cmd.AddCommand(newSourceAdd(t), newSourceList(t), newSourceShow(t), newSourceConnect(t), newSourceDeliveries(t), newSourceRemove(t))
	return cmd
}

// sourceFlags describe a source.
type sourceFlags struct {
	id, name, account            string
	companies, formKeys, origins []string
	apiKey                       secretFlag
	replace, connect             bool
}

func newSourceAdd(t *tool) *cobra.Command {
	var f sourceFlags
	cmd := &cobra.Command{
		Use: "add callrail|form", Short: "Add a source, and set up its webhooks",
		Long: `Add a CallRail company or the tenant's own web forms. With --connect, CallRail's webhooks are
created or completed by its API, and its signing key is read and kept. With --replace, a
source that is there is changed: what is not given stays.`,
		Example: "  pipelinectl source add callrail -t tenant_demo --company COM0001 --account ACC0001 --api-key-stdin --connect",
		Args:    cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs), ValidArgs: []string{"callrail", "form"},
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			return s.addSource(ctx, args[0], f)
		}),
	}
	set := cmd.Flags()
	set.StringVar(&f.id, "id", "", "the source's id (its kind)")
	set.StringVar(&f.name, "name", "", "what people call it")
	set.StringSliceVar(&f.companies, "company", nil, "the company at CallRail: its COM… id, its number, or both")
	set.StringVar(&f.account, "account", "", "CallRail's account")
	set.StringSliceVar(&f.formKeys, "form-key", nil, "public key that forms on web pages are sent with")
	set.StringSliceVar(&f.origins, "origin", nil, "origin that forms on web pages are sent from")
	set.BoolVar(&f.replace, "replace", false, "change a source that is there")
	set.BoolVar(&f.connect, "connect", false, "set up the webhooks at CallRail")
	f.apiKey.add(cmd, "api-key", "CallRail's API key")
	return cmd
}

func (s *session) addSource(ctx context.Context, kind string, f sourceFlags) error {
	if f.connect && kind != "callrail" {
		return usageError("--connect is for CallRail: forms are sent by the tenant's own pages")
	}
	if f.id == "" {
		f.id = kind
	}
	key, err := f.apiKey.read(s)
	if err != nil {
		return err
	}
	was, err := s.existing(s.api.GetSource(ctx, s.Tenant, f.id))
	if err != nil {
		return err
	}
	change := client.SourceChange{Kind: kind}
	if was != nil {
		if !f.replace {
			return fmt.Errorf("there is a source %q already: --replace changes it", f.id)
		}
		if change, err = decode[client.SourceChange](*was); err != nil {
			return err
		}
	}
	f.lay(&change)
	change.APIKey = key
	a, err := read(s.api.PutSource(ctx, s.Tenant, f.id, &client.PutSourceParams{IfMatch: etagOf(was)}, change))
	if err != nil {
		return err
	}
	if f.connect {
		s.say("added source %s", f.id)
		return s.connectSource(ctx, f.id)
	}
	return show(s, a, func(p *page, v client.Source) {
		printSource(p, v)
		leftToDo(p, v)
	})
}

// existing returns what is there, or nil.
func (s *session) existing(resp *http.Response, err error) (*answer, error) {
	a, err := read(resp, err)
	if problem := (*problemError)(nil); errors.As(err, &problem) && problem.status == http.StatusNotFound && problem.problem != nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &a, nil
}

func etagOf(was *answer) *string {
	if was == nil {
		return nil
	}
	return etag(*was)
}

// lay puts what was given over what is there.
func (f *sourceFlags) lay(change *client.SourceChange) {
	if f.name != "" {
		change.Name = f.name
	}
	if f.account != "" {
		change.AccountID = f.account
	}
	for _, company := range f.companies {
		if strings.HasPrefix(company, "COM") {
			change.CompanyResourceID = company
		} else {
			change.CompanyID = company
		}
	}
	if f.formKeys != nil {
		change.FormKeys = f.formKeys
	}
	if f.origins != nil {
		change.Origins = f.origins
	}
}

// leftToDo says what keeps the source from delivering.
func leftToDo(p *page, v client.Source) {
	switch {
	case v.Kind == "form" && len(v.FormKeys) == 0 && len(v.SigningKeys) == 0:
		p.line("\nLeft to do: pipelinectl key rotate %s, or --replace --form-key for forms on web pages.", v.SourceID)
	case v.Kind == "form":
		p.line("\nForms go to the address above.")
	case !v.HasAPIKey:
		p.line("\nLeft to do: give the API key (source add callrail --replace --api-key-stdin --connect), or register the addresses above at CallRail by hand and keep its signing key (key rotate %s --value-stdin).", v.SourceID)
	case len(v.SigningKeys) == 0:
		p.line("\nLeft to do: pipelinectl source connect %s", v.SourceID)
	}
}

func newSourceList(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List sources, with the last delivery of each",
		Example: "  pipelinectl source list -t tenant_demo",
		Args:    cobra.NoArgs,
		RunE: t.perTenant(func(ctx context.Context, s *session, _ []string) error {
			a, err := read(s.api.ListSources(ctx, s.Tenant))
			if err != nil {
				return err
			}
			return show(s, a, func(p *page, v client.SourceList) {
				p.header("Source", "Kind", "Status", "Company", "Keys", "Last delivery", "Problem")
				for _, source := range v.Sources {
					p.row(source.SourceID, source.Kind, source.Status, source.CompanyID,
						len(source.SigningKeys)+len(source.FormKeys), source.LastDeliveryAt, source.Problem)
				}
			})
		}),
	}
}

func newSourceShow(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "show SOURCE", Short: "Show a source with the addresses that its deliveries go to",
		Example: "  pipelinectl source show callrail -t tenant_demo",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			a, err := read(s.api.GetSource(ctx, s.Tenant, args[0]))
			if err != nil {
				return err
			}
			return show(s, a, printSource)
		}),
	}
}

func printSource(p *page, v client.Source) {
	p.row("Source", v.SourceID)
	p.row("Kind", v.Kind)
	p.row("Name", v.Name)
	p.row("Status", v.Status)
	if v.Kind == "callrail" {
		p.row("Company", strings.TrimSpace(v.CompanyID+" "+v.CompanyResourceID))
		p.row("Account", v.AccountID)
		p.row("API key", v.HasAPIKey)
	} else {
		p.row("Form keys", v.FormKeys)
		p.row("Origins", v.Origins)
	}
	p.row("Signing keys", v.SigningKeys)
	p.row("Last delivery", v.LastDeliveryAt)
	p.row("Problem", v.Problem)
	for _, address := range v.WebhookURLs {
		p.row("Address", address)
	}
}

func newSourceConnect(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "connect SOURCE", Short: "Create or complete the webhooks at CallRail, and read its signing key",
		Example: "  pipelinectl source connect callrail -t tenant_demo",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			return s.connectSource(ctx, args[0])
		}),
	}
}

func (s *session) connectSource(ctx context.Context, id string) error {
	a, err := read(s.api.ConnectSource(ctx, s.Tenant, id))
	if err != nil {
		return err
	}
	return show(s, a, func(p *page, v client.Connection) {
		p.row("Webhooks", v.IntegrationID+" ("+v.State+")")
		p.row("Created", v.Created)
		p.row("Signing key", v.SigningKey)
		for _, kind := range slices.Sorted(maps.Keys(v.Webhooks)) {
			for _, address := range v.Webhooks[kind] {
				p.row(kind, address)
			}
		}
		if v.State != "active" {
			p.line("\nLeft to do: switch the webhook integration on at CallRail, which does not deliver while it is %s.", v.State)
			return
		}
		p.line("\nNothing is left to do. Make a test call, then: pipelinectl source deliveries %s", id)
	})
}

func newSourceRemove(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "remove SOURCE", Short: "Remove a source: its deliveries are refused from then on",
		Example: "  pipelinectl source remove web -t tenant_demo",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			if err := s.confirm("Deliveries of %s to %s will be refused.", args[0], s.Tenant); err != nil {
				return err
			}
			if _, err := read(s.api.DeleteSource(ctx, s.Tenant, args[0])); err != nil {
				return err
			}
			s.say("removed source %s", args[0])
			return nil
		}),
	}
}
