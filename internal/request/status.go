package request

import "slices"

// Status says how far a request has come.
type Status string

// The statuses, in the order in which a request passes them. Failed and Erased
// can be reached from any other.
const (
	Received    Status = "received"
	Transcribed Status = "transcribed"
	Analyzed    Status = "analyzed"
	Pushed      Status = "pushed"
	Completed   Status = "completed"
	Failed      Status = "failed"
	Erased      Status = "erased"
)

var order = []Status{Received, Transcribed, Analyzed, Pushed, Completed}

// Statuses returns every status, the passing ones first and in order.
func Statuses() []Status { return append(slices.Clone(order), Failed, Erased) }

// Valid reports whether s is a status at all.
func (s Status) Valid() bool { return slices.Contains(Statuses(), s) }

// Settled reports whether no step is left to do.
func (s Status) Settled() bool { return s == Completed || s == Failed || s == Erased }

// Step returns the name of the step that takes up requests with this status, empty if none
// does.
func (s Status) Step() string {
	switch s {
	case Received:
		return "transcribe"
	case Transcribed:
		return "analyze"
	case Analyzed:
		return "push"
	case Pushed:
		return "notify"
	default:
		return ""
	}
}

// Reached reports whether s is other or comes after it on the way to Completed.
// Failed and Erased have reached nothing but themselves.
func (s Status) Reached(other Status) bool {
	return slices.Index(order, s) >= slices.Index(order, other) && slices.Contains(order, s) && slices.Contains(order, other)
}
