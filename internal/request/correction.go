package request

import (
	"encoding/json"
	"time"
)

// Correction is an answer that a person put right. The analyser's own answer stays beside it.
type Correction struct {
	Field string          `json:"field"` // intent, customer.name …
	Value json.RawMessage `json:"value"`
	Actor string          `json:"actor"`
	At    time.Time       `json:"at"`
}
