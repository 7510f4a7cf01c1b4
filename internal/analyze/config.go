package analyze

import (
	"errors"
	"time"
)

// Config tunes the step.
type Config struct {
	// Attempts is how often a model is asked in one visit before the rules answer.
	Attempts int `env:"ANALYZE_MODEL_ATTEMPTS, default=3"`
	// MaxPause is the longest wait for a busy model inside a visit; a longer one is left to
	// the sweep.
	MaxPause time.Duration `env:"ANALYZE_MODEL_MAX_PAUSE, default=5s"`
	// Patience is how old a request may grow while the model is busy; then the rules answer.
	Patience time.Duration `env:"ANALYZE_MODEL_PATIENCE, default=10m"`
}

// Validate reports everything that is wrong with the configuration.
func (c Config) Validate() error {
	var errs []error
	if c.Attempts < 1 {
		errs = append(errs, errors.New("ANALYZE_MODEL_ATTEMPTS must be at least 1"))
	}
	if c.MaxPause < 0 {
		errs = append(errs, errors.New("ANALYZE_MODEL_MAX_PAUSE must not be negative"))
	}
	if c.Patience < 0 {
		errs = append(errs, errors.New("ANALYZE_MODEL_PATIENCE must not be negative"))
	}
	return errors.Join(errs...)
}
