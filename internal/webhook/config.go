package webhook

import (
	"errors"
	"time"
)

// Config is what the environment says about the webhook.
type Config struct {
	// BootstrapKeySecret names the secret with the key that signs deliveries for tenants
	// without a source; empty: there is no such key.
	BootstrapKeySecret string        `env:"BOOTSTRAP_KEY_SECRET"`
	BodyTimeout        time.Duration `env:"WEBHOOK_BODY_TIMEOUT, default=10s"` // for a slow sender's body
}

// Validate reports a time limit that nobody could keep.
func (c *Config) Validate() error {
	if c.BodyTimeout <= 0 {
		return errors.New("WEBHOOK_BODY_TIMEOUT must be positive")
	}
	return nil
}
