package crm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Lead is everything that a connector may write into a CRM.
type Lead struct {
	Request    *request.Request
	Analysis   *request.Analysis
	Transcript *request.Transcript
	Person     Person
	Revision   int64    // of the delivery; remote records that show an older one are updated
	Link       string   // the request in our dashboard
	Recheck    bool     // look every record up by its marker before creating it: the ledger may be older than the CRM (a restore)
	Region     string   // ISO 3166 code of the tenant, for phone numbers
	Fields     Fields   // what the tenant's mapping adds to the records
	Owner      string   // who gets new records, by the CRM's own id; empty: as the integration's settings say
	Tags       []string // what the tenant's workflow calls the lead

	Zone *time.Location // the tenant's, for days; nil: that of the request's times
}

// Person is the caller's identity after normalising: Phone is E.164 or empty, Email is
// lower case or empty, Name is a person's name or empty (never caller-ID text).
type Person struct {
	Name  string
	Phone string
	Email string
}

// Keys returns what identifies the person, sorted: "email:…" and "phone:…". None means
// that nothing identifies them (a withheld number), and nobody can be matched.
func (p Person) Keys() []string {
	var keys []string
	if p.Email != "" {
		keys = append(keys, "email:"+p.Email)
	}
	if p.Phone != "" {
		keys = append(keys, "phone:"+p.Phone)
	}
	return keys
}

// Ledger is the memory of one delivery. Deliver consults it before every remote call.
type Ledger interface {
	// Contact takes the lease on the person's keys and returns what is known about them.
	// Held by another delivery: a *BusyError. It is held until an entry of the contact step
	// is written, or for ContactLease.
	Contact(ctx context.Context, keys []string) (Known, error)
	// Entry returns what is remembered of a step.
	Entry(step string) (request.LedgerEntry, bool)
	// Write saves entries in one transaction, replacing the entries of the same steps. An
	// entry of the contact step also gives the lease on the keys back, if Contact took it:
	//
	//   - with a remote id: the id is saved for all keys, unless the entry is Unproven: then
	//     each keeps what it held before;
	//   - Refused: nothing was created, and what the keys held before stays;
	//   - an intent (neither): an attempt that began at its At ended without an answer, and
	//     the next Contact returns Ambiguous with that Since.
	//
	// Whoever saves Result.Entries owes the same.
	Write(ctx context.Context, entries ...request.LedgerEntry) error
}

// Known is what the contact ledger says about a person's keys.
type Known struct {
	RemoteID  string    // the remote contact; empty: none known
	Ambiguous bool      // an earlier delivery began to create the contact and never said how it ended
	Since     time.Time // when the latest such attempt began
}

// BusyError says that another delivery is working on the same person.
type BusyError struct{ Until time.Time }

func (e *BusyError) Error() string { return "contact is being resolved by another delivery" }

// Connector writes leads into one tenant's account of one CRM.
type Connector interface {
	// Steps returns the remote steps in their order. If one of them is StepContact, it is the
	// first; without one, no person's identity is kept for the destination.
	Steps() []Step
	// Link returns the address of the lead's main record in the CRM, empty if there is none.
	Link(entries map[string]request.LedgerEntry) string
	// Test probes credentials and settings without writing anything.
	Test(ctx context.Context) error
}

// Names of steps. The contact step is the one whose remote id the contact ledger keeps.
const (
	StepContact = "contact"
	StepDeal    = "deal"
	StepCall    = "call"
	StepEvent   = "event" // the only step of a custom destination
)

// Step is one remote record that a lead needs.
type Step struct {
	Name string
	// Find looks the record up by its marker (the request id), after an attempt of unknown
	// outcome. It returns "" if there is none.
	Find func(ctx context.Context, s State) (string, error)
	// Do creates the record, or finds and updates it; with a remote id in s.Current it
	// brings that record up to date. Creating must be its last remote call, or the Record
	// comes along with the error, so that the id is kept: it is then called again with
	// Current. An error other than Ambiguous promises that nothing was created, or that
	// creating it again makes nothing twice.
	Do func(ctx context.Context, s State) (Record, error)
	// Lag is how long a created record may stay invisible to Find.
	Lag time.Duration
}

// State is what a step knows when it runs.
type State struct {
	Lead    Lead
	Current string            // the step's own remote id, if it is known
	IDs     map[string]string // remote ids of the earlier steps
	Unsure  bool              // an earlier attempt may have made the record, and Find did not find it
}

// Record is the outcome of a step.
type Record struct {
	ID       string
	Outcome  Outcome
	Warnings []string // optional fields that the CRM refused …
}

// Outcome says what happened to a remote record.
type Outcome string

// The good outcomes.
const (
	Created Outcome = "created"
	Updated Outcome = "updated"
	Matched Outcome = "matched"
)

// Refused is the outcome of a ledger entry without a remote id whose attempt certainly
// created nothing: unlike after an intent, the record need not be looked up.
const Refused Outcome = "refused"

// Fault classifies what went wrong; what happens next follows from it.
type Fault string

// The faults.
const (
	Invalid     Fault = "invalid"      // a field is refused: park with its name
	AuthExpired Fault = "auth_expired" // refresh once, repeat once
	AuthRevoked Fault = "auth_revoked" // park: somebody must reconnect
	RateLimited Fault = "rate_limited" // due again at RetryAt
	QuotaSpent  Fault = "quota_spent"  // due again at RetryAt
	Transient   Fault = "transient"    // try again with backoff
	Unreachable Fault = "unreachable"  // failed too often just now, not even tried: due again at RetryAt
	Ambiguous   Fault = "ambiguous"    // sent, no answer: look up by marker before repeating
	Gone        Fault = "gone"         // the remote record no longer exists: resolve again
	Closed      Fault = "closed"       // the destination takes nothing any more: park
)

// Error is a CRM's refusal or silence.
type Error struct {
	Fault   Fault
	Op      string   // what was tried, for instance "create contact"
	Status  int      // HTTP status, 0 without an answer
	Code    string   // the vendor's code
	Message string   // the vendor's own words, shown to the tenant
	Fields  []string // the fields that were refused
	RetryAt time.Time
	Step    string // with Gone: the step whose record is gone; empty: the step that failed
	Err     error
}

// namePattern is what codes and names of fields look like: with a letter, unlike a phone
// number, and without what e-mail addresses and sentences need.
var namePattern = regexp.MustCompile(`^[\w.:\[\]-]{0,99}[A-Za-z][\w.:\[\]-]{0,99}$`)

// Error leaves the vendor's words out: they may quote an e-mail address or a phone number,
// and errors are logged. A code or field that reads like such words is left out, too.
func (e *Error) Error() string {
	msg := fmt.Sprintf("%s: %s", e.Op, e.Fault)
	if e.Status != 0 {
		msg += fmt.Sprintf(" (status %d)", e.Status)
	}
	if namePattern.MatchString(e.Code) {
		msg += " " + e.Code
	}
	fields := slices.DeleteFunc(slices.Clone(e.Fields), func(name string) bool { return !namePattern.MatchString(name) })
	if len(fields) > 0 {
		msg += " " + strings.Join(fields, ", ")
	}
	if e.Err != nil {
		msg += ": " + e.Err.Error()
	}
	return msg
}

func (e *Error) Unwrap() error { return e.Err }

// FaultOf returns the fault of err, Transient if it is not an *Error.
func FaultOf(err error) Fault {
	var e *Error
	if errors.As(err, &e) {
		return e.Fault
	}
	return Transient
}

// Factory makes the connector of an integration. The client is guarded: a tenant may
// name the address. Connectors of one account share their limits through their factory.
type Factory func(s Settings, client *http.Client) (Connector, error)

// Settings is an integration as a connector's constructor sees it.
type Settings struct {
	TenantID      string
	IntegrationID string
	Credentials   string          // the secret's value
	Config        json.RawMessage // the connector's own settings
	Vault         Vault           // renews credentials that expire; nil: they cannot be renewed
}

// Vault keeps the credentials of one integration where they change by being used: a refresh
// token may work only once.
type Vault interface {
	// Renew calls renew with the newest credentials while nobody else renews them, on any
	// instance, saves what it returns if that differs, and returns it. If saving fails, what
	// renew returned comes along with the error, and is saved first the next time. Errors are
	// renew's own or an *Error.
	Renew(ctx context.Context, renew func(ctx context.Context, current string) (string, error)) (string, error)
}
