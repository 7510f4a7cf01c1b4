package store

import (
	"context"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Accept commits a delivery. A new one is inserted in one round trip; one whose row is
// there already is a duplicate, unless it is a modification, which updates the row.
func (s *Scope) Accept(ctx context.Context, in request.Intake) (request.Acceptance, error) {
	switch {
	case len(in.Alike) > 0:
		return s.acceptUnlessAlike(ctx, in)
	case in.Change && in.Request.Kind != request.Form: // a form's row is not there, as a rule
		return s.acceptChange(ctx, in)
	}
	err := s.store.sessions.apply(ctx, "step=webhook,op=accept", s.insert(in))
	switch {
	case err == nil:
		return accepted(in), nil
	case spanner.ErrCode(err) == codes.AlreadyExists && in.Change:
		return s.acceptChange(ctx, in)
	case spanner.ErrCode(err) == codes.AlreadyExists:
		return request.Acceptance{Outcome: request.Duplicate}, nil
	}
	return request.Acceptance{}, err
}

func accepted(in request.Intake) request.Acceptance {
	return request.Acceptance{Outcome: request.Accepted, Status: in.Request.Kind.FirstStatus(), Run: 1, Announce: true}
}

func (s *Scope) insert(in request.Intake) []*spanner.Mutation {
	r := in.Request
	v := findings(r)
	for column, value := range (values{
		"tenant_id": s.tenant, "request_id": r.ID, "kind": string(r.Kind), "namespace": r.Namespace,
		"external_id": r.ExternalID, "source_id": nullString(r.SourceID),
		"status": string(r.Kind.FirstStatus()), "run": int64(1), "attempts": int64(0), "announced": int64(0),
		"due_at":      s.store.announceBy(),
		"received_at": spanner.CommitTimestamp, "updated_at": spanner.CommitTimestamp,
		"payload": in.Body, "payload_type": nullString(first(128, in.ContentType)), "payload_hash": nullString(in.BodyHash),
		"crm_state": string(request.CRMNone), "trace_parent": nullString(first(64, r.TraceParent)),
	}) {
		v[column] = value
	}
	ms := []*spanner.Mutation{
		spanner.InsertMap("requests", v), // before its children
		s.event(r.ID, request.Event{Step: entrance(r), Name: "received"}),
	}
	return append(ms, s.people(r.ID, spanner.CommitTimestamp, theirs(r.Details, callerKeys(r.Caller)))...)
}

// entrance names the service that took a request in.
func entrance(r *request.Request) string {
	if r.Namespace == request.NamespaceAPI {
		return "api"
	}
	return "webhook"
}

// acceptChange handles a modification, which may come before the delivery it modifies.
func (s *Scope) acceptChange(ctx context.Context, in request.Intake) (request.Acceptance, error) {
	var answer request.Acceptance
	err := s.store.sessions.readWrite(ctx, "step=webhook,op=change", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		row, err := s.readRow(ctx, tx, in.Request.ID)
		if spanner.ErrCode(err) == codes.NotFound {
			answer = accepted(in)
			return tx.BufferWrite(s.insert(in))
		}
		if err != nil {
			return err
		}
		ours, err := s.ownChange(ctx, tx, row, in)
		if err != nil {
			return err
		}
		if ours {
			answer = request.Acceptance{Outcome: request.Ignored, Status: request.Status(row.Status), Run: row.Run}
			return nil
		}
		over, err := s.outlived(ctx, tx, row.ReceivedAt)
		if err != nil {
			return err
		}
		var ms []*spanner.Mutation
		answer, ms = s.change(row, in, over)
		return tx.BufferWrite(ms)
	})
	return answer, err
}

func (s *Scope) readRow(ctx context.Context, r reader, requestID string) (*requestRow, error) {
	row, err := r.ReadRow(ctx, "requests", s.key(requestID), requestColumns)
	if err != nil {
		return nil, err
	}
	return readRequest(row)
}

// change decides what a modification does to the row. It never makes a request go
// through the pipeline again unless the first audio has come, or more of a form: then a new
// run starts. What the tenant wants to keep no longer does not come in by it either.
func (s *Scope) change(row *requestRow, in request.Intake, over outlived) (request.Acceptance, []*spanner.Mutation) {
	now := request.Acceptance{Status: request.Status(row.Status), Run: row.Run}
	if now.Status == request.Erased {
		now.Outcome = request.Ignored
		return now, nil
	}
	if in.BodyHash == row.ChangeHash.StringVal || in.BodyHash == row.PayloadHash.StringVal {
		now.Outcome = request.Duplicate
		return now, nil
	}
	now.Outcome = request.Updated
	fresh, tooLate := in.Request.Details, over.words && now.Status.Settled() // before, retention will come to it yet
	if tooLate {
		fresh = withoutWords(fresh)
	}
	details := merge(row.Details.Value, fresh)
	v := values{"details": doc(details), "source_name": nullString(first(256, details.Source)), "change_hash": in.BodyHash}
	if !tooLate {
		v["payload"], v["payload_type"] = in.Body, nullString(first(128, in.ContentType))
	}
	event := request.Event{Step: "webhook", Name: "modified"}
	hasAudio := in.Request.Details.HasRecording && !row.Recording.Value.Came() &&
		(now.Status == request.Received || over == outlived{})
	// A step that took the row up may be giving up just now on the audio that has come, even if
	// its lease ran out. It has paid for nothing yet: the recording is saved first.
	looking := row.LeaseToken.Valid
	switch {
	case in.Request.Kind == request.Form:
		now, event = s.changeForm(row, in, v)
	case hasAudio && (now.Status != request.Received || looking && !row.Details.Value.HasRecording):
		s.startRun(row, v)
		now.Status, now.Run, now.Announce = request.Received, row.Run+1, true
		event.Name, event.Detail = "run_started", "the first audio arrived after the call was taken up"
	case hasAudio && row.NotBefore.Valid: // it waits for this very recording
		v["not_before"], v["due_at"] = nil, s.store.announceBy()
		now.Announce = true
	}
	ms := []*spanner.Mutation{s.update(row.RequestID, v), s.event(row.RequestID, event)}
	if in.Request.Kind == request.Form {
		ms = append(ms, s.people(row.RequestID, row.ReceivedAt, theirs(details, callerKeys(in.Request.Caller)))...)
	}
	return now, ms
}

// startRun sends a request through the pipeline again. Ledgers and notices stay: what was
// done remotely is updated, not repeated. The cleared token makes a step still at work on
// the old run lose its claim.
func (s *Scope) startRun(row *requestRow, v values) {
	v["run"], v["status"] = row.Run+1, string(request.Kind(row.Kind).FirstStatus())
	v["attempts"], v["announced"], v["reason"] = int64(0), int64(0), nil
	v["lease_token"], v["lease_until"], v["not_before"] = nil, nil, nil
	v["recording"], v["speech"] = doc(request.Recording{}), doc(request.Speech{})
	v["due_at"] = s.store.announceBy()
}

// merge returns the details after a modification: what it does not mention stays.
func merge(old, change request.Details) request.Details {
	change.Fields = mergeFields(old.Fields, change.Fields)
	if change.DurationS == 0 {
		change.DurationS = old.DurationS
	}
	if len(change.Tags) == 0 {
		change.Tags = old.Tags
	}
	for _, f := range []struct{ dst, src *string }{
		{&change.Direction, &old.Direction}, {&change.CallType, &old.CallType}, {&change.CallerIDName, &old.CallerIDName},
		{&change.City, &old.City}, {&change.State, &old.State}, {&change.Country, &old.Country}, {&change.PostalCode, &old.PostalCode},
		{&change.BusinessPhone, &old.BusinessPhone}, {&change.TrackingPhone, &old.TrackingPhone},
		{&change.CompanyID, &old.CompanyID}, {&change.CompanyResourceID, &old.CompanyResourceID}, {&change.PersonID, &old.PersonID},
		{&change.Source, &old.Source}, {&change.SourceName, &old.SourceName}, {&change.Medium, &old.Medium},
		{&change.Campaign, &old.Campaign}, {&change.Keywords, &old.Keywords}, {&change.GCLID, &old.GCLID},
		{&change.LandingPage, &old.LandingPage}, {&change.Referrer, &old.Referrer}, {&change.Note, &old.Note},
		{&change.Value, &old.Value}, {&change.LeadStatus, &old.LeadStatus}, {&change.FormURL, &old.FormURL}, {&change.Text, &old.Text},
		{&change.SourceTranscript, &old.SourceTranscript}, {&change.SourceSummary, &old.SourceSummary},
	} {
		if *f.dst == "" {
			*f.dst = *f.src
		}
	}
	return change
}
