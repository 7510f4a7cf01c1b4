package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// Whatever becomes of a step, what it paid for must be in the row.
func TestWhatWasPaidForIsSavedHoweverTheStepEnds(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	event := request.Event{Step: "transcribe", Name: "over"}
	for name, end := range map[string]func(c *store.Claim) error{
		"checkpoint": func(c *store.Claim) error { return c.Checkpoint(t.Context(), c.Request) },
		"advance": func(c *store.Claim) error {
			return c.Advance(t.Context(), request.Transcribed, stage.Result{}, event)
		},
		"postpone": func(c *store.Claim) error {
			return c.Postpone(t.Context(), time.Now().Add(time.Hour), "busy", true, event)
		},
		"fail": func(c *store.Claim) error { return c.Fail(t.Context(), "broken", event) },
	} {
		in := call("CAL" + name)
		scope := s.ForTenant(demo)
		_, err := scope.Accept(t.Context(), in)
		must(t, err)
		claim, err := scope.Claim(t.Context(), wanted(in, request.Received))
		must(t, err)
		metering := request.Metering{
			SpeechS: 61.5, SpeechBatchS: 7, StoredBytes: 1 << 20,
			Models: map[string]request.Usage{"gemini-2.5-flash": {InputTokens: 4400, OutputTokens: 960, ThinkingTokens: 3}},
		}
		claim.Request.Metering = metering
		claim.Request.CostUSD, claim.Request.CostParts = .020921, request.CostParts{SpeechUSD: .0164, ModelUSD: .003721, StorageUSD: .0001}
		must(t, end(claim))
		got, err := scope.Request(t.Context(), in.Request.ID)
		must(t, err)
		if diff := cmp.Diff(metering, got.Metering); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if got.CostUSD != .020921 || got.CostParts != claim.Request.CostParts {
			t.Errorf("%s: costs %v, of it %+v", name, got.CostUSD, got.CostParts)
		}
	}
}
