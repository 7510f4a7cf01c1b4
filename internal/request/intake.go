package request

import "time"

// Intake is one verified delivery on its way into the store.
type Intake struct {
	Request     *Request // as far as the delivery tells; Status and Run are the store's
	Body        []byte   // the raw bytes, kept for as long as the request
	ContentType string
	BodyHash    string   // hex SHA-256 of Body: tells a repeated modification from a new one
	Change      bool     // a modification of something that usually is here already
	Changes     []string // what a modification says has changed, by the source's names

	// Alike are other ids under which the same content may be here. If it came less than Within
	// before or after this delivery, which came when the request was sent or else now, this is a
	// duplicate of it.
	Alike  []string
	Within time.Duration
}

// Outcome says what a delivery did.
type Outcome string

// The outcomes, which are also the status words of the webhook's reply.
const (
	Accepted  Outcome = "accepted"
	Duplicate Outcome = "duplicate"
	Updated   Outcome = "updated"
	Ignored   Outcome = "ignored"
)

// Acceptance is the store's answer to an Intake.
type Acceptance struct {
	Outcome  Outcome
	Status   Status // of the row now
	Run      int64
	Announce bool   // the row is due for its next step, which should be told
	Original string // the id of the Intake's Alike that it is a duplicate of; empty: none
}
