package gemini

import (
	"strings"
	"testing"
	"time"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

func TestTheDefaultAsksTheWantedModelAndThenItsSuccessor(t *testing.T) {
	t.Parallel()
	var cfg Config
	if err := envconfig.ProcessWith(t.Context(), &envconfig.Config{Target: &cfg, Lookuper: envconfig.MapLookuper(map[string]string{"GOOGLE_CLOUD_PROJECT": "demo"})}); err != nil {
		t.Fatal(err)
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	if len(cfg.Models) != 2 || cfg.Models[0].ID != "gemini-2.5-flash" || cfg.Models[1].ID != "gemini-3.5-flash-lite" {
		t.Fatalf("models = %+v", cfg.Models)
	}
	first, second := cfg.Models[0], cfg.Models[1]
	if first.ThinkingBudget == nil || first.ThinkingLevel != "" || first.Location != "" {
		t.Errorf("first profile = %+v, want a thinking budget and the configured location", first)
	}
	if second.ThinkingBudget != nil || second.Temperature != nil || second.ThinkingLevel != "MINIMAL" || cfg.locationOf(second) != "global" {
		t.Errorf("second profile = %+v, want a thinking level, no temperature, global", second)
	}
}

func TestValidateReportsEverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	budget := int32(1)
	cfg := Config{
		BaseURL: "http://gemini.example.com", Timeout: -time.Second,
		Models: Profiles{{ID: "a/b"}, {ID: "c", ThinkingBudget: &budget, ThinkingLevel: "SOME"}},
	}
	err := cfg.Validate()
	if err == nil {
		t.Fatal("Validate = nil")
	}
	for _, want := range []string{"GOOGLE_CLOUD_PROJECT", "GEMINI_LOCATION", "GEMINI_BASE_URL", "GEMINI_TIMEOUT", `"a/b"`, "both", "unknown thinking level"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error does not mention %q:\n%v", want, err)
		}
	}
}

func TestAModelIsAskedWhereItIs(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ location, model, own, want string }{
		{"us-central1", "gemini-2.5-flash", "", "us-central1"},
		{"us-central1", "gemini-3.5-flash-lite", "", "global"},
		{"us", "gemini-2.5-flash", "", "us"},
		{"us", "gemini-3.5-flash-lite", "", "us"},
		{"us", "gemini-3.5-flash-lite", "global", "global"},
		{"eu", "gemini-3.5-flash-lite", "us", "us"},
		{"global", "gemini-3.5-flash-lite", "", "global"},
	} {
		p := named(tc.model)
		p.Location = tc.own
		if got := (Config{Location: tc.location}).locationOf(p); got != tc.want {
			t.Errorf("%s with %s and %q: got %s, want %s", tc.model, tc.location, tc.own, got, tc.want)
		}
	}
}

func TestHIPAAModeNamesWhereModelsAreAsked(t *testing.T) {
	t.Parallel()
	for location, good := range map[string]bool{"us": true, "eu": true, "global": false, "us-central1": false} {
		cfg := Config{Project: "demo", Location: location, Timeout: time.Second, Models: Profiles{named("gemini-2.5-flash"), named("gemini-3.5-flash-lite")}}
		if err := cfg.Validate(); err != nil {
			t.Fatalf("without it: %v", err)
		}
		cfg.HIPAA = true
		if err := cfg.Validate(); (err == nil) != good {
			t.Errorf("%s: %v, want it good %v", location, err, good)
		}
	}
}

func TestProfilesAreReadFromText(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text string
		want int
		fail bool
	}{
		{text: "none"}, {text: "a, b", want: 2}, {text: `[{"id":"a"}]`, want: 1},
		{text: `[{"id":"a","topK":3}]`, fail: true}, {text: `[{"id"`, fail: true},
	} {
		var p Profiles
		err := p.UnmarshalText([]byte(tc.text))
		if (err != nil) != tc.fail || err == nil && len(p) != tc.want {
			t.Errorf("UnmarshalText(%q) = %v, %v", tc.text, p, err)
		}
	}
}

var _ config.Validator = (*Config)(nil)
