package store

import (
	"math"
	"strings"
	"time"

	"cloud.google.com/go/spanner"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// requestRow is a row of the table requests, without the payload.
type requestRow struct {
	TenantID    string                      `spanner:"tenant_id"`
	RequestID   string                      `spanner:"request_id"`
	Kind        string                      `spanner:"kind"`
	Namespace   string                      `spanner:"namespace"`
	ExternalID  string                      `spanner:"external_id"`
	SourceID    spanner.NullString          `spanner:"source_id"`
	Status      string                      `spanner:"status"`
	Run         int64                       `spanner:"run"`
	Attempts    int64                       `spanner:"attempts"`
	Announced   int64                       `spanner:"announced"`
	Reason      spanner.NullString          `spanner:"reason"`
	DueAt       spanner.NullTime            `spanner:"due_at"`
	NotBefore   spanner.NullTime            `spanner:"not_before"`
	LeaseToken  spanner.NullString          `spanner:"lease_token"`
	LeaseUntil  spanner.NullTime            `spanner:"lease_until"`
	ReceivedAt  time.Time                   `spanner:"received_at"`
	UpdatedAt   time.Time                   `spanner:"updated_at"`
	StartedAt   spanner.NullTime            `spanner:"started_at"`
	CallerName  spanner.NullString          `spanner:"caller_name"`
	CallerPhone spanner.NullString          `spanner:"caller_phone"`
	CallerEmail spanner.NullString          `spanner:"caller_email"`
	Details     document[request.Details]   `spanner:"details"`
	Recording   document[request.Recording] `spanner:"recording"`
	Speech      document[request.Speech]    `spanner:"speech"`
	PayloadHash spanner.NullString          `spanner:"payload_hash"`
	ChangeHash  spanner.NullString          `spanner:"change_hash"`
	Intent      spanner.NullString          `spanner:"intent"`
	ProjectType spanner.NullString          `spanner:"project_type"`
	Timeline    spanner.NullString          `spanner:"timeline"`
	Budget      spanner.NullString          `spanner:"budget"`
	LeadScore   spanner.NullInt64           `spanner:"lead_score"`
	ScoreBand   spanner.NullString          `spanner:"score_band"`
	Summary     spanner.NullString          `spanner:"summary"`
	CRMState    string                      `spanner:"crm_state"`
	TraceParent spanner.NullString          `spanner:"trace_parent"`
	Handling    document[request.Handling]  `spanner:"handling"`
	Metering    document[request.Metering]  `spanner:"metering"`
	CostMicros  spanner.NullInt64           `spanner:"cost_micros"`
	CostSpeech  spanner.NullInt64           `spanner:"cost_speech_micros"`
	CostModel   spanner.NullInt64           `spanner:"cost_model_micros"`
	CostStorage spanner.NullInt64           `spanner:"cost_storage_micros"`
	Hold        bool                        `spanner:"hold"`
}

var requestColumns = []string{
	"tenant_id", "request_id", "kind", "namespace", "external_id", "source_id", "status", "run", "attempts",
	"announced", "reason", "due_at", "not_before", "lease_token", "lease_until", "received_at", "updated_at",
	"started_at", "caller_name", "caller_phone", "caller_email", "details", "recording", "speech",
	"payload_hash", "change_hash", "intent", "project_type", "timeline", "budget", "lead_score", "score_band",
	"summary", "crm_state", "trace_parent", "handling", "metering", "hold",
	"cost_micros", "cost_speech_micros", "cost_model_micros", "cost_storage_micros",
}

func readRequest(row *spanner.Row) (*requestRow, error) {
	var r requestRow
	if err := row.ToStruct(&r); err != nil {
		return nil, err
	}
	return &r, nil
}

// request returns the row as the rest of the system sees it.
func (r *requestRow) request() *request.Request {
	return &request.Request{
		TenantID: r.TenantID, ID: r.RequestID, Kind: request.Kind(r.Kind), Namespace: r.Namespace,
		ExternalID: r.ExternalID, SourceID: r.SourceID.StringVal,
		Status: request.Status(r.Status), Run: r.Run, Attempts: r.Attempts, Reason: r.Reason.StringVal,
		ReceivedAt: r.ReceivedAt, UpdatedAt: r.UpdatedAt, StartedAt: r.StartedAt.Time,
		Caller:  request.Caller{Name: r.CallerName.StringVal, Phone: r.CallerPhone.StringVal, Email: r.CallerEmail.StringVal},
		Details: r.Details.Value, Recording: r.Recording.Value, Speech: r.Speech.Value,
		Intent: r.Intent.StringVal, ProjectType: r.ProjectType.StringVal, Timeline: r.Timeline.StringVal,
		Budget: r.Budget.StringVal, LeadScore: int(r.LeadScore.Int64), ScoreBand: request.Band(r.ScoreBand.StringVal),
		Summary: r.Summary.StringVal, CRMState: request.CRMState(r.CRMState), TraceParent: r.TraceParent.StringVal,
		Handling: r.Handling.Value, Metering: r.Metering.Value, CostUSD: dollars(r.CostMicros.Int64), Hold: r.Hold,
		CostParts: request.CostParts{
			SpeechUSD: dollars(r.CostSpeech.Int64), ModelUSD: dollars(r.CostModel.Int64), StorageUSD: dollars(r.CostStorage.Int64),
		},
	}
}

// microsPerUSD is how money is kept: in whole millionths, which add up exactly.
const microsPerUSD = 1e6

func dollars(micros int64) float64 { return float64(micros) / microsPerUSD }

func micros(usd float64) int64 { return int64(math.Round(usd * microsPerUSD)) }

// values is a set of columns to write.
type values map[string]any

// findings returns the columns that a step may have changed on its request.
func findings(r *request.Request) values {
	return values{
		"started_at":   nullTime(r.StartedAt),
		"caller_name":  nullString(strings.ToValidUTF8(r.Caller.Name, "")),
		"caller_phone": nullString(first(64, r.Caller.Phone)), "caller_email": nullString(first(320, r.Caller.Email)),
		"details": doc(r.Details), "recording": doc(r.Recording), "speech": doc(r.Speech),
		"source_name": nullString(first(256, r.Details.Source)),
		"intent":      nullString(r.Intent), "project_type": nullString(r.ProjectType), "timeline": nullString(r.Timeline),
		"budget": nullString(r.Budget), "summary": nullString(r.Summary), "score_band": nullString(string(r.ScoreBand)),
		"lead_score": spanner.NullInt64{Int64: int64(r.LeadScore), Valid: r.ScoreBand != ""},
		"handling":   doc(r.Handling), "metering": doc(r.Metering), "cost_micros": micros(r.CostUSD),
		"cost_speech_micros": micros(r.CostParts.SpeechUSD), "cost_model_micros": micros(r.CostParts.ModelUSD),
		"cost_storage_micros": micros(r.CostParts.StorageUSD),
	}
}

// first returns the first n letters of a text that strangers chose, as many as its column
// holds: what is longer stands in the payload, and must not cost the request.
func first(n int, text string) string {
	letters := []rune(text)
	return string(letters[:min(n, len(letters))])
}

// update returns the mutation that writes v to the request's row.
func (s *Scope) update(requestID string, v values) *spanner.Mutation {
	v["tenant_id"], v["request_id"], v["updated_at"] = s.tenant, requestID, spanner.CommitTimestamp
	return spanner.UpdateMap("requests", v)
}

// event returns the mutation that adds a line to the request's timeline.
func (s *Scope) event(requestID string, e request.Event) *spanner.Mutation {
	return spanner.InsertMap("events", map[string]any{
		"tenant_id": s.tenant, "request_id": requestID, "event_id": newToken(), "occurred_at": spanner.CommitTimestamp,
		"step": e.Step, "name": e.Name, "detail": nullString(e.Detail),
		"duration_ms": spanner.NullInt64{Int64: e.Duration.Milliseconds(), Valid: e.Duration > 0},
	})
}
