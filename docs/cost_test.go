package docs

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/cost/estimate"
)

var update = flag.Bool("update", false, "write the tables of cost.md")

// priced is the day whose prices the tables show.
var priced = time.Date(2026, time.November, 22, 0, 0, 0, 0, time.UTC)

// The figures of cost.md are those of the price table that the services use.
func TestTheCostGuideShowsTheCodesPrices(t *testing.T) {
	t.Parallel()
	const name = "cost.md"
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	prices := cost.Default().At(priced)
	for mark, table := range map[string]string{
		"call": callTable(prices), "month": monthTable(prices), "parts": partsTable(prices), "fixed": fixedTable(), "choices": choicesTable(prices),
	} {
		text = replace(t, text, mark, table)
	}
	if text == string(content) {
		return
	}
	if !*update {
		t.Errorf("%s shows other prices than the code's: go test ./docs -update, and read what changed", name)
		return
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Other documents round, but do not lag behind.
func TestOtherDocumentsQuoteTheSamePrices(t *testing.T) {
	t.Parallel()
	call := estimate.Calls[0].Price(cost.Default().At(priced)).TotalUSD
	month := func(d estimate.Deployment) string {
		return "about $" + thousands(rounded(d.FixedUSD(volumes[0]))) + " "
	}
	each := func(calls int) string {
		return fmt.Sprintf("about %.0f cents", 100*(call+estimate.Default.FixedUSD(calls)/float64(calls)))
	}
	for name, quotes := range map[string][]string{
		"docs/setup/installation.md": {month(estimate.Smallest), month(estimate.Default), month(estimate.Awake), month(estimate.Regions), fmt.Sprintf("about %.0f cents", 100*call)},
		"docs/cost.md":               {month(estimate.Smallest)},
		"README.md":                  {each(1_000), each(10_000)},
		"terraform/env/dev.tfvars":   {fmt.Sprintf("about %d dollars", rounded(estimate.Smallest.FixedUSD(volumes[0])))},
	} {
		text := written(t, name)
		for _, quote := range quotes {
			if !strings.Contains(text, quote) {
				t.Errorf("%s does not say %q", name, quote)
			}
		}
	}
}

// rounded keeps two digits.
func rounded(usd float64) int {
	unit := 10.0
	if usd >= 1000 {
		unit = 100
	}
	return int(usd/unit+.5) * int(unit)
}

// replace puts a table between its two marks.
func replace(t *testing.T, text, mark, table string) string {
	t.Helper()
	begin, end := "<!-- begin "+mark+" -->\n", "<!-- end "+mark+" -->"
	before, rest, ok := strings.Cut(text, begin)
	_, after, ends := strings.Cut(rest, end)
	if !ok || !ends {
		t.Fatalf("cost.md has no table %q", mark)
	}
	return before + begin + "\n" + table + "\n" + end + after
}

func rows(head ...string) *table {
	t := &table{}
	t.add(head...)
	t.add(strings.Split(strings.Repeat("---\n", len(head)-1)+"---", "\n")...)
	return t
}

// table is a Markdown table.
type table struct{ strings.Builder }

func (t *table) add(cells ...string) { fmt.Fprintf(t, "| %s |\n", strings.Join(cells, " | ")) }

func callTable(p *cost.Prices) string {
	t := rows("a call of three minutes", "speech", "model", "storage for a year", "Cloud Run, Pub/Sub, Spanner", "together")
	for _, call := range estimate.Calls {
		b := call.Price(p)
		s := shares(b)
		t.add(call.Name, cents(s.speech), cents(s.model), cents(s.storage), cents(s.platform), cents(b.TotalUSD))
	}
	return t.String()
}

// parts are what a call costs, by what it is paid for.
type parts struct{ speech, model, storage, platform float64 }

func shares(b cost.Breakdown) parts {
	var s parts
	for _, c := range b.Components {
		switch c.Name {
		case cost.Speech, cost.SpeechBatch:
			s.speech += c.USD
		case cost.ModelInput, cost.ModelOutput, cost.ModelThinking:
			s.model += c.USD
		case cost.Storage:
			s.storage += c.USD
		default:
			s.platform += c.USD
		}
	}
	return s
}

var volumes = []int{1_000, 10_000, 100_000, 1_000_000}

func monthTable(p *cost.Prices) string {
	t := rows("calls a month", "dev.tfvars", "a call", "the defaults", "a call", "the defaults, cpu_always=true", "a call", "prod.tfvars", "a call")
	each := estimate.Calls[0].Price(p).TotalUSD
	for _, calls := range volumes {
		cells := []string{thousands(calls)}
		for _, d := range estimate.Deployments {
			month := d.FixedUSD(calls) + float64(calls)*each
			cells = append(cells, dollars(month), cents(month/float64(calls)))
		}
		t.add(cells...)
	}
	return t.String()
}

func partsTable(p *cost.Prices) string {
	t := rows("calls a month", "speech", "model", "storage", "shares of the platform", "fixed", "together")
	s := shares(estimate.Calls[0].Price(p))
	for _, calls := range volumes {
		n, fixed := float64(calls), estimate.Default.FixedUSD(calls)
		month := n*(s.speech+s.model+s.storage+s.platform) + fixed
		t.add(thousands(calls), percent(n*s.speech/month), percent(n*s.model/month), percent(n*s.storage/month),
			percent(n*s.platform/month), percent(fixed/month), dollars(month))
	}
	return t.String()
}

func fixedTable() string {
	t := rows("a month, without any call's own cost", "dev.tfvars", "the defaults", "the defaults, cpu_always=true", "prod.tfvars")
	var names []string
	amounts := map[string][]string{}
	for i, d := range estimate.Deployments {
		for _, item := range d.Fixed(volumes[0]) {
			name, _, _ := strings.Cut(item.Name, ", Standard")
			name, _, _ = strings.Cut(name, ", Enterprise")
			if amounts[name] == nil {
				names = append(names, name)
				amounts[name] = []string{"-", "-", "-", "-"}
			}
			amounts[name][i] = dollars(item.USD)
		}
	}
	total := []string{"together"}
	for _, d := range estimate.Deployments {
		total = append(total, dollars(d.FixedUSD(volumes[0])))
	}
	for _, name := range names {
		t.add(append([]string{name}, amounts[name]...)...)
	}
	t.add(total...)
	return t.String()
}

func choicesTable(p *cost.Prices) string {
	mono, stereo, cheap := estimate.Calls[0].Price(p), estimate.Calls[1].Price(p), estimate.Calls[2].Price(p)
	t := rows("choice", "what it changes")
	month := estimate.Enterprise.Month(100) - estimate.Standard.Month(100)
	t.add("`full_text_search=false`: no search by words", "-"+dollars(month)+" a month for each 100 processing units")
	t.add("several regions (`spanner_config=nam3`), for 1000 processing units", "+"+dollars(estimate.Several.Month(1000)-estimate.Enterprise.Month(1000))+" a month")
	t.add("`cpu_always=true`", "+"+dollars(estimate.Awake.FixedUSD(1000)-estimate.Default.FixedUSD(1000))+" a month at few calls")
	t.add("a channel less (mono)", "-"+cents(stereo.TotalUSD-mono.TotalUSD)+" a call")
	t.add("`speech.batch: true`: within a day instead of minutes", "-"+cents(mono.TotalUSD-cheap.TotalUSD)+" a call")
	t.add("each minute of silence that is not sent", "-"+cents(p.SpeechMinute.USD))
	t.add("`budget.on_limit: rules`, or `GEMINI_MODELS=none`: the rules instead of the model", "-"+cents(shares(mono).model)+" a call")
	return t.String()
}

func cents(usd float64) string { return fmt.Sprintf("$%.4f", usd) }

func dollars(usd float64) string { return "$" + thousands(int(usd+.5)) }

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}
