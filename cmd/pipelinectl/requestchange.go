package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

func newRequestRetry(t *tool) *cobra.Command {
	var order client.RetryOrder
	cmd := &cobra.Command{
		Use: "retry REQUEST", Short: "Send a request through the pipeline again, from the step where it failed",
		Long: `Repeat a request from the step where it failed, or from the one that --from names. What was paid
for is not paid again unless --fresh is given, and what was done in a CRM is not done again.`,
		Example: "  pipelinectl request retry req_xw3vhpjm2d5nwkkqk5ul7c2nzi -t tenant_demo --from analyze",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			a, err := read(s.api.RetryRequest(ctx, s.Tenant, args[0], order))
			if err != nil {
				return err
			}
			return show(s, a, func(p *page, v client.RequestState) { p.line("%s is %s and due now", v.RequestID, v.Status) })
		}),
	}
	cmd.Flags().StringVar(&order.From, "from", "", "transcribe, analyze, push or notify")
	cmd.Flags().BoolVar(&order.Fresh, "fresh", false, "ask the model again although its answer is kept")
	return cmd
}

func newRequestCorrect(t *tool) *cobra.Command {
	var push bool
	var undo []string
	cmd := &cobra.Command{
		Use: "correct REQUEST [FIELD=VALUE...]", Short: "Put answers of the analysis right",
		Long: `Put answers of the analysis right. The analyser's own answers are kept beside them. With --push
the records in CRMs follow; --undo takes a correction back.`,
		Example: "  pipelinectl request correct req_xw3vhpjm2d5nwkkqk5ul7c2nzi -t tenant_demo project_type=bathroom --push",
		Args:    cobra.MinimumNArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			order, err := parseCorrections(args[1:], push)
			if err != nil {
				return err
			}
			if len(order.Corrections)+len(undo) == 0 {
				return usageError("what is to be corrected? Give FIELD=VALUE or --undo FIELD")
			}
			for _, field := range undo {
				if _, err := read(s.api.DeleteCorrection(ctx, s.Tenant, args[0], field)); err != nil {
					return err
				}
				s.say("%s is the analyser's own answer again", field)
			}
			if len(order.Corrections) == 0 {
				return nil
			}
			a, err := read(s.api.CorrectRequest(ctx, s.Tenant, args[0], order))
			if err != nil {
				return err
			}
			return show(s, a, printCorrections)
		}),
	}
	cmd.Flags().BoolVar(&push, "push", false, "let the records in CRMs follow")
	cmd.Flags().StringSliceVar(&undo, "undo", nil, "field whose correction is taken back")
	return cmd
}

func printCorrections(p *page, v client.CorrectionList) {
	p.header("Field", "Value", "Was", "By", "At")
	for _, c := range v.Corrections {
		p.row(c.Field, c.Value, c.Was, c.By, c.At)
	}
}

// parseCorrections reads FIELD=VALUE. Truth values and the score have types of their own.
func parseCorrections(args []string, push bool) (client.CorrectionOrder, error) {
	order := client.CorrectionOrder{Push: push}
	for _, arg := range args {
		field, text, ok := strings.Cut(arg, "=")
		if !ok {
			return order, usageError(fmt.Sprintf("%q is no correction: write it as FIELD=VALUE", arg))
		}
		var value any = text
		switch field {
		case "is_lead", "spam", "lead_score":
			if err := json.Unmarshal([]byte(text), &value); err != nil {
				return order, usageError(fmt.Sprintf("%s: %q is not a number or a truth value", field, text))
			}
		}
		order.Corrections = append(order.Corrections, struct {
			Field client.CorrectableField `json:"field"`
			Value any                     `json:"value"`
		}{field, value})
	}
	return order, nil
}

func newRequestRecording(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "recording REQUEST", Short: "Print an address under which the audio can be fetched for a few minutes",
		Long:    "Print a signed address of the recording. The audit log keeps who asked.",
		Example: "  pipelinectl request recording req_xw3vhpjm2d5nwkkqk5ul7c2nzi -t tenant_demo",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			a, err := read(s.api.GetRecording(ctx, s.Tenant, args[0]))
			if err != nil {
				return err
			}
			return show(s, a, func(p *page, v client.RecordingLink) { p.line("%s", v.URL) })
		}),
	}
}

func newRequestHold(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "hold REQUEST", Short: "Put a request under legal hold: neither retention nor erasure touches it",
		Example: "  pipelinectl request hold req_xw3vhpjm2d5nwkkqk5ul7c2nzi -t tenant_demo",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			return s.done("%s is under legal hold", args[0])(s.api.HoldRequest(ctx, s.Tenant, args[0]))
		}),
	}
}

func newRequestRelease(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "release REQUEST", Short: "Release a request from legal hold",
		Example: "  pipelinectl request release req_xw3vhpjm2d5nwkkqk5ul7c2nzi -t tenant_demo",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			return s.done("%s is released", args[0])(s.api.ReleaseRequest(ctx, s.Tenant, args[0]))
		}),
	}
}

// done says a sentence about what an answer without a body means.
func (s *session) done(format string, args ...any) func(*http.Response, error) error {
	return func(resp *http.Response, err error) error {
		if _, err := read(resp, err); err != nil {
			return err
		}
		s.say(format, args...)
		return nil
	}
}

func newRequestDelete(t *tool) *cobra.Command {
	var wait bool
	cmd := &cobra.Command{
		Use: "delete REQUEST", Short: "Erase a request with everything that is known of it",
		Example: "  pipelinectl request delete req_xw3vhpjm2d5nwkkqk5ul7c2nzi -t tenant_demo",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			if err := s.confirm("%s will be erased, which cannot be taken back.", args[0]); err != nil {
				return err
			}
			a, err := read(s.api.DeleteRequest(ctx, s.Tenant, args[0]))
			if err != nil {
				return err
			}
			return s.follow(ctx, a, wait)
		}),
	}
	addWait(cmd, &wait)
	return cmd
}
