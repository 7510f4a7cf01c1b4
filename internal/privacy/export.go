package privacy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// ExportBucket is what an export reads and writes.
type ExportBucket interface {
	Reader(ctx context.Context, object string) (io.ReadCloser, error)
	Write(ctx context.Context, object, contentType string, fill func(io.Writer) error) error
	DeletePrefix(ctx context.Context, prefix string) (int, error)
}

// Exporter does jobs of kind job.Export: it gathers one request after the other and packs
// them into one archive at the end.
type Exporter struct {
	Config Config
	Store  *store.Store
	Bucket ExportBucket
	Now    func() time.Time
}

// ExportReport is what an export says of itself.
type ExportReport struct {
	Requests   int            `json:"requests"`
	Tables     map[string]int `json:"tables"` // rows
	Recordings int            `json:"recordings"`
	Object     string         `json:"object,omitempty"` // the archive, once it is there
	ExpiresAt  time.Time      `json:"expires_at,omitzero"`
}

// export is the progress of a job.
type export struct {
	Place  place  `json:"place,omitzero"`
	Parts  []part `json:"parts,omitempty"`
	Packed bool   `json:"packed,omitempty"` // the archive is there: the parts may go
}

// part is one request that was gathered.
type part struct {
	RequestID string `json:"request_id"`
	Audio     string `json:"audio,omitempty"` // its object
}

// File is what an archive says of one request.
type File struct {
	RequestID   string               `json:"request_id"`
	Kind        request.Kind         `json:"kind"`
	Status      request.Status       `json:"status"`
	SourceID    string               `json:"source_id,omitempty"`
	ExternalID  string               `json:"external_id,omitempty"`
	ReceivedAt  time.Time            `json:"received_at"`
	StartedAt   time.Time            `json:"started_at,omitzero"`
	Caller      request.Caller       `json:"caller"`
	Details     request.Details      `json:"details"`
	Recording   request.Recording    `json:"recording,omitzero"`
	Transcript  *request.Transcript  `json:"transcript,omitempty"`
	Analysis    *request.Analysis    `json:"analysis,omitempty"`
	Corrections []request.Correction `json:"corrections,omitempty"`
	Deliveries  []request.Delivery   `json:"deliveries,omitempty"`
	Notices     []request.Notice     `json:"notices,omitempty"`
	Events      []request.Event      `json:"events,omitempty"`
}

// gathering is one piece of one export.
type gathering struct {
	*Exporter
	job     *job.Job
	scope   *store.Scope
	subject job.Subject
	at      export
	report  ExportReport
}

// Work implements job.Handler.
func (e *Exporter) Work(ctx context.Context, j *job.Job) (job.Piece, error) {
	g := gathering{Exporter: e, job: j, scope: e.Store.ForTenant(j.TenantID), report: ExportReport{Tables: map[string]int{}}}
	if err := errors.Join(job.Decode(j.Input, &g.subject), job.Decode(j.Progress, &g.at), job.Decode(j.Report, &g.report)); err != nil {
		return job.Piece{}, stage.Permanent("the job cannot be read")
	}
	if g.subject.Before.IsZero() {
		g.subject.Before = j.CreatedAt
	}
	done, err := g.next(ctx)
	if err != nil {
		return job.Piece{}, fmt.Errorf("export: %w", err)
	}
	return job.Piece{Progress: g.at, Report: g.report, Done: done}, nil
}

// next gathers some requests, packs what was gathered once there are no more, or deletes that
// once it is known to be packed.
func (g *gathering) next(ctx context.Context) (done bool, err error) {
	if g.at.Packed {
		_, err := g.Bucket.DeletePrefix(ctx, recording.ExportParts(g.job.TenantID, g.job.ID))
		return err == nil, err
	}
	ids, next, err := find(ctx, g.scope, g.subject, g.at.Place)
	if err != nil {
		return false, err
	}
	if len(ids) == 0 {
		g.at.Packed = true
		return false, g.pack(ctx)
	}
	for _, id := range ids {
		if g.at.has(id) { // by phone and by e-mail
			continue
		}
		if err := g.gather(ctx, id); err != nil {
			return false, err
		}
	}
	g.at.Place = next
	return false, nil
}

func (x *export) has(requestID string) bool {
	for _, p := range x.Parts {
		if p.RequestID == requestID {
			return true
		}
	}
	return false
}

// gather writes what is known of a request beside the archive. Nothing is known of an erased one.
func (g *gathering) gather(ctx context.Context, requestID string) error {
	file, err := read(ctx, g.scope, requestID)
	if errors.Is(err, store.ErrNotFound) || err == nil && file.Status == request.Erased {
		return nil
	}
	if err != nil {
		return err
	}
	err = g.Bucket.Write(ctx, g.partObject(requestID), "application/json", func(w io.Writer) error { return writeJSON(w, file) })
	if err != nil {
		return err
	}
	g.report.count(file)
	g.at.Parts = append(g.at.Parts, part{RequestID: requestID, Audio: file.Recording.Object})
	return nil
}

func (g *gathering) partObject(requestID string) string {
	return recording.ExportParts(g.job.TenantID, g.job.ID) + requestID + ".json"
}

func writeJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// read gathers what is known of a request.
func read(ctx context.Context, scope *store.Scope, requestID string) (*File, error) {
	r, err := scope.Request(ctx, requestID)
	if err != nil {
		return nil, err
	}
	f := &File{
		RequestID: r.ID, Kind: r.Kind, Status: r.Status, SourceID: r.SourceID, ExternalID: r.ExternalID,
		ReceivedAt: r.ReceivedAt, StartedAt: r.StartedAt, Caller: r.Caller, Details: r.Details, Recording: r.Recording,
	}
	for _, part := range []func() error{
		func() (err error) { f.Transcript, err = scope.Transcript(ctx, requestID); return err },
		func() (err error) { f.Analysis, err = scope.Analysis(ctx, requestID); return err },
		func() (err error) { f.Corrections, err = scope.Corrections(ctx, requestID); return err },
		func() (err error) { f.Deliveries, err = scope.Deliveries(ctx, requestID); return err },
		func() (err error) { f.Notices, err = scope.Notices(ctx, requestID); return err },
		func() (err error) { f.Events, err = scope.Events(ctx, requestID); return err },
	} {
		if err := part(); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (r *ExportReport) count(f *File) {
	r.Requests++
	for table, rows := range map[string]int{
		"requests": 1, "transcripts": present(f.Transcript), "analyses": present(f.Analysis), "corrections": len(f.Corrections),
		"deliveries": len(f.Deliveries), "notices": len(f.Notices), "events": len(f.Events),
	} {
		r.Tables[table] += rows
	}
}

func present[T any](v *T) int {
	if v == nil {
		return 0
	}
	return 1
}
