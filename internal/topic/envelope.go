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
	e, err := readRaw(r)
	if err != nil {
		return nil, Message{}, err
	}
	m, err := decode(e.Message.Data, e.Message.Attributes)
	if err != nil {
		return nil, Message{}, err
	}
	m.Attempt = e.Attempt
	return e, m, nil
}

// readRaw reads a push request without looking into the message.
func readRaw(r io.Reader) (*envelope, error) {
	var e envelope
	decoder := json.NewDecoder(r)
	if err := decoder.Decode(&e); err != nil {
		return nil, fmt.Errorf("decode envelope: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("decode envelope: more follows it")
	}
	return &e, nil
}
