package store

import (
	"encoding/json"
	"fmt"
	"time"

	"cloud.google.com/go/spanner"
)

// document is a JSON column that decodes straight into T: the client's own NullJSON
// would build a map first.
type document[T any] struct {
	Value T
	Valid bool
}

func doc[T any](v T) document[T] { return document[T]{Value: v, Valid: true} }

// EncodeSpanner implements spanner.Encoder.
func (d document[T]) EncodeSpanner() (any, error) {
	return spanner.NullJSON{Value: d.Value, Valid: d.Valid}, nil
}

// DecodeSpanner implements spanner.Decoder.
func (d *document[T]) DecodeSpanner(v any) error {
	*d = document[T]{}
	var text string
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		text = v
	case *string:
		if v == nil {
			return nil
		}
		text = *v
	default:
		return fmt.Errorf("decode json column: unexpected %T", v)
	}
	if err := json.Unmarshal([]byte(text), &d.Value); err != nil {
		return fmt.Errorf("decode json column: %w", err)
	}
	d.Valid = true
	return nil
}

func milliseconds(v spanner.NullInt64) time.Duration {
	return time.Duration(v.Int64) * time.Millisecond
}
