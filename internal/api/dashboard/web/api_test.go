package web

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
)

func TestOnlyTheFirstCallOfAPageIsCounted(t *testing.T) {
	t.Parallel()
	var parts []bool
	api := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parts = append(parts, access.IsPart(r.Context()))
		w.WriteHeader(http.StatusNoContent)
	})
	for range 2 {
		c, err := NewClient(api, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/dashboard", http.NoBody), "token")
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			answer, err := c.GetMe(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
		}
	}
	if want := []bool{false, true, false, true}; !slices.Equal(parts, want) {
		t.Errorf("parts of a page: %v, want %v", parts, want)
	}
}
