package notify

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func demoCard() card {
	job, _ := newJob(slackTo("sales"), kitchen())
	c := newCard(job, kitchen(), []request.Delivery{
		{Connector: "hubspot", State: request.DeliveryDone, Outcome: "created", Link: "https://app.example.com/deal/1?a=1&b=|"},
		{Connector: "salesforce", State: request.DeliveryParked, Error: "LastName is required"},
		{Connector: "pipedrive", State: request.DeliverySkipped},
	})
	c.Link = "https://dashboard.example.com/tenants/tenant_demo/requests/req_a"
	return c
}

func TestSlackMessageShowsTheLead(t *testing.T) {
	t.Parallel()
	got, err := json.MarshalIndent(slackMessage(demoCard()), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		Text   string
		Blocks []struct {
			Type     string
			Text     struct{ Type, Text string }
			Fields   []struct{ Text string }
			Elements []json.RawMessage
		}
	}
	if err := json.Unmarshal(got, &m); err != nil {
		t.Fatal(err)
	}
	var types, shown []string
	for _, b := range m.Blocks {
		types = append(types, b.Type)
		shown = append(shown, b.Text.Text)
		for _, f := range b.Fields {
			shown = append(shown, f.Text)
		}
		for _, e := range b.Elements {
			shown = append(shown, string(e))
		}
	}
	if diff := cmp.Diff([]string{"header", "section", "section", "section", "context", "actions"}, types); diff != "" {
		t.Errorf("blocks differ (-want +got):\n%s", diff)
	}
	all := strings.Join(shown, "\n")
	for _, want := range []string{
		"🔥 Hot lead, 84/100: kitchen", "*Who*\nJane Roe", "*Phone*\n+13035550142", "*E-mail*\njane@example.com",
		"*Timeline*\nin 1-3 months", "*Budget*\nmedium, $25,000 to $40,000", "*Source*\nGoogle Ads, Spring",
		"*Received*\nMon 2 Mar, 5:00 AM MST",
		"Wants a new kitchen &amp; &lt;b&gt;soon&lt;/b&gt;.", "> before the summer",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("message lacks %q:\n%s", want, all)
		}
	}
	if strings.Count(all, "before the summer") != 1 {
		t.Error("the same quote is shown twice")
	}
	for _, want := range []string{`https://app.example.com/deal/1?a=1\u0026amp;b=%7C|open`, "LastName is required", "dashboard.example.com"} {
		if !strings.Contains(all, want) {
			t.Errorf("message lacks %q:\n%s", want, all)
		}
	}
	if strings.Contains(all, "Pipedrive") {
		t.Error("a delivery that the tenant's rules skipped is shown")
	}
}

func TestADiscreetMessageSaysOnlyThatThereIsALead(t *testing.T) {
	t.Parallel()
	job, _ := newJob(slackTo("sales"), kitchen())
	job.Tenant.Settings.Privacy.HIPAA = true
	job.Tenant.Settings.Notifications.Email = []tenant.Email{{Name: "owner", To: []string{"owner@example.com"}}}
	hook := newWebhook(t)
	w := newWorker(t, Config{DashboardURL: "https://dashboard.example.com"}, secrets{"sales": hook.url})
	if _, err := w.Work(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	c := demoCard().discreet()
	text := new(strings.Builder)
	if err := textBody.Execute(text, letter{card: c}); err != nil {
		t.Fatal(err)
	}
	for what, message := range map[string]string{"slack": strings.Join(hook.got, ""), "mail": letter{card: c}.Subject() + text.String()} {
		if !strings.Contains(message, "Hot lead") || !strings.Contains(message, "https://dashboard.example.com/") {
			t.Errorf("%s lacks the lead's band or link: %s", what, message)
		}
		for _, private := range []string{"Jane", "303", "jane@", "kitchen", "summer", "25,000", "84", "Google Ads", "Friday", "LastName"} {
			if strings.Contains(message, private) {
				t.Errorf("%s says %q: %s", what, private, message)
			}
		}
	}
}

func TestARisenBandIsAnnouncedAsNews(t *testing.T) {
	t.Parallel()
	c := demoCard()
	c.Again = true
	if got, want := slackMessage(c).Text, "🔥 Now: Hot lead, 84/100: kitchen"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
}

func TestNothingThatACallerSaysBreaksSlacksMarkupOrLimits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("<>&!|a é\n"))).Draw(t, "text")
		limit := rapid.IntRange(5, 40).Draw(t, "limit")
		got := escape(text, limit)
		if n := utf8.RuneCountInString(got); n > limit {
			t.Fatalf("escape(%q, %d) = %q: %d characters", text, limit, got, n)
		}
		rest := strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "").Replace(got)
		if strings.ContainsAny(rest, "<>&") {
			t.Fatalf("escape(%q, %d) = %q has markup", text, limit, got)
		}
	})
}

func TestSlackLinksAreWebAddresses(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://example.com/a|b>c": "https://example.com/a%7Cb%3Ec",
		"javascript:alert(1)":       "",
		"":                          "",
		"/relative":                 "",
	} {
		if got := slackLink(raw); got != want {
			t.Errorf("slackLink(%q) = %q, want %q", raw, got, want)
		}
	}
}
