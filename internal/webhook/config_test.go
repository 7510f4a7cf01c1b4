package webhook

import (
	"testing"
	"time"

	"github.com/sethvargo/go-envconfig"
)

// A sender is answered within two seconds, whatever is away: what the handler waits for one after
// the other leaves room for the answer itself.
func TestTheDefaultsAnswerWithinTwoSeconds(t *testing.T) {
	t.Parallel()
	var cfg Config
	if err := envconfig.ProcessWith(t.Context(), &envconfig.Config{Target: &cfg, Lookuper: envconfig.MapLookuper(nil)}); err != nil {
		t.Fatal(err)
	}
	if sum := cfg.CommitTimeout + cfg.PublishTimeout; sum <= 0 || sum > 1900*time.Millisecond {
		t.Errorf("a delivery may wait %v before it is answered", sum)
	}
}
