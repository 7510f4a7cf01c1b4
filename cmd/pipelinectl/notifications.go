package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

// newNotifications returns the commands about the channels that people are told by.
func newNotifications(t *tool) *cobra.Command {
	cmd := &cobra.Command{
		Use: "notifications", Short: "Try the channels that people are told of leads by",
		Example: "  pipelinectl notifications test slack:sales -t tenant_demo",
	}
	cmd.AddCommand(newNotificationsTest(t))
	return cmd
}

func newNotificationsTest(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "test CHANNEL", Short: "Send a test message to a Slack channel or e-mail list of the saved settings",
		Long: `Send one message to a channel, slack:NAME or email:NAME, by what leads are told by. It says that it
is a test and holds nothing of any lead. Channels are named in the tenant's settings.`,
		Example: "  pipelinectl notifications test slack:sales -t tenant_demo",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			a, err := read(s.api.TestNotification(ctx, s.Tenant, args[0]))
			if err != nil {
				return err
			}
			result, err := decode[client.NotificationTest](a)
			if err != nil {
				return err
			}
			err = show(s, a, func(p *page, v client.NotificationTest) {
				if v.Ok {
					p.line("sent: look whether it has arrived")
				} else {
					p.line("%s", clean(v.Message))
				}
			})
			if err == nil && !result.Ok {
				return errors.New("nobody would be told there, or not everybody")
			}
			return err
		}),
	}
}
