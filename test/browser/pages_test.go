package browser

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// pages are all pages of the dashboard. Each is checked for accessibility, shifts and width,
// and photographed by make screenshots.
var pages = []struct {
	name   string
	person string
	path   string // {lead} is the sample call kitchen-hot
	ready  string // a selector that is there when the page is
}{
	{"leads", admin, "/dashboard/tenants/tenant_demo/requests", "#rows tr"},
	{"lead", admin, "/dashboard/tenants/tenant_demo/requests/{lead}", "#transcript li"},
	{"lead-viewer", viewer, "/dashboard/tenants/tenant_demo/requests/{lead}", "#transcript li"},
	{"figures", admin, "/dashboard/tenants/tenant_demo/insight", "#leads-by-day canvas"},
	{"business", operator, "/dashboard/business", "#leads-by-day canvas"},
	{"operations", operator, "/dashboard/operations", "#throughput canvas"},
	{"companies", operator, "/dashboard/tenants", "table tbody tr"},
	{"setup-checklist", admin, "/dashboard/tenants/tenant_demo/setup", ".tasks"},
	{"setup-sources", admin, "/dashboard/tenants/tenant_demo/sources", "table tbody tr"},
	{"setup-source", admin, "/dashboard/tenants/tenant_demo/sources/callrail", ".addresses"},
	{"setup-source-new", admin, "/dashboard/tenants/tenant_demo/sources/new", "#edit"},
	{"setup-crms", admin, "/dashboard/tenants/tenant_demo/integrations", "table tbody tr"},
	{"setup-crm", admin, "/dashboard/tenants/tenant_demo/integrations/hubspot", "#test-result"},
	{"setup-mapping", admin, "/dashboard/tenants/tenant_demo/integrations/hubspot/mapping", "#mapping"},
	{"setup-workflow", admin, "/dashboard/tenants/tenant_demo/workflow", "#workflow"},
	{"setup-workflow-viewer", viewer, "/dashboard/tenants/tenant_demo/workflow", "#workflow"},
	{"setup-scoring", admin, "/dashboard/tenants/tenant_demo/scoring", "#weights"},
	{"setup-notifications", admin, "/dashboard/tenants/tenant_demo/notifications", "#slack"},
	{"setup-company", admin, "/dashboard/tenants/tenant_demo/settings", ".tabs"},
	{"setup-questions", admin, "/dashboard/tenants/tenant_demo/settings/questions", "#questions"},
	{"setup-retention", admin, "/dashboard/tenants/tenant_demo/settings/retention", "#keep"},
	{"setup-budget", admin, "/dashboard/tenants/tenant_demo/settings/budget", "#spend"},
	{"setup-privacy", admin, "/dashboard/tenants/tenant_demo/privacy", "#jobs"},
	{"setup-people", admin, "/dashboard/tenants/tenant_demo/members", "#roles"},
	{"setup-audit", admin, "/dashboard/tenants/tenant_demo/audit", "h1"},
	{"setup-new-company", operator, "/dashboard/companies/new", "form.card"},
}

// sizes are those of a desktop and of a phone.
var sizes = []struct {
	name          string
	width, height int64
}{{"desktop", 1280, 900}, {"phone", 390, 844}}

var themes = []string{"light", "dark"}

func TestEveryPageIsAccessibleAndFitsItsScreen(t *testing.T) {
	script := axe(t)
	tabs := people(t)
	for _, p := range pages {
		t.Run(p.name, func(t *testing.T) {
			b := tabs(t, p.person)
			for i, size := range sizes { // a desktop in light and a phone in dark: together they have all there is
				theme := themes[i]
				b.resize(size.width, size.height, theme)
				b.open(b.fill(p.path))
				b.wait(p.ready)
				where := size.name + " " + theme
				for _, violation := range b.violations(script) {
					t.Errorf("%s: %s", where, violation)
				}
				if over := eval[int](b, "document.documentElement.scrollWidth - innerWidth"); over > 0 {
					t.Errorf("%s: the page is %d pixels wider than the screen", where, over)
				}
				if shift := eval[float64](b, layoutShift); shift >= 0.1 {
					t.Errorf("%s: the layout shifts by %.3f", where, shift)
				}
			}
		})
	}
}

// people returns a function that returns a person's tab, the same one for every page: signing
// in takes longer than looking.
func people(t *testing.T) func(t *testing.T, person string) *tab {
	t.Helper()
	tabs := map[string]*tab{}
	all := t
	return func(t *testing.T, person string) *tab {
		t.Helper()
		if tabs[person] == nil {
			tabs[person] = newTab(all, person)
		}
		tabs[person].t = t
		return tabs[person]
	}
}

// layoutShift adds up what moved without anybody's doing. Google calls less than 0.1 good.
const layoutShift = `new Promise((done) => {
	let sum = 0;
	new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) sum += e.value; })
		.observe({type: 'layout-shift', buffered: true});
	setTimeout(() => done(sum), 100);
})`

func TestScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("make screenshots takes them")
	}
	tabs := people(t)
	for _, p := range pages {
		t.Run(p.name, func(t *testing.T) {
			b := tabs(t, p.person)
			for _, size := range sizes {
				for _, theme := range themes {
					b.resize(size.width, size.height, theme)
					b.open(b.fill(p.path))
					b.wait(p.ready)
					b.shoot(p.name + "-" + size.name + "-" + theme)
				}
			}
		})
	}
}

// shotHeight is how much of a long page a picture shows.
const shotHeight = 1700

// shoot writes a picture of the page.
func (b *tab) shoot(name string) {
	b.t.Helper()
	b.run(chromedp.Sleep(300 * time.Millisecond)) // fonts and charts are drawn
	size := eval[[]float64](b, "[document.documentElement.clientWidth, document.documentElement.scrollHeight]")
	picture := get(b, func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
		beyond := true
		got, err := cdp.Call(ctx, t, page.CaptureScreenshot, page.CaptureScreenshotParams{
			Format: page.CaptureScreenshotFormatPng, CaptureBeyondViewport: &beyond,
			Clip: &page.Viewport{Width: size[0], Height: min(size[1], shotHeight), Scale: 1},
		})
		return got.Data, err
	})
	if err := os.MkdirAll(*screenshots, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*screenshots, name+".png"), picture, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
