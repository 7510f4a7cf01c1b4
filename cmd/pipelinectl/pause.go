package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

const subjects = "SUBJECT is all, step:transcribe, step:analyze, step:push, step:notify, destination:INTEGRATION, model\n(the rules answer instead), or trust (records are looked up in the CRM before they are created, as after a restore)."

// newPause returns the command that holds something back.
func newPause(t *tool) *cobra.Command {
	var order client.PauseOrder
	var until string
	var everywhere bool
	cmd := &cobra.Command{
		Use: "pause [SUBJECT --reason REASON]", Short: "Hold something back, or list what is held back",
		Long: `Hold something back for a tenant, or with --platform for every tenant. What arrives is accepted and
kept, and goes on when the pause ends. Without SUBJECT, list what is held back.

` + subjects,
		Example: `  pipelinectl pause destination:hubspot -t tenant_demo --reason "CRM migration" --until 2026-03-03T06:00:00Z
  pipelinectl pause -t tenant_demo`,
		Args: cobra.MaximumNArgs(1),
		RunE: t.platform(func(ctx context.Context, s *session, args []string) error {
			if !everywhere && s.Tenant == "" {
				return usageError("for whom? Give --tenant or --platform")
			}
			if len(args) == 0 {
				return s.listPauses(ctx, everywhere)
			}
			if order.Reason == "" {
				return usageError("why? Give --reason, which whoever resumes it will read")
			}
			var err error
			if order.Until, err = parseTime("--until", until); err != nil {
				return err
			}
			if everywhere {
				return s.done("%s is paused for every tenant", args[0])(s.api.PutPlatformPause(ctx, args[0], order))
			}
			return s.done("%s is paused for %s", args[0], s.Tenant)(s.api.PutPause(ctx, s.Tenant, args[0], order))
		}),
	}
	cmd.Flags().StringVar(&order.Reason, "reason", "", "why, for whoever resumes it")
	cmd.Flags().StringVar(&until, "until", "", "when it ends by itself (when somebody resumes it)")
	cmd.Flags().BoolVar(&everywhere, "platform", false, "for every tenant")
	return cmd
}

func (s *session) listPauses(ctx context.Context, everywhere bool) error {
	a, err := s.pauses(ctx, everywhere)
	if err != nil {
		return err
	}
	return show(s, a, func(p *page, v client.PauseList) {
		p.header("Subject", "For", "Reason", "Since", "Until", "By")
		for _, pause := range v.Pauses {
			whom := "the tenant"
			if pause.Platform {
				whom = "every tenant"
			}
			p.row(pause.Subject, whom, pause.Reason, pause.CreatedAt, pause.Until, pause.Actor)
		}
	})
}

func (s *session) pauses(ctx context.Context, everywhere bool) (answer, error) {
	if everywhere {
		return read(s.api.ListPlatformPauses(ctx))
	}
	return read(s.api.ListPauses(ctx, s.Tenant))
}

// newResume returns the command that ends a pause.
func newResume(t *tool) *cobra.Command {
	var everywhere bool
	cmd := &cobra.Command{
		Use: "resume SUBJECT", Short: "Let what was held back go on",
		Long: `Let what was held back go on, for a tenant or with --platform for every tenant.

` + subjects,
		Example: "  pipelinectl resume destination:hubspot -t tenant_demo",
		Args:    cobra.ExactArgs(1),
		RunE: t.platform(func(ctx context.Context, s *session, args []string) error {
			switch {
			case everywhere:
				return s.done("%s goes on for every tenant that does not hold it itself", args[0])(s.api.DeletePlatformPause(ctx, args[0]))
			case s.Tenant == "":
				return usageError("for whom? Give --tenant or --platform")
			default:
				return s.done("%s goes on for %s", args[0], s.Tenant)(s.api.DeletePause(ctx, s.Tenant, args[0]))
			}
		}),
	}
	cmd.Flags().BoolVar(&everywhere, "platform", false, "for every tenant")
	return cmd
}
