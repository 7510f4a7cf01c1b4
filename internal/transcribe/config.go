package transcribe

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Config says how patient the step is, and with what.
type Config struct {
	// Waits are the moments, counted from the delivery, at which a recording that was not
	// there is asked for again. CallRail attaches nearly all before it delivers.
	Waits []time.Duration `env:"RECORDING_WAITS, default=1m,5m,15m,60m"`
	// An upload that was announced is looked for this often: after a sixth of the time that it
	// is waited for already, within these bounds.
	UploadMin time.Duration `env:"UPLOAD_WAIT_MIN, default=10s"`
	UploadMax time.Duration `env:"UPLOAD_WAIT_MAX, default=60s"`
	// MaxBytes is the largest recording kept: several times an hour of CallRail's MP3,
	// which is as long as Speech-to-Text listens.
	MaxBytes        int64         `env:"RECORDING_MAX_BYTES, default=419430400"`
	DownloadTimeout time.Duration `env:"RECORDING_TIMEOUT, default=5m"`
	// MaxWait is how long one visit may take before it leaves the rest to a later one. A
	// push delivery ends after 600 s.
	MaxWait time.Duration `env:"SPEECH_MAX_WAIT, default=500s"`
	PollMin time.Duration `env:"SPEECH_POLL_MIN, default=500ms"` // doubled each time
	PollMax time.Duration `env:"SPEECH_POLL_MAX, default=5s"`
	Pause   time.Duration `env:"SPEECH_PAUSE, default=30s"` // between visits
	// Patience is how long a lead waits for a service that is down or rate-limited before
	// it goes on without the audio's words.
	Patience time.Duration `env:"SPEECH_PATIENCE, default=2h"`
	// HistoryPatience is the same for calls of the past that were imported: they get what live
	// ones leave of a source's rate limit, and nobody waits for them.
	HistoryPatience time.Duration `env:"SPEECH_HISTORY_PATIENCE, default=168h"`
	// The same for recordings that may be transcribed when it is cheap: within a day.
	BatchPause    time.Duration `env:"SPEECH_BATCH_PAUSE, default=10m"`
	BatchPatience time.Duration `env:"SPEECH_BATCH_PATIENCE, default=26h"`
	// Attempts is how many failures are tried again before the lead goes on without what
	// failed. It must be below the step's own limit, at which the request fails.
	Attempts int64 `env:"TRANSCRIBE_ATTEMPTS, default=4"`
}

// Validate reports everything that is wrong with the configuration.
func (c Config) Validate() error {
	var errs []error
	if !slices.IsSorted(c.Waits) {
		errs = append(errs, errors.New("RECORDING_WAITS must ascend"))
	}
	for name, d := range map[string]time.Duration{
		"RECORDING_TIMEOUT": c.DownloadTimeout, "SPEECH_MAX_WAIT": c.MaxWait, "SPEECH_POLL_MIN": c.PollMin,
		"SPEECH_POLL_MAX": c.PollMax, "SPEECH_PAUSE": c.Pause, "SPEECH_PATIENCE": c.Patience,
		"SPEECH_HISTORY_PATIENCE": c.HistoryPatience,
		"SPEECH_BATCH_PAUSE":      c.BatchPause, "SPEECH_BATCH_PATIENCE": c.BatchPatience,
	} {
		if d <= 0 {
			errs = append(errs, fmt.Errorf("%s must be positive", name))
		}
	}
	if c.UploadMin <= 0 || c.UploadMax < c.UploadMin {
		errs = append(errs, errors.New("UPLOAD_WAIT_MIN must be positive, UPLOAD_WAIT_MAX not shorter"))
	}
	if c.MaxBytes <= 0 {
		errs = append(errs, errors.New("RECORDING_MAX_BYTES must be positive"))
	}
	if c.Attempts <= 0 {
		errs = append(errs, errors.New("TRANSCRIBE_ATTEMPTS must be positive"))
	}
	return errors.Join(errs...)
}
