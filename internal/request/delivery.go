package request

import "time"

// DeliveryState says how one destination stands with one request.
type DeliveryState string

// The states of a delivery. Parked waits for a person (a required field is missing, a
// token was revoked); skipped was decided by the tenant's workflow.
const (
	DeliveryPending DeliveryState = "pending"
	DeliveryDone    DeliveryState = "done"
	DeliverySkipped DeliveryState = "skipped"
	DeliveryParked  DeliveryState = "parked"
	DeliveryFailed  DeliveryState = "failed"
)

// Settled reports whether nothing is due for the delivery.
func (s DeliveryState) Settled() bool { return s != DeliveryPending }

// DeliveryStates returns every state.
func DeliveryStates() []DeliveryState {
	return []DeliveryState{DeliveryPending, DeliveryDone, DeliverySkipped, DeliveryParked, DeliveryFailed}
}

// Delivery is one request on its way into one CRM destination.
type Delivery struct {
	TenantID    string        `json:"-"`
	RequestID   string        `json:"-"`
	Destination string        `json:"destination"` // integration id
	Connector   string        `json:"connector"`   // hubspot, salesforce, pipedrive, custom
	State       DeliveryState `json:"state"`
	Revision    int64         `json:"revision"` // raised when the answer changed and the remote records must follow
	Synced      int64         `json:"synced"`   // the revision that the remote records show
	Attempts    int64         `json:"attempts"`
	DueAt       time.Time     `json:"due_at,omitzero"`
	Ledger      []LedgerEntry `json:"ledger"`
	Outcome     string        `json:"outcome,omitempty"` // created, updated, matched
	Error       string        `json:"error,omitempty"`   // the CRM's own words
	Link        string        `json:"link,omitempty"`    // the record in the CRM
	Warnings    []string      `json:"warnings,omitempty"`
	Calls       int64         `json:"calls"` // made to the destination so far
	UpdatedAt   time.Time     `json:"updated_at,omitzero"`
}

// LedgerEntry remembers one remote step. An entry without a remote id is an intent: the
// call may or may not have happened, and the record must be looked up by its marker
// before it is made again.
type LedgerEntry struct {
	Step     string    `json:"step"` // contact, deal, call …
	RemoteID string    `json:"remote_id,omitempty"`
	Outcome  string    `json:"outcome,omitempty"` // created, updated, matched
	Revision int64     `json:"revision,omitempty"`
	At       time.Time `json:"at"`
	Unproven bool      `json:"unproven,omitempty"` // of a contact: who says that its keys belong together cannot be trusted

	Wrote *SourceUpdate `json:"wrote,omitempty"` // what was, or is being, written back to the source
}

// ConnectorCallRail is the connector and destination that stands for writing back to the
// call in CallRail. It is a delivery so that it is retried and done once, but no CRM: it does
// not count in a request's CRMState.
const ConnectorCallRail = "callrail"

// SourceUpdate is what is written back to a call in the source. Empty fields are left alone.
type SourceUpdate struct {
	Tags       []string `json:"tags,omitempty"` // added
	LeadStatus string   `json:"lead_status,omitempty"`
	Value      string   `json:"value,omitempty"` // US dollars: 1250.00
	Note       string   `json:"note,omitempty"`
}

// IsZero reports whether there is nothing to write.
func (u SourceUpdate) IsZero() bool {
	return len(u.Tags) == 0 && u.LeadStatus == "" && u.Value == "" && u.Note == ""
}

// Done reports whether the step's remote id is known.
func (e LedgerEntry) Done() bool { return e.RemoteID != "" }

// Notice says that a channel was told about a request.
type Notice struct {
	Channel string    `json:"channel"` // slack:<name>, email:<name>
	Band    Band      `json:"band"`    // the band it was told; told again only if it rises
	SentAt  time.Time `json:"sent_at"`
}

// Event is one line of a request's timeline.
type Event struct {
	At       time.Time     `json:"at"`
	Step     string        `json:"step"`
	Name     string        `json:"name"` // received, started, done, waiting, failed …
	Detail   string        `json:"detail,omitempty"`
	Duration time.Duration `json:"duration,omitempty"`
}

// SumUp returns the state that stands for all deliveries: the worst that still matters.
func SumUp(states []DeliveryState) CRMState {
	sum := CRMNone
	rank := map[CRMState]int{CRMNone: 0, CRMDone: 1, CRMParked: 2, CRMFailed: 3, CRMPending: 4}
	for _, s := range states {
		one := map[DeliveryState]CRMState{
			DeliveryPending: CRMPending, DeliveryDone: CRMDone,
			DeliveryParked: CRMParked, DeliveryFailed: CRMFailed, DeliverySkipped: CRMNone,
		}[s]
		if rank[one] > rank[sum] {
			sum = one
		}
	}
	return sum
}
