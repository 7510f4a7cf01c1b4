package request

import "time"

// Kind says what arrived.
type Kind string

// The kinds of request.
const (
	Call Kind = "call"
	Form Kind = "form"
	Text Kind = "text"
)

// FirstStatus returns where a request of this kind starts: only a call has something
// to transcribe.
func (k Kind) FirstStatus() Status {
	if k == Call {
		return Received
	}
	return Transcribed
}

// Request is one call, form or text of one tenant.
type Request struct {
	TenantID   string
	ID         string
	Kind       Kind
	Namespace  string
	ExternalID string // the source's own id, for instance CAL…
	SourceID   string // the configured source that delivered it; empty with the bootstrap key

	Status   Status
	Run      int64  // 1, and one more each time the first audio arrives late or somebody starts it again
	Attempts int64  // errors and expired leases of the current step; waits do not count
	Reason   string // why it failed, or what it waits for

	ReceivedAt time.Time // when the delivery was committed
	UpdatedAt  time.Time
	StartedAt  time.Time // when the call began or the form was sent, by the source

	Caller    Caller
	Details   Details
	Recording Recording
	Speech    Speech
	Handling  Handling
	Metering  Metering // what it used so far, over all runs
	CostUSD   float64  // that in US dollars, by the prices of the day it was received
	CostParts CostParts
	Hold      bool // legal hold: neither retention nor erasure touches it

	// What the analysis found, kept with the row so that lists need no second read.
	Intent      string
	ProjectType string
	Timeline    string
	Budget      string
	LeadScore   int
	ScoreBand   Band
	Summary     string

	CRMState    CRMState
	TraceParent string // W3C trace context of the delivery, so that a sweep goes on with its trace
}

// Caller is who called or wrote, as far as it is known.
type Caller struct {
	Name  string `json:"name"`
	Phone string `json:"phone"` // E.164 where it could be parsed, else as received
	Email string `json:"email"`
}

// Details is what the source told about a call, form or text. It is stored as JSON;
// a field that is added later is simply empty in older rows.
type Details struct {
	Direction         string   `json:"direction,omitempty"` // inbound, outbound
	CallType          string   `json:"call_type,omitempty"` // answered missed abandoned voicemail …
	Answered          bool     `json:"answered,omitempty"`
	Voicemail         bool     `json:"voicemail,omitempty"`
	FirstCall         bool     `json:"first_call,omitempty"`
	MarkedSpam        bool     `json:"marked_spam,omitempty"`
	DurationS         int      `json:"duration_s,omitempty"`           // seconds
	RecordingS        int      `json:"recording_duration_s,omitempty"` // seconds; 0 until a recording is attached
	HasRecording      bool     `json:"has_recording,omitempty"`        // the source says that there is one
	CallerIDName      string   `json:"caller_id_name,omitempty"`       // CNAM text: often a city or WIRELESS CALLER, not a name
	City              string   `json:"city,omitempty"`
	State             string   `json:"state,omitempty"`
	Country           string   `json:"country,omitempty"`
	PostalCode        string   `json:"postal_code,omitempty"`
	BusinessPhone     string   `json:"business_phone,omitempty"`
	TrackingPhone     string   `json:"tracking_phone,omitempty"`
	CompanyID         string   `json:"company_id,omitempty"`          // the source's number for the company
	CompanyResourceID string   `json:"company_resource_id,omitempty"` // COM…
	PersonID          string   `json:"person_id,omitempty"`
	Source            string   `json:"source,omitempty"` // marketing source, for instance Google Ads
	SourceName        string   `json:"source_name,omitempty"`
	Medium            string   `json:"medium,omitempty"`
	Campaign          string   `json:"campaign,omitempty"`
	Keywords          string   `json:"keywords,omitempty"`
	GCLID             string   `json:"gclid,omitempty"`
	LandingPage       string   `json:"landing_page,omitempty"`
	Referrer          string   `json:"referrer,omitempty"`
	Tags              []string `json:"tags,omitempty"`
	Note              string   `json:"note,omitempty"`
	Value             string   `json:"value,omitempty"`
	LeadStatus        string   `json:"lead_status,omitempty"`

	Fields  []Field `json:"fields,omitempty"`   // a form's fields, in the order received
	FormURL string  `json:"form_url,omitempty"` // the page that the form stands on
	Text    string  `json:"text,omitempty"`     // a text message's content

	SourceTranscript string `json:"source_transcript,omitempty"` // the source's own transcript, if the tenant pays for one
	SourceSummary    string `json:"source_summary,omitempty"`

	Given *Transcript `json:"given_transcript,omitempty"` // that a call by API came with; it is used as it is
}

// Field is one field of a form under the site's own name.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Recording says where the audio of a call is kept.
type Recording struct {
	Object      string  `json:"object,omitempty"` // object name in the recordings bucket; empty: none kept
	Generation  int64   `json:"generation,omitempty"`
	ContentType string  `json:"content_type,omitempty"`
	Bytes       int64   `json:"bytes,omitempty"`
	SHA256      string  `json:"sha256,omitempty"` // hex
	DurationS   float64 `json:"duration_s,omitempty"`
	Channels    int     `json:"channels,omitempty"`
	Absent      string  `json:"absent,omitempty"` // why there is no audio: not_recorded, too_large, not_audio, never_came …
}

// Kept reports whether the audio is in the bucket.
func (r Recording) Kept() bool { return r.Object != "" }

// Values of Absent that others than who fetched it look at.
const (
	AbsentExpired  = "expired"   // it was kept for as long as the tenant wants it
	AbsentNoAccess = "no_access" // the tenant gave no key for the source, or one that it refuses
)

// Came reports whether the audio was in the bucket at some time: none is awaited any more.
func (r Recording) Came() bool { return r.Kept() || r.Absent == AbsentExpired }

// Speech is the memory of a transcription under way: it is saved before and after a
// paid operation is started, so that a crash never pays twice.
type Speech struct {
	Intent    string    `json:"intent,omitempty"`    // random id of the start; names the output prefix
	Output    string    `json:"output,omitempty"`    // object prefix that the operation writes to
	Operation string    `json:"operation,omitempty"` // long-running operation name
	Batch     bool      `json:"batch,omitempty"`     // it was started to be cheap
	StartedAt time.Time `json:"started_at,omitzero"`
	Starts    int       `json:"starts,omitempty"`  // operations started so far
	Metered   string    `json:"metered,omitempty"` // the intent whose operation is counted in Metering already

	Pieces  []Piece  `json:"pieces,omitempty"`  // what is sent of the recording; none: not decided yet
	Outputs []string `json:"outputs,omitempty"` // of the pieces that are done, in order; empty: it could not be transcribed
}

// Piece is a part of a recording that is transcribed by itself.
type Piece struct {
	Object    string  `json:"object,omitempty"` // what is sent; empty: the recording itself
	DurationS float64 `json:"duration_s"`
	Channels  int     `json:"channels,omitempty"`
	Only      int     `json:"only,omitempty"` // the channel of the recording that it holds, from 1; 0: all
	Bytes     int64   `json:"bytes,omitempty"`
	Spans     []Span  `json:"spans,omitempty"` // of the recording, in order; none: all of it
}

// Span is a stretch of a recording, in seconds from its beginning.
type Span struct {
	From float64 `json:"from_s"`
	To   float64 `json:"to_s"`
}

// Handling is what is different about a request. The zero value is an ordinary one.
type Handling struct {
	Silent bool   `json:"silent,omitempty"` // nobody is told: it is history
	NoCRM  bool   `json:"no_crm,omitempty"` // no destination gets it
	Public bool   `json:"public,omitempty"` // anybody may have sent it, in anybody's name
	Batch  bool   `json:"batch,omitempty"`  // transcribed when it is cheap, within a day
	Upload string `json:"upload,omitempty"` // object that the caller of the API uploads the audio to
	JobID  string `json:"job_id,omitempty"` // the import that brought it
	Actor  string `json:"actor,omitempty"`  // who created it by API

	UploadUntil time.Time `json:"upload_until,omitzero"` // when waiting for the upload ends
	QuietRun    int64     `json:"quiet_run,omitempty"`   // the run of which nobody is told: it only brings CRMs up to date
}

// Quiet reports whether nobody is to be told of the request in its present run.
func (r *Request) Quiet() bool {
	h := r.Handling
	return h.Silent || h.QuietRun > 0 && h.QuietRun == r.Run
}

// CRMState sums up a request's deliveries.
type CRMState string

// The summed-up states, from best to worst.
const (
	CRMNone    CRMState = "none"
	CRMDone    CRMState = "done"
	CRMPending CRMState = "pending"
	CRMParked  CRMState = "parked"
	CRMFailed  CRMState = "failed"
)
