package privacy

import (
	"errors"
	"time"
)

// Config says how careful erasures are, and what reports say of what they cannot reach.
type Config struct {
	// SpeechWait is longer than any transcription runs: its output is deleted once more after it.
	SpeechWait time.Duration `env:"ERASE_SPEECH_WAIT, default=26h"`
	// Settle is added to the last lease that was held: whoever lost a claim may still be
	// finishing the call that it was at.
	Settle time.Duration `env:"ERASE_SETTLE, default=2m"`
	// RecoveryDays, BackupDays and SoftDeleteDays are how long Spanner's point-in-time recovery,
	// its backups and Cloud Storage's soft delete keep what was deleted; deploying sets them.
	RecoveryDays   int `env:"PITR_DAYS, default=7"`
	BackupDays     int `env:"BACKUP_DAYS, default=30"`
	SoftDeleteDays int `env:"SOFT_DELETE_DAYS, default=7"`
	// MessageDays is how long Pub/Sub keeps messages and dead letters. They hold ids only, but for
	// whole deliveries that wait in the topic intake while Spanner is away.
	MessageDays int `env:"MESSAGE_DAYS, default=7"`
	// ExportDays is how long an export's result can be fetched.
	ExportDays int `env:"EXPORT_DAYS, default=7"`
}

// Validate reports every problem at once.
func (c *Config) Validate() error {
	var errs []error
	if c.SpeechWait < 0 || c.Settle < 0 {
		errs = append(errs, errors.New("ERASE_SPEECH_WAIT and ERASE_SETTLE must not be negative"))
	}
	if min(c.RecoveryDays, c.BackupDays, c.SoftDeleteDays, c.MessageDays) < 0 {
		errs = append(errs, errors.New("PITR_DAYS, BACKUP_DAYS, SOFT_DELETE_DAYS and MESSAGE_DAYS must not be negative"))
	}
	if c.ExportDays <= 0 {
		errs = append(errs, errors.New("EXPORT_DAYS must be positive"))
	}
	return errors.Join(errs...)
}

// day is a day of retention. Days of a calendar differ by an hour at most.
const day = 24 * time.Hour
