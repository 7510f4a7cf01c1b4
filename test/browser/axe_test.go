package browser

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// axe returns axe-core, which npm installs beside the dashboard's assets.
func axe(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile("../../internal/api/dashboard/assets/node_modules/axe-core/axe.min.js")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("axe-core is not installed: run make assets")
	}
	return string(script)
}

// violations returns what axe finds against WCAG 2.2 AA that is serious or worse.
func (b *tab) violations(script string) []string {
	b.t.Helper()
	b.run(chromedp.Evaluate[chromedp.Void](script + ";undefined"))
	result := eval[string](b, `axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then((r) => JSON.stringify(
		r.violations.filter((v) => ['serious', 'critical'].includes(v.impact)).map((v) => v.id + ': ' + v.nodes.map((n) => n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')).join('; '))))`)
	var found []string
	if err := json.Unmarshal([]byte(result), &found); err != nil {
		b.t.Fatal(err)
	}
	return found
}

// lead returns the id of the sample call that all tests know.
func (s *stack) lead() string {
	var page struct {
		Requests []struct {
			ID   string `json:"request_id"`
			Kind string `json:"kind"`
		} `json:"requests"`
	}
	if err := s.get("/requests?kind=call&phone=%2B13035550142&limit=100", &page); err != nil || len(page.Requests) == 0 {
		return ""
	}
	return page.Requests[len(page.Requests)-1].ID // the oldest: it was played before the tests
}

func (b *tab) fill(path string) string { return strings.ReplaceAll(path, "{lead}", b.lead()) }
