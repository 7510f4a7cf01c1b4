// Package topic carries requests from step to step over Pub/Sub: it publishes, and it
// answers the push endpoints.
//
// A message says which request, never what is in it: the state is in the store, and a
// message that is lost, late or repeated changes nothing. Attributes and JSON body hold
// the same ids; the W3C trace context travels in the attributes alone.
//
// The intake topic is the exception: while the store is away, it holds deliveries whole.
package topic

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Name is a topic's id, the same in every project.
type Name string

// The topics. Those of requests are named after the status that was reached.
const (
	RequestReceived    Name = "request-received"
	RequestTranscribed Name = "request-transcribed"
	RequestAnalyzed    Name = "request-analyzed"
	RequestPushed      Name = "request-pushed"
	DeliveryDue        Name = "delivery-due" // one CRM destination of a request is due
	Intake             Name = "intake"       // deliveries that could not be saved yet
	DeadLetter         Name = "dead-letter"  // what was refused too often
)

// Names returns every topic.
func Names() []Name {
	return []Name{RequestReceived, RequestTranscribed, RequestAnalyzed, RequestPushed, DeliveryDue, Intake, DeadLetter}
}

// ForStatus returns the topic that announces a status, and false if nobody waits for it.
func ForStatus(s request.Status) (Name, bool) {
	switch s {
	case request.Received:
		return RequestReceived, true
	case request.Transcribed:
		return RequestTranscribed, true
	case request.Analyzed:
		return RequestAnalyzed, true
	case request.Pushed:
		return RequestPushed, true
	default:
		return "", false
	}
}

// Message says which request is due for its next step, or which delivery.
type Message struct {
	TenantID    string `json:"tenant_id"`
	RequestID   string `json:"request_id"`
	Run         int64  `json:"run"`
	Destination string `json:"destination,omitempty"` // set on DeliveryDue

	// What Pub/Sub adds to a message that it pushes.
	Attempt    int               `json:"-"` // of this delivery, from 1; 0: unknown
	Attributes map[string]string `json:"-"` // as received: a dead letter's say where it comes from
}

// Names of attributes.
const (
	attrTenant      = "tenant_id"
	attrRequest     = "request_id"
	attrRun         = "run"
	attrDestination = "destination"
)

var errIncomplete = errors.New("message names no tenant or no request")

func (m Message) validate() error {
	if m.TenantID == "" || m.RequestID == "" {
		return errIncomplete
	}
	return nil
}

func (m Message) attributes() map[string]string {
	attrs := map[string]string{attrTenant: m.TenantID, attrRequest: m.RequestID, attrRun: strconv.FormatInt(m.Run, 10)}
	if m.Destination != "" {
		attrs[attrDestination] = m.Destination
	}
	return attrs
}

func decode(data []byte, attrs map[string]string) (Message, error) {
	var m Message
	if err := json.Unmarshal(data, &m); err != nil {
		return Message{}, fmt.Errorf("decode message: %w", err)
	}
	m.Attributes = attrs
	return m, m.validate()
}
