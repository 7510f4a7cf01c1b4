package main

import (
	"context"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

// newRedrive returns the commands about messages that no step could deal with.
func newRedrive(t *tool) *cobra.Command {
	cmd := &cobra.Command{
		Use: "redrive", Short: "Look after messages that no step could deal with",
		Example: "  pipelinectl redrive list",
	}
	cmd.AddCommand(newRedriveList(t), newRedriveOne(t), newRedriveAll(t), newRedriveDismiss(t))
	return cmd
}

func newRedriveList(t *tool) *cobra.Command {
	var state string
	var one bool
	var want limits
	cmd := &cobra.Command{
		Use: "list", Short: "List dead letters of every tenant, newest first",
		Example: "  pipelinectl redrive list",
		Args:    cobra.NoArgs,
		RunE: t.platform(func(ctx context.Context, s *session, _ []string) error {
			if one && s.Tenant == "" {
				return usageError("which tenant? Give --tenant")
			}
			return listing[client.DeadLetter]{
				key: "dead_letters", header: []string{"Letter", "Tenant", "Request", "Topic", "Attempts", "State", "Received"},
				fetch: func(limit int, token *string) (*http.Response, error) {
					if one {
						return s.api.ListTenantDeadLetters(ctx, s.Tenant, &client.ListTenantDeadLettersParams{Limit: limit, PageToken: token, State: optional(state)})
					}
					return s.api.ListDeadLetters(ctx, &client.ListDeadLettersParams{Limit: limit, PageToken: token, State: optional(state)})
				},
				row: func(v client.DeadLetter) []any {
					return []any{v.LetterID, v.TenantID, v.RequestID, v.Topic, v.Attempts, v.State, v.ReceivedAt}
				},
			}.print(s, want)
		}),
	}
	cmd.Flags().StringVar(&state, "state", "", "open, redriven or dismissed (open)")
	cmd.Flags().BoolVar(&one, "of-tenant", false, "only the tenant's own, which a tenant's administrator may see")
	want.add(cmd)
	return cmd
}

func newRedriveOne(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "one LETTER", Short: "Publish a message again",
		Example: "  pipelinectl redrive one dl_4tbgp3yzq2xk7uhv",
		Args:    cobra.ExactArgs(1),
		RunE: t.platform(func(ctx context.Context, s *session, args []string) error {
			return s.done("%s is published again", args[0])(s.api.RedriveDeadLetter(ctx, args[0]))
		}),
	}
}

func newRedriveAll(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "all", Short: "Publish all open messages again, at most a thousand",
		Example: "  pipelinectl redrive all",
		Args:    cobra.NoArgs,
		RunE: t.platform(func(ctx context.Context, s *session, _ []string) error {
			if err := s.confirm("Every open dead letter will be published again."); err != nil {
				return err
			}
			a, err := read(s.api.RedriveDeadLetters(ctx))
			if err != nil {
				return err
			}
			return show(s, a, func(p *page, v client.Retried) { p.line("%d messages are published again", v.Retried) })
		}),
	}
}

func newRedriveDismiss(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "dismiss LETTER", Short: "Dismiss a message that needs nothing more",
		Example: "  pipelinectl redrive dismiss dl_4tbgp3yzq2xk7uhv",
		Args:    cobra.ExactArgs(1),
		RunE: t.platform(func(ctx context.Context, s *session, args []string) error {
			return s.done("%s is dismissed", args[0])(s.api.DismissDeadLetter(ctx, args[0]))
		}),
	}
}
