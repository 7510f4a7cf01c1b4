package callrail

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestUpdateAddsTagsAndLeavesOutWhatItDoesNotChange(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		update request.SourceUpdate
		want   map[string]any
	}{
		{"everything", request.SourceUpdate{Tags: []string{"hot", "kitchen"}, Note: "Call back", Value: "40000.00", LeadStatus: "good_lead"}, map[string]any{
			"tags": []any{"hot", "kitchen"}, "append_tags": true, "note": "Call back", "value": "40000.00", "lead_status": "good_lead",
		}},
		{"no tags", request.SourceUpdate{Note: "Call back"}, map[string]any{"note": "Call back"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got map[string]any
			c := newClient(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodPut || r.URL.Path != "/v3/a/ACC1/calls/CAL1.json" || r.Header.Get("Authorization") != `Token token="test-api-key"` {
					t.Errorf("%s %s", r.Method, r.URL.Path)
				}
				if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
					t.Error(err)
				}
				answer(http.StatusOK, `{"id":"CAL1"}`)(w, r)
			})
			if err := c.Update(t.Context(), testAccess, "CAL1", test.update); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUpdateClassifiesAnswers(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]error{
		http.StatusNotFound: ErrNotFound, http.StatusForbidden: ErrUnauthorized,
		http.StatusBadRequest: ErrRejected, http.StatusInternalServerError: ErrTransient,
	} {
		c := newClient(t, answer(status, `{"error":"x"}`))
		if err := c.Update(t.Context(), testAccess, "CAL1", request.SourceUpdate{Note: "x"}); !errors.Is(err, want) {
			t.Errorf("status %d: got %v, want %v", status, err, want)
		}
	}
	c := newClient(t, answer(http.StatusTooManyRequests, `{}`))
	var limited *RateLimitedError
	if err := c.Update(t.Context(), testAccess, "CAL1", request.SourceUpdate{Note: "x"}); !errors.As(err, &limited) {
		t.Errorf("got %v", err)
	}
}

func TestChangesAreWhatAModificationLists(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		`{"resource_id":"CAL1","changes":["note","tags"]}`: {"note", "tags"},
		`resource_id=CAL1&changes[]=note&changes[]=tags`:   {"note", "tags"},
		`{"resource_id":"CAL1"}`:                           nil,
		`{"resource_id":"CAL1","changes":null}`:            nil,
	} {
		p, err := Decode([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, p.Changes()); diff != "" {
			t.Errorf("%s: %s", body, diff)
		}
	}
}
