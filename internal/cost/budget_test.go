package cost_test

import (
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func TestAMonthIsThatOfTheTenantsZone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		zone, at string
		want     [3]string
	}{
		{"America/Denver", "2026-11-01T05:59:59Z", [3]string{"2026-10", "2026-10-01T06:00:00Z", "2026-11-01T06:00:00Z"}},
		{"America/Denver", "2026-11-01T06:00:00Z", [3]string{"2026-11", "2026-11-01T06:00:00Z", "2026-12-01T07:00:00Z"}}, // summer time ends on the 1st
		{"America/Denver", "2026-12-31T12:00:00Z", [3]string{"2026-12", "2026-12-01T07:00:00Z", "2027-01-01T07:00:00Z"}},
		{"America/Havana", "2026-11-01T04:30:00Z", [3]string{"2026-11", "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z"}},   // the first of two midnights
		{"America/Asuncion", "2017-09-30T12:00:00Z", [3]string{"2017-09", "2017-09-01T04:00:00Z", "2017-10-01T04:00:00Z"}}, // no midnight at its end
		{"America/Asuncion", "2017-10-15T03:30:00Z", [3]string{"2017-10", "2017-10-01T04:00:00Z", "2017-11-01T03:00:00Z"}},
	} {
		zone, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		moment, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		m := cost.MonthOf(moment, zone)
		got := [3]string{m.String(), m.Start.UTC().Format(time.RFC3339), m.End.UTC().Format(time.RFC3339)}
		if got != tt.want {
			t.Errorf("%s in %s: got %v, want %v", tt.at, tt.zone, got, tt.want)
		}
	}
}

func TestATenantStandsWithItsBudgetAsItsSettingsSay(t *testing.T) {
	t.Parallel()
	tenth := time.Date(2026, 11, 11, 0, 0, 0, 0, time.UTC) // ten of thirty days have passed
	for name, test := range map[string]struct {
		budget   tenant.Budget
		spent    float64
		at       time.Time
		state    cost.State
		forecast float64
	}{
		"no budget":                 {tenant.Budget{}, 1000, tenth, cost.Unlimited, 3000},
		"nothing spent":             {tenant.Budget{MonthlyUSD: 100}, 0, tenth, cost.Within, 0},
		"just below four fifths":    {tenant.Budget{MonthlyUSD: 100}, 79.99, tenth, cost.Within, 239.97},
		"four fifths":               {tenant.Budget{MonthlyUSD: 100}, 80, tenth, cost.Warning, 240},
		"its own share":             {tenant.Budget{MonthlyUSD: 100, WarnAt: .5}, 50, tenth, cost.Warning, 150},
		"everything":                {tenant.Budget{MonthlyUSD: 100, WarnAt: .5}, 100, tenth, cost.UsedUp, 300},
		"a call in the first hours": {tenant.Budget{MonthlyUSD: 100}, 1, time.Date(2026, 11, 1, 1, 0, 0, 0, time.UTC), cost.Within, 30},
		"the last moment":           {tenant.Budget{MonthlyUSD: 100}, 60, time.Date(2026, 11, 30, 23, 59, 59, 0, time.UTC), cost.Within, 60},
	} {
		s := cost.Stand(&tenant.Tenant{TimeZone: "UTC", Settings: tenant.Settings{Budget: test.budget}}, test.spent, test.at)
		if s.State != test.state || s.ForecastUSD < test.forecast-.01 || s.ForecastUSD > test.forecast+.01 {
			t.Errorf("%s: got %s, forecast %v; want %s, %v", name, s.State, s.ForecastUSD, test.state, test.forecast)
		}
	}
}
