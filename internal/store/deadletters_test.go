package store_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

func letter(id, tenantID string) store.DeadLetter {
	return store.DeadLetter{
		ID: id, TenantID: tenantID, RequestID: "req_" + id, Topic: "request-received", Attempts: 20, State: store.LetterOpen,
		Message: store.LetterMessage{Attributes: map[string]string{"run": "1"}, Data: []byte(`{"run":1}`)},
	}
}

func ids(letters []store.DeadLetter) []string {
	var all []string
	for _, l := range letters {
		all = append(all, l.ID)
	}
	return all
}

func TestDeadLettersAreKeptOnceAndListedToWhomTheyBelong(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	all, mine, theirs := s.Operator(), s.ForTenant(demo), s.ForTenant(other)
	for _, l := range []store.DeadLetter{letter("a", demo), letter("b", ""), letter("c", other), letter("d", demo), letter("e", "tenant_nobody")} {
		for _, want := range []bool{true, false} { // the second one is the same message again
			fresh, err := all.KeepDeadLetter(t.Context(), l)
			must(t, err)
			if fresh != want {
				t.Errorf("%s: new %t, want %t", l.ID, fresh, want)
			}
		}
	}
	first, err := all.DeadLetters(t.Context(), store.LetterFilter{State: store.LetterOpen, Limit: 3})
	must(t, err)
	rest, err := all.DeadLetters(t.Context(), store.LetterFilter{
		State: store.LetterOpen, Limit: 3, Before: store.LetterCursor{ReceivedAt: first[2].ReceivedAt, ID: first[2].ID},
	})
	must(t, err)
	if diff := cmp.Diff([]string{"e", "d", "c", "b", "a"}, append(ids(first), ids(rest)...)); diff != "" {
		t.Errorf("all, newest first (-want +got):\n%s", diff)
	}
	own, err := mine.DeadLetters(t.Context(), store.LetterFilter{State: store.LetterOpen, Limit: 10})
	must(t, err)
	ignored := cmpopts.IgnoreFields(store.DeadLetter{}, "ReceivedAt", "UpdatedAt")
	if diff := cmp.Diff([]store.DeadLetter{letter("d", demo), letter("a", demo)}, own, ignored); diff != "" {
		t.Errorf("the tenant's (-want +got):\n%s", diff)
	}
	theirOwn, err := theirs.DeadLetters(t.Context(), store.LetterFilter{State: store.LetterOpen, Limit: 10})
	must(t, err)
	if diff := cmp.Diff([]string{"c"}, ids(theirOwn)); diff != "" {
		t.Errorf("another tenant's (-want +got):\n%s", diff)
	}
	if _, err := all.DeadLetter(t.Context(), "nobody"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("one that there is not: got %v, want ErrNotFound", err)
	}
}

func TestADeadLetterIsSettledOnce(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	all := s.Operator()
	for _, l := range []store.DeadLetter{letter("a", demo), letter("b", "tenant_nobody")} {
		_, err := all.KeepDeadLetter(t.Context(), l)
		must(t, err)
	}
	for range 2 { // the answer to the first one was lost
		got, err := all.SettleDeadLetter(t.Context(), "ann", "a", store.LetterRedriven)
		must(t, err)
		if got.State != store.LetterRedriven || got.Actor != "ann" {
			t.Errorf("got %+v", got)
		}
	}
	if _, err := all.SettleDeadLetter(t.Context(), "bob", "a", store.LetterDismissed); !errors.Is(err, store.ErrConflict) {
		t.Errorf("settled in another way: got %v, want ErrConflict", err)
	}
	_, err := all.SettleDeadLetter(t.Context(), "bob", "b", store.LetterDismissed) // of no tenant that there is
	must(t, err)
	open, err := all.DeadLetters(t.Context(), store.LetterFilter{State: store.LetterOpen, Limit: 10})
	must(t, err)
	if len(open) != 0 {
		t.Errorf("still open: %v", ids(open))
	}
	got, err := all.DeadLetter(t.Context(), "a")
	must(t, err)
	if got.State != store.LetterRedriven || got.Actor != "ann" {
		t.Errorf("kept: %+v", got)
	}
}
