package estimate_test

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/cost/estimate"
)

func TestACallCostsWhatItsPartsCost(t *testing.T) {
	t.Parallel()
	prices := cost.Default().At(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	mono, stereo := estimate.Calls[0].Price(prices), estimate.Calls[1].Price(prices)
	speech := prices.SpeechMinute.USD * estimate.Minutes
	if got := stereo.TotalUSD - mono.TotalUSD; math.Abs(got-speech) > 1e-9 {
		t.Errorf("the second channel costs %v, want %v", got, speech)
	}
	for _, call := range estimate.Calls[2:] {
		if got := call.Price(prices).TotalUSD; got >= mono.TotalUSD {
			t.Errorf("%s costs %v, which is not cheap", call.Name, got)
		}
	}
}

func TestWhatIsPaidWithoutCallsFollowsTheDeployment(t *testing.T) {
	t.Parallel()
	for _, d := range estimate.Deployments {
		sum := 0.0
		for _, item := range d.Fixed(1000) {
			sum += item.USD
		}
		if got := d.FixedUSD(1000); got != sum || got < d.Edition.Month(d.Units) {
			t.Errorf("%s: %v, its items %v", d.Name, got, sum)
		}
		if d.FixedUSD(1_000_000) < d.FixedUSD(1000) {
			t.Errorf("%s: a database for a million calls costs less", d.Name)
		}
	}
	if estimate.Default.FixedUSD(1000) >= estimate.Awake.FixedUSD(1000) {
		t.Error("giving up the CPU between requests saves nothing")
	}
}

// What is priced as the default must be what Terraform makes.
func TestTheDefaultsAreTerraforms(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"cpu_always": "false", "webhook_min_instances": "1", "full_text_search": "true", "spanner_processing_units": "100", "domain": "null", "vpc_egress": "false",
	} {
		if got := variable(t, name); got != want {
			t.Errorf("%s is %s, and priced as %s", name, got, want)
		}
	}
}

// variable returns a variable's default.
func variable(t *testing.T, name string) string {
	t.Helper()
	files, err := filepath.Glob("../../../terraform/variables*.tf")
	if err != nil || len(files) == 0 {
		t.Fatalf("no variables: %v", err)
	}
	pattern := regexp.MustCompile(`variable "` + name + `" \{\n[^}]*?default +=\s*(\S+)`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if m := pattern.FindSubmatch(text); m != nil {
			return string(m[1])
		}
	}
	t.Fatalf("%s has no default", name)
	return ""
}
