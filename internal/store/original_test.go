package store_test

import (
	"errors"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

func TestOriginalTellsWhatARequestWasCreatedFrom(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope := s.ForTenant(demo)
	r := &request.Request{
		TenantID: demo, ID: request.RandomID(), Kind: request.Text, Namespace: request.NamespaceAPI, SourceID: "api",
		Handling: request.Handling{Actor: "ann"},
	}
	in := request.Intake{Request: r, BodyHash: "first"}
	if got, err := scope.Accept(t.Context(), in); err != nil || got.Outcome != request.Accepted {
		t.Fatalf("accept: %+v, %v", got, err)
	}
	in.BodyHash = "second"
	if got, err := scope.Accept(t.Context(), in); err != nil || got.Outcome != request.Duplicate {
		t.Fatalf("accept again: %+v, %v", got, err)
	}
	got, bodyHash, err := scope.Original(t.Context(), r.ID)
	if err != nil || bodyHash != "first" || got.Status != request.Transcribed || got.Handling.Actor != "ann" {
		t.Errorf("got %+v, %q, %v; want what was accepted first", got, bodyHash, err)
	}
	events, err := scope.Events(t.Context(), r.ID)
	if err != nil || len(events) != 1 || events[0].Step != "api" {
		t.Errorf("events %+v, %v; want one of the api", events, err)
	}
	if _, _, err := s.ForTenant("tenant_other").Original(t.Context(), r.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another tenant's: %v, want ErrNotFound", err)
	}
}
