package topic

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// envelope is the body of a push request. The emulator of the gcloud SDK sends the id
// in both spellings, the service in the first only.
type envelope struct {
	Message struct {
		Data       []byte            `json:"data"`
		Attributes map[string]string `json:"attributes"`
		ID         string            `json:"messageId"`
		SnakeID    string            `json:"message_id"`
	} `json:"message"`
	Subscription string `json:"subscription"`
	Attempt      int    `json:"deliveryAttempt"` // only with a dead letter policy
}

// id returns the message's id, empty if it has none.
func (e *envelope) id() string {
	if e.Message.ID != "" {
		return e.Message.ID
	}
	return e.Message.SnakeID
}

func readEnvelope(r io.Reader) (*envelope, Message, error) {
	var e envelope
	decoder := json.NewDecoder(r)
	if err := decoder.Decode(&e); err != nil {
		return nil, Message{}, fmt.Errorf("decode envelope: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, Message{}, errors.New("decode envelope: more follows it")
	}
	m, err := decode(e.Message.Data, e.Message.Attributes)
	if err != nil {
		return nil, Message{}, err
	}
	m.Attempt = e.Attempt
	return &e, m, nil
}
