package privacy

import (
	"slices"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// Report is what an erasure says of itself.
type Report struct {
	Requests int               `json:"requests"`           // erased
	Tables   map[string]*Count `json:"tables"`             // rows
	Objects  int               `json:"objects"`            // deleted from the bucket
	Skipped  []Skipped         `json:"skipped"`            // what stays, and why
	Copies   []store.Copy      `json:"copies"`             // records in other systems, which stay
	Outlives []Outlives        `json:"outlives,omitempty"` // what keeps the data for a while longer
}

// Count says what became of a table's rows about the person.
type Count struct {
	Found  int `json:"found"`
	Erased int `json:"erased"`
	Kept   int `json:"kept"`
}

// Skipped is a request that stays.
type Skipped struct {
	RequestID string `json:"request_id"`
	Why       string `json:"why"`
}

// Outlives is something that this erasure cannot reach.
type Outlives struct {
	What  string    `json:"what"`
	Until time.Time `json:"until,omitzero"` // zero: until somebody deletes it there
	Note  string    `json:"note"`
}

func (r *Report) table(name string) *Count {
	if r.Tables == nil {
		r.Tables = map[string]*Count{}
	}
	if r.Tables[name] == nil {
		r.Tables[name] = &Count{}
	}
	return r.Tables[name]
}

// erased counts what was deleted of a table.
func (r *Report) erased(table string, rows int) {
	c := r.table(table)
	c.Found += rows
	c.Erased += rows
}

// add takes up what there was of a request.
func (r *Report) add(was *store.Remains) {
	if was.Hold {
		r.Skipped = append(r.Skipped, Skipped{RequestID: was.RequestID, Why: "legal hold"})
		for table, rows := range was.Rows {
			c := r.table(table)
			c.Found += rows
			c.Kept += rows
		}
		return
	}
	for table, rows := range was.Rows {
		r.erased(table, rows)
	}
	r.Requests++
	r.Copies = append(r.Copies, was.Copies...)
	if was.Source.Connector != "" {
		r.Copies = append(r.Copies, was.Source)
	}
}

// has reports whether the report speaks of a skipped request.
func (r *Report) has(requestID string) bool {
	return slices.ContainsFunc(r.Skipped, func(s Skipped) bool { return s.RequestID == requestID })
}

// outlives names what keeps deleted data for a while.
func (c *Config) outlives(now time.Time) []Outlives {
	until := func(days int) time.Time { return now.Add(time.Duration(days) * day).UTC() }
	return []Outlives{
		{"spanner_point_in_time_recovery", until(c.RecoveryDays), "the database can be read as it was until then"},
		{"spanner_backups", until(c.BackupDays), "a restored backup has the erasure replayed before it serves"},
		{"storage_soft_delete", until(c.SoftDeleteDays), "deleted recordings can be restored by an administrator until then"},
		{"pubsub_messages_and_dead_letters", until(c.MessageDays), "they hold ids of requests, but for deliveries that came while the database was away: those are held as they came until they are saved, and erased once they are analysed"},
		{"audit_log", time.Time{}, "it names requests and jobs, never a person"},
		{"crm_and_call_tracker_copies", time.Time{}, "the records under copies must be deleted there"},
	}
}
