package tenant

import "time"

// SourceCount says how many deliveries of a source ended in one way since the last flush.
type SourceCount struct {
	TenantID string
	SourceID string // empty: accepted with the bootstrap key, or not verified
	Outcome  string // accepted, duplicate, updated, ignored, rejected
	Reason   string // the kind, or why it was rejected
	Count    int64
	LastAt   time.Time
}
