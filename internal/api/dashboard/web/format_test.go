package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

func TestFiguresAreShownAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	cents, seconds := 0.0209, float32(125.4)
	for got, want := range map[string]string{
		USD(12.5): "$12.50", USD(cents): "$0.0209", USD(int64(80000)): "$80,000", USD(0.0): "$0.00", USD(&cents): "$0.0209", USD((*float64)(nil)): "$0.00",
		percent(0.956): "96%", clock(seconds): "2:05", clock(&seconds): "2:05", clock(3725): "1:02:05",
		millis(85): "85 ms", millis(34120): "34.1 s", millis(90500): "1m31s",
		number(1234567): "1,234,567", number(999): "999", number(-1234.56): "−1,234.6", number(0.04): "0",
		Phone("+13035550142"): "(303) 555-0142", Phone("+442079460123"): "+44 20 7946 0123", Phone("unknown"): "unknown", Phone(""): "",
		Label("quote_request"): "Quote request", Label("1_3_months"): "1–3 months", Label("customer.name"): "Name", Label(""): "", Label("élan"): "Élan",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestTimesAreTheTenants(t *testing.T) {
	t.Parallel()
	p := page{Request: &Request{
		Tenant: &client.TenantRow{TimeZone: "America/Denver"}, Now: time.Date(2026, 3, 2, 23, 0, 0, 0, time.UTC),
	}}
	for at, want := range map[time.Time]string{
		time.Date(2026, 3, 2, 16, 4, 5, 0, time.UTC):  ">9:04 AM<",
		time.Date(2026, 3, 2, 5, 0, 0, 0, time.UTC):   ">Mar 1, 10:00 PM<", // yesterday in Denver
		time.Date(2025, 12, 31, 7, 0, 0, 0, time.UTC): ">Dec 31, 2025, 12:00 AM<",
		{}: "–",
	} {
		if got := string(p.Time(at)); !strings.Contains(got, want) {
			t.Errorf("%v: got %s, want %s", at, got, want)
		}
	}
	p.Tenant.TimeZone = "Nowhere/Land"
	if p.Zone() != time.UTC {
		t.Error("an unknown zone is not UTC")
	}
}

func TestARefusalIsASentence(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"insufficient_role": "Your role does not allow this", "changed": "Somebody else has changed it",
		"conflict": "the API's words", "busy": "the API's words",
	} {
		err := fmt.Errorf("save: %w", &Problem{client.Problem{Code: code, Detail: "the API's words"}})
		if got, ok := Sentence(err); !ok || !strings.Contains(got, want) {
			t.Errorf("%s: got %q", code, got)
		}
		if !Refused(err) || !Refused(err, "x", code) || Refused(err, "x") {
			t.Errorf("%s is not told apart", code)
		}
	}
	wrong := &Problem{client.Problem{Code: "invalid_settings", Errors: []client.FieldError{{Field: "weights.intent", Message: "must be at most 100"}}}}
	if got, _ := Sentence(wrong); got != "Please check: weights.intent must be at most 100." {
		t.Errorf("got %q", got)
	}
	if wrong.FieldError("weights.intent") == "" || wrong.FieldError("x") != "" {
		t.Error("the field's error is not found")
	}
	if _, ok := Sentence(errors.New("broken")); ok || Refused(errors.New("broken")) {
		t.Error("a failure is taken for a refusal")
	}
}

func TestAFlashThatIsNoneIsNotShown(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"", "%", "e30", "bm90IGpzb24"} {
		r := httptest.NewRequest(http.MethodGet, "/dashboard", nil)
		r.AddCookie(&http.Cookie{Name: flashCookie, Value: value})
		if got := takeFlash(httptest.NewRecorder(), r); got != nil {
			t.Errorf("%q: got %v", value, got)
		}
	}
}

func TestAChartsFiguresHaveItsUnit(t *testing.T) {
	t.Parallel()
	for unit, want := range map[string]string{"usd": "$1.50", "percent": "150%", "seconds": "1.5 s", "ms": "1 ms", "": "1.5"} {
		if got := (Chart{Unit: unit}).Cell(1.5); got != want {
			t.Errorf("%s: got %s, want %s", unit, got, want)
		}
	}
	if !(Chart{Series: []Series{{Values: []float64{0, 0}}}}).Blank() || (Chart{Series: []Series{{Values: []float64{0, 1}}}}).Blank() {
		t.Error("blank charts are not told apart")
	}
}
