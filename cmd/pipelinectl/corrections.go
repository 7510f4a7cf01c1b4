package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

// newCorrections returns the commands about what people have put right.
func newCorrections(t *tool) *cobra.Command {
	cmd := &cobra.Command{
		Use: "corrections", Short: "Learn from what people have put right",
		Example: "  pipelinectl corrections export cases.jsonl -t tenant_demo",
	}
	cmd.AddCommand(newCorrectionsExport(t))
	return cmd
}

func newCorrectionsExport(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "export FILE", Short: "Write corrected requests to a file as cases for evaluate",
		Long: `Write the requests in which people corrected something to a file, as cases that pipelinectl evaluate
reads: what was said, and the right answers. The file holds what customers said, and only its owner
can read it; the audit log has each request that is in it.`,
		Example: "  pipelinectl corrections export cases.jsonl -t tenant_demo",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			cases, _, err := listing[client.Case]{
				key: "cases",
				fetch: func(limit int, token *string) (*http.Response, error) {
					return s.api.ListCorrectionCases(ctx, s.Tenant, &client.ListCorrectionCasesParams{Limit: limit, PageToken: token})
				},
			}.collect(limits{all: true})
			if err != nil {
				return err
			}
			if err := writeLines(args[0], cases); err != nil {
				return err
			}
			s.say("%d cases are in %s", len(cases), args[0])
			return nil
		}),
	}
}

// writeLines writes each value as a line of a file that only its owner can read.
func writeLines(path string, values []json.RawMessage) (err error) {
	var lines bytes.Buffer
	for _, v := range values {
		if err := json.Compact(&lines, v); err != nil {
			return fmt.Errorf("write cases: %w", err)
		}
		lines.WriteByte('\n')
	}
	file, err := createPrivate(path)
	if err != nil {
		return fmt.Errorf("write cases: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	_, err = file.Write(lines.Bytes())
	return err
}
