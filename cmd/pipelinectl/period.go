package main

import (
	"context"
	"net/http"

	"github.com/oapi-codegen/runtime/types"
	"github.com/spf13/cobra"
)

// period is what a question about days is about: a tenant, or the whole platform.
type period struct {
	from, to types.Date
	platform bool
}

// overPeriod completes a command that asks about days, of one tenant or with --platform of all.
func overPeriod[T any](
	t *tool, cmd *cobra.Command, ask func(ctx context.Context, s *session, p period) (*http.Response, error), layout func(p *page, v T),
) *cobra.Command {
	var d days
	var platform bool
	cmd.Args = cobra.NoArgs
	cmd.RunE = t.platform(func(ctx context.Context, s *session, _ []string) error {
		from, to, err := d.resolve(s.now())
		if err != nil {
			return err
		}
		if !platform && s.Tenant == "" {
			return usageError("whose? Give --tenant or --platform")
		}
		a, err := read(ask(ctx, s, period{from: from, to: to, platform: platform}))
		if err != nil {
			return err
		}
		return show(s, a, layout)
	})
	d.add(cmd)
	cmd.Flags().BoolVar(&platform, "platform", false, "of all tenants, at most 31 days")
	return cmd
}
