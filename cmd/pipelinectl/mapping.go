package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

// newMapping returns the commands about what a CRM's fields are filled with.
func newMapping(t *tool) *cobra.Command {
	cmd := &cobra.Command{
		Use: "mapping", Short: "Try out what a CRM's fields are filled with",
		Example: "  pipelinectl mapping preview hubspot -t tenant_demo --request req_xw3vhpjm2d5nwkkqk5ul7c2nzi",
	}
	cmd.AddCommand(newMappingPreview(t))
	return cmd
}

func newMappingPreview(t *tool) *cobra.Command {
	var request, file string
	cmd := &cobra.Command{
		Use: "preview INTEGRATION --request REQUEST", Short: "Show what a mapping would set for a request, without sending it",
		Long: `Show what the mapping of a file, or else the saved one, would set for a request that is here
already. Since it shows what was said, it is written to the audit log.`,
		Example: "  pipelinectl mapping preview hubspot -t tenant_demo --request req_xw3vhpjm2d5nwkkqk5ul7c2nzi --file mapping.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			trial := client.MappingTrial{RequestID: request}
			if file != "" {
				var err error
				if trial.Mapping, err = readDocument(s.in, file); err != nil {
					return err
				}
			}
			a, err := read(s.api.PreviewMapping(ctx, s.Tenant, args[0], trial))
			if err != nil {
				return err
			}
			preview, err := decode[client.MappingPreview](a)
			if err != nil {
				return err
			}
			if err := show(s, a, printPreview); err != nil {
				return err
			}
			if len(preview.Problems) > 0 {
				return errors.New("the mapping has mistakes")
			}
			return nil
		}),
	}
	cmd.Flags().StringVar(&request, "request", "", "the request to try it on")
	cmd.Flags().StringVar(&file, "file", "", "YAML or JSON file with the mapping")
	_ = cmd.MarkFlagRequired("request") // fails only for an unknown flag
	return cmd
}

func printPreview(p *page, v client.MappingPreview) {
	p.header("Object", "Field", "Value")
	for _, value := range v.Values {
		p.row(value.Object, value.Field, value.Value)
	}
	for _, problem := range v.Problems {
		p.line("%s.%s: %s", clean(problem.Object), clean(problem.Field), clean(problem.Message))
	}
}
