package webhook

import (
	"strings"
	"testing"

	"github.com/sethvargo/go-envconfig"
)

// The webhook is open to everybody: whoever posts to it could write a token without a signature.
func TestTheWebhookBelievesNoTokenWithoutASignature(t *testing.T) {
	t.Parallel()
	err := Serve(t.Context(), envconfig.MapLookuper(map[string]string{"PUSH_SIGNATURE_REMOVED": "true"}))
	if err == nil || !strings.Contains(err.Error(), "PUSH_SIGNATURE_REMOVED") {
		t.Errorf("Serve() = %v, want it to refuse PUSH_SIGNATURE_REMOVED", err)
	}
}
