package crm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// run is one Deliver. Its entries are the ledger as it will be once pending is saved.
type run struct {
	steps  []Step
	lead   Lead
	ledger Ledger
	now    func() time.Time

	entries  map[string]request.LedgerEntry
	pending  []request.LedgerEntry // known, not yet saved
	outdated map[string]bool       // steps that must run again because an earlier record was replaced
	gone     map[string]bool       // remote ids that turned out not to exist
	dropped  map[string]bool       // steps whose stored id was dropped: once each
	unclear  map[string]time.Time  // when an attempt began that may have made the step's record, though Find sees none
	updating bool                  // the records were there from an older revision
	warnings []string
}

func newRun(steps []Step, lead Lead, ledger Ledger, now func() time.Time) *run {
	r := &run{
		steps: steps, lead: lead, ledger: ledger, now: now,
		entries:  make(map[string]request.LedgerEntry),
		outdated: make(map[string]bool),
		gone:     make(map[string]bool),
		dropped:  make(map[string]bool),
		unclear:  make(map[string]time.Time),
	}
	for _, step := range steps {
		e, ok := ledger.Entry(step.Name)
		if !ok {
			continue
		}
		r.entries[step.Name] = e
		r.updating = r.updating || e.Done() && e.Revision < lead.Revision && e.Outcome != ""
	}
	return r
}

func (r *run) all(ctx context.Context) error {
	for i := 0; i < len(r.steps); {
		err := r.step(ctx, r.steps[i])
		if back, ok := r.drop(err, i); ok {
			i = back
			continue
		}
		if err != nil {
			return err
		}
		i++
	}
	return nil
}

// step brings one remote record up to the lead's revision.
func (r *run) step(ctx context.Context, step Step) error {
	e := r.entries[step.Name]
	if e.Done() && e.Revision >= r.lead.Revision && !r.outdated[step.Name] {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, StepTimeout)
	defer cancel()
	switch {
	case e.Done():
		return r.attempt(ctx, step, e.RemoteID)
	case step.Name == StepContact && len(r.lead.Person.Keys()) > 0:
		return r.contact(ctx, step)
	default:
		return r.create(ctx, step)
	}
}

// contact resolves the person under the lease on their keys, which is the step's intent.
func (r *run) contact(ctx context.Context, step Step) error {
	known, err := r.ledger.Contact(ctx, r.lead.Person.Keys())
	if err != nil {
		return fmt.Errorf("lease contact: %w", err)
	}
	lookUp := r.lead.Recheck
	if known.RemoteID != "" && !r.gone[known.RemoteID] {
		err := r.attempt(ctx, step, known.RemoteID)
		if err == nil || FaultOf(err) != Gone {
			return err
		}
		r.forget(step.Name, known.RemoteID)
		lookUp = true // whoever met this before us may already have created another one
	}
	since, unsure := r.unsure(known)
	if !lookUp && !unsure {
		return r.attempt(ctx, step, "")
	}
	id, err := r.lookUp(ctx, step, since)
	if err != nil {
		r.giveBack(step.Name, since)
		return err
	}
	return r.attempt(ctx, step, id)
}

// unsure says since when the contact may exist without anybody knowing its id: another
// delivery began to create it, or this one did when it had no keys yet.
func (r *run) unsure(known Known) (since time.Time, unsure bool) {
	if known.Ambiguous {
		since = known.Since
	}
	own := r.entries[StepContact]
	if isIntent(own) && own.At.After(since) {
		since = own.At
	}
	return since, known.Ambiguous || isIntent(own)
}

// create makes a record that the ledger knows no id of.
func (r *run) create(ctx context.Context, step Step) error {
	if e := r.entries[step.Name]; isIntent(e) || r.lead.Recheck {
		id, err := r.lookUp(ctx, step, e.At)
		if err != nil {
			return err
		}
		if id != "" {
			return r.attempt(ctx, step, id)
		}
		r.unclear[step.Name] = e.At
	}
	intent := request.LedgerEntry{Step: step.Name, Revision: r.lead.Revision, At: r.now()}
	if err := r.flush(ctx, intent); err != nil {
		return err
	}
	return r.attempt(ctx, step, "")
}

// lookUp searches a record by its marker. While what an attempt made that began at since may
// still be invisible, not finding it means nothing, and the answer is Ambiguous. The attempt may
// have made it at its very end.
func (r *run) lookUp(ctx context.Context, step Step, since time.Time) (string, error) {
	id, err := step.Find(ctx, r.state(step.Name, ""))
	if err != nil || id != "" {
		return id, err
	}
	if visible := since.Add(StepTimeout + step.Lag); step.Lag > 0 && r.now().Before(visible) {
		return "", &Error{Fault: Ambiguous, Op: "look up " + step.Name, RetryAt: visible}
	}
	return "", nil
}

// attempt runs a step's remote calls. Everything known so far is saved first, so that a
// crash inside the calls leaves at most this step open.
func (r *run) attempt(ctx context.Context, step Step, current string) error {
	if err := r.flush(ctx); err != nil {
		return err
	}
	rec, err := step.Do(ctx, r.state(step.Name, current))
	r.warn(rec.Warnings)
	if err == nil && rec.ID == "" {
		err = &Error{Fault: Ambiguous, Op: step.Name, Message: "The CRM answered without the record's id."}
	}
	if err != nil {
		return r.fail(step, cmp.Or(rec.ID, current), err)
	}
	delete(r.outdated, step.Name)
	r.pend(request.LedgerEntry{
		Step: step.Name, RemoteID: rec.ID, Outcome: string(rec.Outcome), Revision: r.lead.Revision, At: r.now(),
		Unproven: rec.Outcome != Created && r.unproven(step.Name),
	})
	return nil
}

// fail remembers what a failed attempt leaves behind: a record that is there but not
// complete, perhaps a record, or certainly none.
func (r *run) fail(step Step, id string, err error) error {
	var fault *Error
	if !errors.As(err, &fault) {
		return err // unknown: the intent stays
	}
	switch {
	case r.entries[step.Name].Done(), fault.Fault == Gone && id != "" && goneStep(fault, step) == step.Name:
		// The ledger holds the id; whether it is still good is for drop.
	case id != "":
		r.pend(request.LedgerEntry{
			Step: step.Name, RemoteID: id, Revision: r.lead.Revision - 1, At: r.now(), Unproven: r.unproven(step.Name),
		})
	case fault.Fault == Ambiguous:
		if fault.RetryAt.IsZero() {
			fault.RetryAt = r.now().Add(step.Lag)
		}
		r.pend(request.LedgerEntry{Step: step.Name, At: r.now().Add(-StepTimeout)}) // it has ended: no earlier can it have begun
	case !r.unclear[step.Name].IsZero():
		// This attempt made nothing. Whether the one before it did is as open as before.
		r.pend(request.LedgerEntry{Step: step.Name, At: r.unclear[step.Name]})
	default:
		r.pend(r.refused(step.Name))
	}
	return err
}

// unproven reports whether a contact that was there before must not become known by keys that
// did not lead to it: anybody can send a public form with one person's address and another
// one's number, whose next call would then be taken for theirs.
func (r *run) unproven(step string) bool {
	return step == StepContact && r.lead.Request != nil && r.lead.Request.Handling.Public
}

// drop handles Gone: the stored id of the record that no longer exists is forgotten, and
// the run goes on from its step; the records after it are brought up to date with the new one.
func (r *run) drop(err error, i int) (back int, ok bool) {
	var fault *Error
	if !errors.As(err, &fault) || fault.Fault != Gone {
		return 0, false
	}
	name := goneStep(fault, r.steps[i])
	back = slices.IndexFunc(r.steps[:i+1], func(s Step) bool { return s.Name == name })
	if back < 0 || r.dropped[name] || !r.entries[name].Done() {
		return 0, false
	}
	r.dropped[name] = true
	r.forget(name, r.entries[name].RemoteID)
	return back, true
}

func (r *run) forget(name, id string) {
	r.gone[id] = true
	r.entries[name] = r.refused(name)
	after := false
	for _, s := range r.steps {
		r.outdated[s.Name] = r.outdated[s.Name] || after
		after = after || s.Name == name
	}
}

// flush saves what is pending, and more, in one transaction.
func (r *run) flush(ctx context.Context, more ...request.LedgerEntry) error {
	for _, e := range more {
		r.pend(e)
	}
	if len(r.pending) == 0 {
		return nil
	}
	if err := r.ledger.Write(ctx, r.pending...); err != nil {
		return fmt.Errorf("write ledger: %w", err)
	}
	r.pending = nil
	return nil
}

func (r *run) pend(e request.LedgerEntry) {
	r.entries[e.Step] = e
	r.pending = slices.DeleteFunc(r.pending, func(p request.LedgerEntry) bool { return p.Step == e.Step })
	r.pending = append(r.pending, e)
}

func (r *run) warn(warnings []string) {
	for _, w := range warnings {
		if !slices.Contains(r.warnings, w) {
			r.warnings = append(r.warnings, w)
		}
	}
}

func (r *run) state(step, current string) State {
	ids := make(map[string]string)
	for name, e := range r.entries {
		if e.Done() {
			ids[name] = e.RemoteID
		}
	}
	_, unsure := r.unclear[step]
	return State{Lead: r.lead, Current: current, IDs: ids, Unsure: unsure && current == ""}
}

func (r *run) outcome() Outcome {
	if r.updating {
		return Updated
	}
	if len(r.steps) == 0 {
		return ""
	}
	return Outcome(r.entries[r.steps[0].Name].Outcome)
}

// giveBack ends the lease on a contact that nobody tried to create now. An earlier
// attempt, if there was one, stays as old as it is: waiting must come to an end.
func (r *run) giveBack(name string, since time.Time) {
	e := r.refused(name)
	if !since.IsZero() {
		e = request.LedgerEntry{Step: name, At: since}
	}
	r.pend(e)
}

func (r *run) refused(name string) request.LedgerEntry {
	return request.LedgerEntry{Step: name, Outcome: string(Refused), At: r.now()}
}

// isIntent reports whether an entry's attempt may have created a record.
func isIntent(e request.LedgerEntry) bool {
	return e.Step != "" && !e.Done() && e.Outcome != string(Refused)
}

func goneStep(e *Error, failed Step) string { return cmp.Or(e.Step, failed.Name) }
