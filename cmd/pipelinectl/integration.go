package main

import (
	"errors"
	"fmt"

	"github.com/sethvargo/go-envconfig"
	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/service"
)

// newIntegration returns the commands about a tenant's CRM destinations.
func newIntegration() *cobra.Command {
	cmd := &cobra.Command{Use: "integration", Short: "Look after a tenant's CRM destinations"}
	cmd.AddCommand(newIntegrationTest())
	return cmd
}

func newIntegrationTest() *cobra.Command {
	var tenantID, integrationID string
	cmd := &cobra.Command{
		Use:   "test --tenant ID --integration ID",
		Short: "Connect to a CRM and check settings, credentials and mapping, without writing anything",
		Long: `Connect to a tenant's CRM as the push service does, and say what would keep a lead from
arriving there: credentials, permissions, settings, and mapped fields that the CRM does not
have or takes otherwise. Nothing is written.

Database and secrets are named as for the services: GOOGLE_CLOUD_PROJECT, SPANNER_INSTANCE
and SPANNER_DATABASE.`,
		Example: `  pipelinectl integration test --tenant tenant_demo --integration hubspot_main`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if tenantID == "" || integrationID == "" {
				return errors.New("--tenant and --integration must be given")
			}
			return testIntegration(cmd, envconfig.OsLookuper(), tenantID, integrationID)
		},
	}
	cmd.Flags().StringVar(&tenantID, "tenant", "", "the tenant's id")
	cmd.Flags().StringVar(&integrationID, "integration", "", "the integration's id")
	return cmd
}

func testIntegration(cmd *cobra.Command, env envconfig.Lookuper, tenantID, integrationID string) error {
	problems, err := service.TestIntegration(cmd.Context(), env, tenantID, integrationID)
	if err != nil {
		return fmt.Errorf("test integration %s: %w", integrationID, err)
	}
	cmd.Println("connected")
	failed := 0
	for _, p := range problems {
		cmd.Println(p)
		if !p.Warning {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("the mapping has %d mistakes", failed)
	}
	return nil
}
