package notify

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

const (
	good = "good@example.com"
	full = "full@example.com"
	gone = "gone@example.com"
)

// newList returns a worker that tells a list of people, one of whom has a full mailbox and one none.
func newList(t *testing.T, to ...string) (*Worker, *stage.Job, *record, *mailbox) {
	t.Helper()
	box := newMailbox(t, true)
	box.refuse[full] = &smtp.SMTPError{Code: 452, Message: "mailbox full"}
	box.refuse[gone] = &smtp.SMTPError{Code: 550, Message: "no such user"}
	job, r := newJob(mailTo(to...), kitchen())
	return newWorker(t, Config{Patience: 24 * time.Hour, SMTP: box.cfg}, nil), job, r, box
}

// waits has the worker try, which must end in another try later.
func waits(t *testing.T, w *Worker, job *stage.Job) {
	t.Helper()
	got, err := w.Work(t.Context(), job)
	var later *stage.LaterError
	if !errors.As(err, &later) {
		t.Errorf("Work() = %q, %v, want another try", got.Detail, err)
	}
}

// inboxes counts what arrived, by recipient.
func (m *mailbox) inboxes() map[string]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	got := map[string]int{}
	for _, one := range m.mails {
		for _, to := range one.to {
			got[to]++
		}
	}
	return got
}

func (r *record) told(channel string) bool {
	return slices.ContainsFunc(r.notices, func(n request.Notice) bool { return n.Channel == channel })
}

// The order matters: of several refusals the mail client tells only the last one's code.
func TestAFullMailboxKeepsNobodyElseFromBeingTold(t *testing.T) {
	t.Parallel()
	for _, to := range [][]string{{good, full}, {full, good}, {good, gone, full}, {good, full, gone}} {
		w, job, r, box := newList(t, to...)
		waits(t, w, job)
		waits(t, w, job)
		if diff := cmp.Diff(map[string]int{good: 1}, box.inboxes()); diff != "" {
			t.Errorf("%v: inboxes (-want +got):\n%s", to, diff)
		}
		asked := box.asked[gone]
		delete(box.refuse, full)
		got, err := w.Work(t.Context(), job)
		want := "email:owner told"
		if slices.Contains(to, gone) {
			want = "email:owner told (1 of 3 recipients failed)"
		}
		if err != nil || got.Detail != want || !r.told("email:owner") {
			t.Errorf("%v: Work() = %q, %v, want %q", to, got.Detail, err, want)
		}
		if diff := cmp.Diff(map[string]int{good: 1, full: 1}, box.inboxes()); diff != "" {
			t.Errorf("%v: inboxes (-want +got):\n%s", to, diff)
		}
		if box.asked[gone] != asked || asked > 2 { // with all others, and alone
			t.Errorf("%v: the mailbox that is not there was asked for %d times, then %d", to, asked, box.asked[gone])
		}
	}
}

func TestAListIsToldAlthoughOneMailboxStaysFull(t *testing.T) {
	t.Parallel()
	for want, to := range map[string][]string{
		"email:owner told (1 of 2 recipients failed)":           {good, full},
		"email:owner told (2 of 3 recipients failed)":           {gone, good, full},
		"email:owner given up: it could not be reached":         {full},
		"email:owner given up: it could not be reached, either": {full, gone},
	} {
		w, job, r, box := newList(t, to...)
		waits(t, w, job)
		w.now = func() time.Time { return noon.Add(25 * time.Hour) }
		got, err := w.Work(t.Context(), job)
		if err != nil || got.Detail != strings.TrimSuffix(want, ", either") {
			t.Errorf("%v: Work() = %q, %v, want %q", to, got.Detail, err, want)
		}
		if told := slices.Contains(to, good); r.told("email:owner") != told || box.inboxes()[good] > 1 {
			t.Errorf("%v: written down: %t, want %t; inboxes %v", to, !told, told, box.inboxes())
		}
	}
}

func TestAMailboxThatIsGoneInTheEndWasNoReasonToRefuseTheList(t *testing.T) {
	t.Parallel()
	w, job, r, box := newList(t, good, full)
	waits(t, w, job)
	box.refuse[full] = box.refuse[gone]
	got, err := w.Work(t.Context(), job)
	if want := "email:owner told (1 of 2 recipients failed)"; err != nil || got.Detail != want || !r.told("email:owner") {
		t.Errorf("Work() = %q, %v, want %q", got.Detail, err, want)
	}
}

func TestWhoWasToldOfALowerBandIsToldOfAHigherOne(t *testing.T) {
	t.Parallel()
	w, job, r, box := newList(t, good, full)
	r.analysis.LeadScore, r.analysis.ScoreBand = 60, request.Warm
	waits(t, w, job)
	r.analysis.LeadScore, r.analysis.ScoreBand = 90, request.Hot
	waits(t, w, job)
	waits(t, w, job)
	if diff := cmp.Diff(map[string]int{good: 2}, box.inboxes()); diff != "" {
		t.Errorf("inboxes (-want +got):\n%s", diff)
	}
}

// Who has the request now tries the full mailbox again.
func TestALostClaimEndsAList(t *testing.T) {
	t.Parallel()
	w, job, r, _ := newList(t, good, full)
	r.lost = true
	if _, err := w.Work(t.Context(), job); !errors.Is(err, stage.ErrLost) {
		t.Errorf("Work() = %v, want ErrLost", err)
	}
}

func TestTheLedgerHoldsNoAddress(t *testing.T) {
	t.Parallel()
	w, job, r, _ := newList(t, good, gone, full)
	waits(t, w, job)
	for _, n := range r.notices {
		if strings.Contains(n.Channel, "@") || strings.Contains(n.Channel, "good") || len(n.Channel) > 128-64+len("owner") {
			t.Errorf("noted %q", n.Channel)
		}
	}
	if len(r.notices) != 2 {
		t.Errorf("%d notices, want those of who was told and who was refused", len(r.notices))
	}
}

func TestATestMessageSaysThatSomebodyWasNotReached(t *testing.T) {
	t.Parallel()
	w, job, _, _ := newList(t, good, full)
	outcome, err := w.channels(job.Tenant.Settings.Notifications)[0].send(t.Context(), channel{}, testCard(job.Tenant))
	if got, want := sentence(outcome, err), "Not everybody was told (1 of 2 recipients failed)."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
