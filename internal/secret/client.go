package secret

import (
	"context"
	"fmt"

	secretmanager "cloud.google.com/go/secretmanager/apiv1"

	"github.com/your-org/multi-tenant-pipeline/pkg/gcp"
)

// NewClient opens the client that cfg names. The caller closes it.
func NewClient(ctx context.Context, cfg Config) (*secretmanager.Client, error) {
	opts, err := gcp.Endpoint(cfg.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("SECRETMANAGER_ENDPOINT: %w", err)
	}
	client, err := secretmanager.NewClient(ctx, opts...)
	if err != nil {
		return nil, fmt.Errorf("open secret manager: %w", err)
	}
	return client, nil
}
