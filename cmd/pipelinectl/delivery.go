package main

import (
	"errors"
	"fmt"
	"os/user"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// newDelivery returns the commands about deliveries to CRMs.
func newDelivery() *cobra.Command {
	cmd := &cobra.Command{Use: "delivery", Short: "Look after deliveries to CRMs"}
	cmd.AddCommand(newDeliveryRetry())
	return cmd
}

func newDeliveryRetry() *cobra.Command {
	var tenantID, destination, requestID string
	cmd := &cobra.Command{
		Use:   "retry --tenant ID --destination ID [--request ID]",
		Short: "Send parked and failed deliveries again, after what they waited for was put right",
		Long: `Send a tenant's parked and failed deliveries to one destination again: all of them, or
with --request one. What was done before is not done again. Sweep picks them up within a
minute.

The database is named as for the services: GOOGLE_CLOUD_PROJECT, SPANNER_INSTANCE and
SPANNER_DATABASE.`,
		Example: `  pipelinectl delivery retry --tenant tenant_demo --destination hubspot_main`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if tenantID == "" || destination == "" {
				return errors.New("--tenant and --destination must be given")
			}
			var cfg store.Config
			if err := config.Load(cmd.Context(), &cfg); err != nil {
				return err
			}
			s, err := store.Open(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			defer s.Close()
			return retry(cmd, s.ForTenant(tenantID), destination, requestID)
		},
	}
	cmd.Flags().StringVar(&tenantID, "tenant", "", "the tenant's id")
	cmd.Flags().StringVar(&destination, "destination", "", "the integration's id")
	cmd.Flags().StringVar(&requestID, "request", "", "only this request's delivery")
	return cmd
}

func retry(cmd *cobra.Command, scope *store.Scope, destination, requestID string) error {
	if requestID == "" {
		n, err := scope.RetryDeliveries(cmd.Context(), operator(), destination)
		cmd.Printf("%d deliveries to %s are due now\n", n, destination)
		return err
	}
	err := scope.RetryDelivery(cmd.Context(), requestID, destination)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("request %s has no parked or failed delivery to %s", requestID, destination)
	}
	if err != nil {
		return err
	}
	cmd.Printf("the delivery of %s to %s is due now\n", requestID, destination)
	return scope.Audit(cmd.Context(), operator(), "delivery.retry", requestID)
}

// operator names who runs this, for the audit log.
func operator() string {
	if u, err := user.Current(); err == nil {
		return "pipelinectl:" + u.Username
	}
	return "pipelinectl"
}
