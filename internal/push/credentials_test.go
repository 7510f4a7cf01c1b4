package push_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/secret"
)

// noSecrets knows no secret.
type noSecrets struct{}

func (noSecrets) Get(_ context.Context, name string) (string, error) {
	return "", fmt.Errorf("read secret %s: %w", name, secret.ErrNotFound)
}

// Waiting does not make a secret: without one the delivery is for a person to look at.
func TestADestinationWithoutCredentialsIsParked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	w.pusher.Secrets = noSecrets{}
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	d := w.delivery(t, id, "hubspot")
	if d.State != request.DeliveryParked || !strings.Contains(d.Error, "tenant-{tenant id}-{purpose}") {
		t.Errorf("got %s: %s", d.State, d.Error)
	}
}
