package limit

import (
	"errors"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Config holds the limits of tenants that have none of their own.
type Config struct {
	FormsPerMinute int `env:"FORMS_PER_MINUTE, default=60"`
	FormsPerDay    int `env:"FORMS_PER_DAY, default=5000"`
	APIPerMinute   int `env:"API_REQUESTS_PER_MINUTE, default=120"`
	APIPerDay      int `env:"API_REQUESTS_PER_DAY, default=20000"`
}

// Validate reports limits that would let nothing through.
func (c *Config) Validate() error {
	if c.FormsPerMinute <= 0 || c.FormsPerDay <= 0 {
		return errors.New("FORMS_PER_MINUTE and FORMS_PER_DAY must be positive")
	}
	if c.APIPerMinute <= 0 || c.APIPerDay <= 0 {
		return errors.New("API_REQUESTS_PER_MINUTE and API_REQUESTS_PER_DAY must be positive")
	}
	return nil
}

// Subject is what is counted.
type Subject string

// The subjects, which also name the rows of quotas.
const (
	Forms Subject = "forms" // web forms
	API   Subject = "api"   // requests created by API
)

// of returns the tenant's limits for a subject, the deployment's where it has none.
func (c *Config) of(t *tenant.Tenant, s Subject) (perMinute, perDay int) {
	own := t.Settings.Limits
	if s == API {
		return choose(own.APIPerMinute, c.APIPerMinute), choose(own.APIPerDay, c.APIPerDay)
	}
	return choose(own.FormsPerMinute, c.FormsPerMinute), choose(own.FormsPerDay, c.FormsPerDay)
}

func choose(own, otherwise int) int {
	if own > 0 {
		return own
	}
	return otherwise
}
