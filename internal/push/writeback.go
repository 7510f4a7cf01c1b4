package push

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/secret"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Calls is CallRail's API; *callrail.Client implements it.
type Calls interface {
	Call(ctx context.Context, a callrail.Access, id string) (*callrail.Call, error)
	Update(ctx context.Context, a callrail.Access, id string, u request.SourceUpdate) error
}

// stepUpdate is the only step of writing back; stepWritten is the ledger's entry that says
// what was written, for those who must tell our own changes from other people's.
const (
	stepUpdate  = "update"
	stepWritten = "written"
)

// writeBack is the connector that writes on the request's call in CallRail what the workflow
// wants there. It fills what nobody has filled and adds tags; what people wrote stays.
type writeBack struct {
	calls  Calls
	access callrail.Access
	update request.SourceUpdate
	ledger crm.Ledger
	now    func() time.Time
}

// writeBack returns the connector for a claimed delivery.
func (p *Worker) writeBack(ctx context.Context, o order, claim *store.DeliveryClaim) (crm.Connector, error) {
	w := &writeBack{calls: p.CallRail, ledger: claim, now: p.Now}
	if o.plan.CallRail != nil {
		w.update = *o.plan.CallRail
	}
	source := o.tenant.SourceOf(o.lead.Request)
	if w.calls == nil || source == nil || source.Kind != tenant.SourceCallRail || source.APIKeySecret == "" {
		return nil, &crm.Error{Fault: crm.Invalid, Op: "connect", Message: "the call's CallRail source has no API key"}
	}
	key, err := p.Secrets.Get(ctx, source.APIKeySecret)
	if errors.Is(err, secret.ErrNotFound) {
		return nil, &crm.Error{Fault: crm.AuthRevoked, Op: "connect", Message: "the secret with the API key does not exist", Err: err}
	}
	if err != nil {
		return nil, fmt.Errorf("read API key: %w", err)
	}
	w.access = callrail.Access{AccountID: source.AccountID, APIKey: key, CompanyResourceID: source.CompanyResourceID}
	return w, nil
}

// Steps implements crm.Connector. There is nothing to look up after an attempt of unknown
// outcome: written twice, it is the same.
func (w *writeBack) Steps() []crm.Step {
	find := func(context.Context, crm.State) (string, error) { return "", nil }
	return []crm.Step{{Name: stepUpdate, Find: find, Do: w.write}}
}

// Link implements crm.Connector.
func (*writeBack) Link(map[string]request.LedgerEntry) string { return "" }

// Test implements crm.Connector.
func (*writeBack) Test(context.Context) error { return nil }

// write reads the call as it is now and writes what is missing. What is about to be written
// goes into the ledger first: CallRail's delivery about it may come before the answer.
func (w *writeBack) write(ctx context.Context, s crm.State) (crm.Record, error) {
	id := s.Lead.Request.ExternalID
	rec := crm.Record{ID: id, Outcome: crm.Matched}
	if w.update.IsZero() {
		return rec, nil // the rule that wanted it is gone
	}
	call, err := w.calls.Call(ctx, w.access, id)
	if err != nil {
		return crm.Record{}, callError("read call", err)
	}
	var now request.Request
	call.Merge(&now, s.Lead.Region)
	before := w.written()
	missing, warnings := gaps(w.update, now.Details, before)
	rec.Warnings = warnings
	if missing.IsZero() {
		return rec, nil
	}
	wrote := together(before, missing)
	err = w.ledger.Write(ctx, request.LedgerEntry{Step: stepWritten, RemoteID: id, Revision: s.Lead.Revision, At: w.now(), Wrote: &wrote})
	if err != nil {
		return crm.Record{}, fmt.Errorf("write ledger: %w", err)
	}
	if err := w.calls.Update(ctx, w.access, id, missing); err != nil {
		return crm.Record{}, callError("update call", err)
	}
	rec.Outcome = crm.Updated
	return rec, nil
}

// written returns what we wrote on the call before.
func (w *writeBack) written() request.SourceUpdate {
	e, ok := w.ledger.Entry(stepWritten)
	if !ok || e.Wrote == nil {
		return request.SourceUpdate{}
	}
	return *e.Wrote
}

// gaps returns what of an update the call does not have, without overwriting what somebody
// else wrote.
func gaps(u request.SourceUpdate, now request.Details, before request.SourceUpdate) (missing request.SourceUpdate, warnings []string) {
	for _, tag := range u.Tags {
		if !slices.ContainsFunc(now.Tags, func(t string) bool { return strings.EqualFold(t, tag) }) {
			missing.Tags = append(missing.Tags, tag)
		}
	}
	for _, f := range []struct {
		name              string
		want, has, before string
		to                *string
	}{
		{"note", u.Note, now.Note, before.Note, &missing.Note},
		{"value", u.Value, plainAmount(now.Value), before.Value, &missing.Value},
		{"lead status", u.LeadStatus, now.LeadStatus, before.LeadStatus, &missing.LeadStatus},
	} {
		switch {
		case f.want == "" || f.want == f.has:
		case f.has == "" || f.has == f.before:
			*f.to = f.want
		default:
			warnings = append(warnings, "The call has a "+f.name+" already. It was left as it is.")
		}
	}
	return missing, warnings
}

// plainAmount returns an amount of CallRail's, "$1,250.00", as we write it. Nothing and no
// money are both nothing.
func plainAmount(s string) string {
	f, err := strconv.ParseFloat(strings.NewReplacer("$", "", ",", "").Replace(s), 64)
	if err != nil || f == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", f)
}

// together returns what was written by both updates, the later one's texts first.
func together(before, now request.SourceUpdate) request.SourceUpdate {
	for _, tag := range before.Tags {
		if !slices.Contains(now.Tags, tag) {
			now.Tags = append(now.Tags, tag)
		}
	}
	now.Note = cmp.Or(now.Note, before.Note)
	now.Value = cmp.Or(now.Value, before.Value)
	now.LeadStatus = cmp.Or(now.LeadStatus, before.LeadStatus)
	return now
}

// callError says what a failure of CallRail's API means for the delivery.
func callError(op string, err error) error {
	var limited *callrail.RateLimitedError
	e := &crm.Error{Op: op, Fault: crm.Transient, Err: err}
	switch {
	case errors.As(err, &limited):
		e.Fault, e.RetryAt = crm.RateLimited, limited.RetryAt
	case errors.Is(err, callrail.ErrUnauthorized):
		e.Fault = crm.AuthRevoked
	case errors.Is(err, callrail.ErrNotFound):
		e.Fault, e.Message = crm.Invalid, "CallRail does not show the call any more: it was deleted or marked as spam."
	case errors.Is(err, callrail.ErrForeignCompany), errors.Is(err, callrail.ErrRejected):
		e.Fault, e.Message = crm.Invalid, "CallRail refused the change of the call."
	}
	return e
}
