// Package tenant holds a customer company and its settings: where its calls come from,
// where its leads go and who is told.
//
// Everything here is data; the store keeps it, a Directory serves it from memory.
package tenant

import (
	"encoding/json"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Status says whether a tenant is served.
type Status string

// The statuses. A suspended tenant's deliveries are kept, but nothing is done with them.
const (
	Active    Status = "active"
	Suspended Status = "suspended"
)

// Tenant is one company with everything the pipeline must know about it.
type Tenant struct {
	ID           string
	Name         string
	Status       Status
	TimeZone     string // IANA name, for people's times
	Region       string // ISO 3166 code, for phone numbers without a country
	Settings     Settings
	Sources      []Source
	Integrations []Integration
	Pauses       []Pause // what is held back for this tenant, those of all tenants included
	CreatedAt    time.Time
}

// Location returns the tenant's time zone, UTC if it is unknown.
func (t *Tenant) Location() *time.Location {
	loc, err := time.LoadLocation(t.TimeZone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// Source returns the source with the id, or nil.
func (t *Tenant) Source(id string) *Source {
	for i := range t.Sources {
		if t.Sources[i].ID == id {
			return &t.Sources[i]
		}
	}
	return nil
}

// Settings are the choices of a tenant. The zero value is a working default: a tenant
// that was made by one SQL INSERT is usable.
type Settings struct {
	Services      []string           `json:"services,omitempty"`     // what the company offers
	ServiceArea   []string           `json:"service_area,omitempty"` // places, postal codes
	Hours         string             `json:"hours,omitempty"`
	MinimumJob    int64              `json:"minimum_job,omitempty"` // US dollars
	Notifications Notifications      `json:"notifications,omitzero"`
	Speech        Speech             `json:"speech,omitzero"`
	Weights       map[string]float64 `json:"weights,omitempty"`   // points per signal; absent: the default
	Questions     []request.Question `json:"questions,omitempty"` // asked about every request
	Process       Process            `json:"process,omitzero"`
	MediaHosts    []string           `json:"media_hosts,omitempty"` // further hosts that recordings may come from
	Workflow      []Rule             `json:"workflow,omitempty"`    // in order; none: the default
	Limits        Limits             `json:"limits,omitzero"`
	Budget        Budget             `json:"budget,omitzero"`
	Retention     Retention          `json:"retention,omitzero"`
	Privacy       Privacy            `json:"privacy,omitzero"`
	Trackers      []Tracker          `json:"trackers,omitempty"`
}

// Limits bound what comes in by web form and API. Deliveries of CallRail have none: it never
// sends them again. Zero fields are the deployment's defaults.
type Limits struct {
	FormsPerMinute int `json:"forms_per_minute,omitempty"`
	FormsPerDay    int `json:"forms_per_day,omitempty"`
	APIPerMinute   int `json:"api_per_minute,omitempty"` // requests created by API
	APIPerDay      int `json:"api_per_day,omitempty"`
}

// Budget is what a month may cost, by calendar months of the tenant's zone.
type Budget struct {
	MonthlyUSD float64 `json:"monthly_usd,omitempty"` // 0: no limit
	WarnAt     float64 `json:"warn_at,omitempty"`     // share of it that is worth a warning; 0: 0.8
	OnLimit    string  `json:"on_limit,omitempty"`    // what happens at the limit; empty: OnLimitWarn
}

// What happens when a month's budget is used up.
const (
	OnLimitWarn  = "warn"  // people are told, nothing else
	OnLimitRules = "rules" // analyses are made by the rules, which cost nothing; calls are still transcribed
	OnLimitPause = "pause" // calls are kept and wait for the next month, or for somebody to raise the limit
)

// Retention says after how many days what is kept is deleted. 0: never.
type Retention struct {
	RecordingDays  int `json:"recording_days,omitempty"`
	TranscriptDays int `json:"transcript_days,omitempty"`
	RequestDays    int `json:"request_days,omitempty"` // the whole request, with everything of it
}

// Tracker is a list of phrases that the tenant wants counted in its calls.
type Tracker struct {
	Name    string   `json:"name"`
	Phrases []string `json:"phrases"`           // whole words; case, accents and punctuation do not matter
	Speaker string   `json:"speaker,omitempty"` // whose words count: agent or customer; empty or TrackAnybody: everybody's
}

// TrackAnybody counts a tracker's phrases in everybody's words.
const TrackAnybody = "any"

// Privacy tunes what is kept of what people say.
type Privacy struct {
	// KeepCardNumbers leaves payment card and social security numbers in transcripts, which
	// otherwise are masked before they are stored.
	KeepCardNumbers bool `json:"keep_card_numbers,omitempty"`
	// MaskProfanity leaves the first letter of swear words in transcripts.
	MaskProfanity bool `json:"mask_profanity,omitempty"`
	// HIPAA keeps what callers say from everybody without a contract that covers it: messages
	// say only that there is a lead, and nothing goes to a destination that is not in Covered.
	HIPAA bool `json:"hipaa,omitempty"`
	// Covered are the destinations behind which such a contract stands.
	Covered []string `json:"covered,omitempty"`
}

// Process chooses the kinds of delivery that become requests besides inbound calls and
// forms, which always do.
type Process struct {
	Outbound  bool `json:"outbound,omitempty"`
	SkipTexts bool `json:"skip_texts,omitempty"`
}

// Speech tunes transcription.
type Speech struct {
	Language string   `json:"language,omitempty"` // BCP 47; empty: detected
	Hints    []string `json:"hints,omitempty"`    // company, product and place names
	// Unrecorded says that the company records no calls: a lead does not wait for audio
	// unless the source says that there is some.
	Unrecorded bool `json:"unrecorded,omitempty"`
	// Batch has calls transcribed when it is cheap, within a day instead of minutes.
	Batch bool `json:"batch,omitempty"`
	// Untrimmed has recordings sent as they are. Otherwise long silence is cut out, a second
	// channel that holds nothing new too, and an empty voicemail is not sent at all.
	Untrimmed bool `json:"untrimmed,omitempty"`
}

// Notifications says who is told.
type Notifications struct {
	Slack []Slack `json:"slack,omitempty"`
	Email []Email `json:"email,omitempty"`
}

// Slack is one channel behind an incoming webhook.
type Slack struct {
	Name   string `json:"name"`               // stable: names the channel in the ledger of notices
	Secret string `json:"secret"`             // secret that holds the webhook's URL
	Band   string `json:"min_band,omitempty"` // lowest score band worth telling; empty: every lead
}

// Email is one list of recipients.
type Email struct {
	Name string   `json:"name"`
	To   []string `json:"to"`
	Band string   `json:"min_band,omitempty"`
}

// Source is where a tenant's calls and forms come from.
type Source struct {
	ID                string   `json:"source_id"`
	Name              string   `json:"name"` // what people call it; empty: its id
	Kind              string   `json:"kind"` // callrail or form
	Status            Status   `json:"status"`
	CompanyID         string   `json:"company_id"`          // the number in webhooks
	CompanyResourceID string   `json:"company_resource_id"` // COM…
	AccountID         string   `json:"account_id"`          // ACC… or the account's number
	SigningSecrets    []string `json:"signing_secrets"`     // secrets with the keys that deliveries may be signed with
	APIKeySecret      string   `json:"api_key_secret"`      // secret with the API key; empty: no API access

	Settings SourceSettings `json:"settings"`
}

// SourceSettings are the choices of one source.
type SourceSettings struct {
	// Of a form source: a page may send with one of the keys, which are public (they stand in
	// the page), if its origin is in the list. A server sends signed with a signing secret.
	FormKeys []string `json:"form_keys,omitempty"`
	Origins  []string `json:"origins,omitempty"` // https://www.example.com; empty: public forms are refused
}

// The kinds of source.
const (
	SourceCallRail = "callrail"
	SourceForm     = "form"
)

// SourceState is how a source stands with the call tracker.
type SourceState struct {
	PolledUntil time.Time `json:"polled_until,omitzero"` // calls before are all here
	PolledAt    time.Time `json:"polled_at,omitzero"`
	Problem     string    `json:"problem,omitempty"`  // why the last poll failed, in fixed words
	Webhooks    string    `json:"webhooks,omitempty"` // state of the webhook integration at the call tracker: active, disabled …
}

// Integration is one CRM destination.
type Integration struct {
	ID     string          `json:"integration_id"`
	Name   string          `json:"name"` // what people call it; empty: its id
	Kind   string          `json:"kind"` // hubspot, salesforce, pipedrive, custom
	Status Status          `json:"status"`
	Secret string          `json:"secret"` // secret with the credentials
	Config json.RawMessage `json:"config"` // the connector's own settings
	// ThirdParty says that who is behind it is not the company: a person who opted out of the
	// sale of their data (CCPA) is not sent there.
	ThirdParty bool `json:"third_party"`
}

// Integration returns the integration with the id, or nil.
func (t *Tenant) Integration(id string) *Integration {
	for i := range t.Integrations {
		if t.Integrations[i].ID == id {
			return &t.Integrations[i]
		}
	}
	return nil
}
