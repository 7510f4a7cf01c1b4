package api

import (
	"testing"
	"time"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// spring is the day in Santiago that starts at one o'clock: clocks skip its midnight.
const spring = "2026-09-06"

func dayOf(t *testing.T, text string) openapi_types.Date {
	t.Helper()
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return openapi_types.Date{Time: day}
}

func TestStatisticsAreOfWholeDays(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/Santiago")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ from, to, first, end string }{
		{spring, spring, "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"},
		{"2026-09-05", "2026-09-05", "2026-09-05T04:00:00Z", "2026-09-06T04:00:00Z"},
		{"2026-09-01", "2026-09-30", "2026-09-01T04:00:00Z", "2026-10-01T03:00:00Z"},
	} {
		days, err := dayRange(dayOf(t, tt.from), dayOf(t, tt.to), zone, maxDays)
		if err != nil {
			t.Fatal(err)
		}
		if from, to := days.From.UTC().Format(time.RFC3339), days.To.UTC().Format(time.RFC3339); from != tt.first || to != tt.end {
			t.Errorf("%s to %s is from %s to %s, want %s to %s", tt.from, tt.to, from, to, tt.first, tt.end)
		}
	}
}

func TestAnImportIsOfWholeDays(t *testing.T) {
	t.Parallel()
	owner := &tenant.Tenant{TimeZone: "America/Santiago", Sources: []tenant.Source{{
		ID: "callrail", Kind: tenant.SourceCallRail, APIKeySecret: "key", AccountID: "ACC1", CompanyResourceID: "COM1",
	}}}
	h := &handlers{deps: Deps{Now: func() time.Time { return dayOf(t, "2026-11-23").Time }}}
	for _, tt := range []struct{ day, first, last string }{
		{spring, "2026-09-06T04:00:00Z", "2026-09-07T02:59:00Z"},
		{"2026-09-05", "2026-09-05T04:00:00Z", "2026-09-06T03:59:00Z"},
	} {
		order, err := h.importOrder(owner, CreateImportRequestObject{
			SourceID: "callrail", Body: &CreateImportJSONRequestBody{From: dayOf(t, tt.day), To: dayOf(t, tt.day)},
		})
		if err != nil {
			t.Fatal(err)
		}
		if from, to := order.From.UTC().Format(time.RFC3339), order.To.UTC().Format(time.RFC3339); from != tt.first || to != tt.last {
			t.Errorf("%s is from %s to %s, want %s to %s", tt.day, from, to, tt.first, tt.last)
		}
	}
}
