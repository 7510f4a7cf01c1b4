package browser

import (
	"flag"
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
)

var timings = flag.Bool("timings", false, "measure how fast pages load; a machine that does something else is slower")

// loads is how often a page is loaded for its median.
const loads = 5

// loading is when a page's navigation came how far, in milliseconds.
type loading struct {
	Answered float64 `json:"answered"` // the first byte
	Painted  float64 `json:"painted"`  // the first thing that is seen
	Usable   float64 `json:"usable"`   // its scripts have run: keys, filters and buttons work
	Bytes    float64 `json:"bytes"`    // transferred
}

const loadingScript = `(() => {
	const page = performance.getEntriesByType('navigation')[0];
	const all = [page, ...performance.getEntriesByType('resource')].filter((e) => !e.name.endsWith('/events'));
	return {
		answered: page.responseStart, usable: page.domContentLoadedEventEnd,
		painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
		bytes: all.reduce((sum, e) => sum + e.transferSize, 0),
	};
})()`

// TestHowFastPagesLoad prints what docs/performance.md shows: every page as somebody sees it who
// has never been there, with nothing cached.
func TestHowFastPagesLoad(t *testing.T) {
	if !*timings {
		t.Skip("a measurement: -timings -v")
	}
	tabs := people(t)
	fmt.Printf("%-22s %10s %10s %10s %10s\n", "PAGE", "ANSWERED", "PAINTED", "USABLE", "LOADED")
	for _, p := range pages {
		b := tabs(t, p.person)
		var all []loading
		for range loads {
			b.run(command(network.ClearBrowserCache, cdp.Empty{}))
			b.open(b.fill(p.path))
			b.wait(p.ready)
			b.until("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd > 0 && performance.getEntriesByName('first-contentful-paint').length > 0")
			all = append(all, eval[loading](b, loadingScript))
		}
		median := func(of func(loading) float64) float64 {
			values := make([]float64, 0, len(all))
			for _, l := range all {
				values = append(values, of(l))
			}
			slices.Sort(values)
			return values[len(values)/2]
		}
		fmt.Printf("%-22s %7.0f ms %7.0f ms %7.0f ms %7.0f kB\n", p.name,
			median(func(l loading) float64 { return l.Answered }), median(func(l loading) float64 { return l.Painted }),
			median(func(l loading) float64 { return l.Usable }), median(func(l loading) float64 { return l.Bytes })/1000)
	}
}
