package webhook

import (
	"errors"
	"fmt"
	"time"
)

// Config is what the environment says about the webhook.
type Config struct {
	// BootstrapKeySecret names the secret with the key that signs deliveries for tenants
	// without a source; empty: there is no such key.
	BootstrapKeySecret string        `env:"BOOTSTRAP_KEY_SECRET"`
	BodyTimeout        time.Duration `env:"WEBHOOK_BODY_TIMEOUT, default=10s"` // for a slow sender's body

	// CommitTimeout is how long a delivery waits for the store before it goes to the intake
	// topic. Together with PublishTimeout it bounds the time to an answer, which should stay
	// under two seconds.
	CommitTimeout  time.Duration `env:"WEBHOOK_COMMIT_TIMEOUT, default=1200ms"`
	PublishTimeout time.Duration `env:"WEBHOOK_PUBLISH_TIMEOUT, default=600ms"`

	// UnverifiedPerMinute bounds the deliveries that one instance keeps without being able to
	// check their signature; 0: none.
	UnverifiedPerMinute int `env:"INTAKE_UNVERIFIED_PER_MINUTE, default=300"`
	// Patience is for how long a kept delivery is tried. Pub/Sub must keep it for longer, or it
	// would vanish uncounted.
	Patience time.Duration `env:"INTAKE_PATIENCE, default=160h"`
}

// Validate reports limits that nobody could keep.
func (c *Config) Validate() error {
	var errs []error
	for name, d := range map[string]time.Duration{
		"WEBHOOK_BODY_TIMEOUT": c.BodyTimeout, "WEBHOOK_COMMIT_TIMEOUT": c.CommitTimeout,
		"WEBHOOK_PUBLISH_TIMEOUT": c.PublishTimeout, "INTAKE_PATIENCE": c.Patience,
	} {
		if d <= 0 {
			errs = append(errs, fmt.Errorf("%s must be positive", name))
		}
	}
	if c.UnverifiedPerMinute < 0 {
		errs = append(errs, errors.New("INTAKE_UNVERIFIED_PER_MINUTE must not be negative"))
	}
	return errors.Join(errs...)
}
