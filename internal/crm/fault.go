package crm

import (
	"errors"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Disposition is what becomes of a delivery after an attempt.
type Disposition struct {
	State   request.DeliveryState
	RetryAt time.Time // when it is due again; zero while pending: after the usual backoff
	Counts  bool      // the attempt counts towards the limit; waiting for somebody does not
	Words   string    // for the tenant: what happened and what to do, with the CRM's own words
}

// Dispose says what the error of Deliver means. What a person must put right parks the
// delivery; what only takes time is due again; the rest is tried again with backoff.
func Dispose(err error) Disposition {
	if err == nil {
		return Disposition{State: request.DeliveryDone}
	}
	var busy *BusyError
	if errors.As(err, &busy) {
		return Disposition{
			State: request.DeliveryPending, RetryAt: busy.Until,
			Words: "Another call of the same person is being delivered first.",
		}
	}
	var fault *Error
	if !errors.As(err, &fault) {
		return Disposition{State: request.DeliveryPending, Counts: true, Words: "The delivery was interrupted and is tried again."}
	}
	d := Disposition{State: request.DeliveryPending, RetryAt: fault.RetryAt}
	switch fault.Fault {
	case Invalid, AuthRevoked, Closed:
		d = Disposition{State: request.DeliveryParked}
	case RateLimited, QuotaSpent, Unreachable:
		d.Counts = fault.RetryAt.IsZero()
	default:
		d.Counts = true
	}
	d.Words = words(fault)
	return d
}

// WordsUnreachable is how the words begin of a delivery that was not tried, because the
// destination's circuit was open.
const WordsUnreachable = "The CRM failed several times in a row and is left alone for a while."

func words(e *Error) string {
	var says string
	switch e.Fault {
	case Invalid:
		says = "The CRM refused the record."
		if len(e.Fields) > 0 {
			says = "The CRM refused the record because of " + strings.Join(e.Fields, ", ") + "."
		}
	case AuthExpired:
		says = "The CRM says that the credentials have expired. If this goes on, connect the integration again."
	case AuthRevoked:
		says = "The CRM refused the credentials or a permission is missing. Connect the integration again."
	case RateLimited:
		says = "The CRM asks us to slow down."
	case QuotaSpent:
		says = "The CRM account's daily quota of API calls is used up."
	case Ambiguous:
		says = "The CRM did not answer. The record is looked up before it is sent again."
	case Gone:
		says = "A record was deleted in the CRM meanwhile and could not be made again."
	case Unreachable:
		says = WordsUnreachable
	case Closed:
		says = "The destination says that it is closed for good. Open it again or remove the integration, then retry."
	default:
		says = "The CRM could not be reached or failed."
	}
	if e.Message != "" {
		says += " It says: " + e.Message
	}
	return says
}

// maxWords is how much of a CRM's words a tenant is shown, in bytes.
const maxWords = 500

// CutWords shortens a CRM's words, for Error.Message, and leaves out what is no text: the store
// would refuse it, and with it what became of the delivery.
func CutWords(words string) string {
	if len(words) <= maxWords {
		return strings.ToValidUTF8(words, "")
	}
	return strings.ToValidUTF8(words[:maxWords], "") + "…"
}
