package browser

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// People of the sandbox's issuer.
const (
	operator = "pat@platform.example.com"
	admin    = "alex@tenant_demo.example.com"
	viewer   = "vic@tenant_demo.example.com"
	neighbor = "alex@tenant_summit.example.com"
	manager  = "morgan@group.example.com"
)

// tab is one signed-in browser tab. What goes wrong in it fails the test.
type tab struct {
	*stack
	t   *testing.T
	ctx context.Context

	mu         sync.Mutex
	complaints []string
}

// newTab opens a tab in a browser context of its own, signed in as the person. At the test's
// end it fails for scripts that threw, and for what the content policy stopped.
func newTab(t *testing.T, person string) *tab {
	t.Helper()
	s := start(t)
	b := &tab{stack: s, t: t}
	ctx, cancel := chromedp.NewContext(s.browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.listen))
	b.ctx = ctx
	t.Cleanup(func() {
		if t.Failed() && *screenshots != "" {
			b.shoot("failed-" + t.Name())
		}
		cancel()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, fault := range b.complaints {
			t.Error(fault)
		}
	})
	b.run(command(log.Enable, cdp.Empty{}), chromedp.EmulateViewport(1280, 900))
	if person != "" {
		b.signIn(person)
	}
	return b
}

func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, "script: "+e.ExceptionDetails.Text+" "+e.ExceptionDetails.Exception.Description)
	case *log.EventEntryAdded:
		if e.Entry.Source == log.EntrySourceSecurity || strings.Contains(e.Entry.Text, "Content Security Policy") {
			b.complaints = append(b.complaints, "policy: "+e.Entry.Text)
		}
	}
}

// signIn opens the dashboard and goes through the issuer's page.
func (b *tab) signIn(person string) {
	b.t.Helper()
	b.run(
		chromedp.Navigate(b.DashboardURL+"/dashboard"),
		chromedp.Click(chromedp.CSS(`button[value="`+person+`"]`)),
		chromedp.WaitVisible(chromedp.CSS(".shell")),
	)
}

// run does the steps in order; each has its time.
func (b *tab) run(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	for _, step := range steps {
		get(b, step)
	}
}

// get runs an action and returns its value.
func get[T any](b *tab, action chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, *patience)
	defer cancel()
	if chromedp.FromContext(b.ctx).Target == nil {
		ctx = b.ctx // the first one opens the tab, which must outlive it
	}
	for {
		value, err := chromedp.Run(ctx, action)
		if err == nil {
			return value
		}
		if !replaced(err) || ctx.Err() != nil {
			b.t.Fatal(err)
		}
	}
}

// replaced reports whether an action found its element on a page that was replaced before anything
// was done with it: the next one has it, too.
func replaced(err error) bool {
	return strings.Contains(err.Error(), "No node with given id found") || strings.Contains(err.Error(), "Could not find node with given id")
}

// command is an action of Chromium's own protocol.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// open opens an address of the dashboard.
func (b *tab) open(path string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.DashboardURL+path), chromedp.WaitReady(chromedp.CSS("#main")))
}

// attempt is how long one look at a page may take. One that meets a page which is just being
// replaced gets no answer at all, and must be made again.
const attempt = 3 * time.Second

func (b *tab) wait(selector string) {
	b.t.Helper()
	err := eventually(selector, func() error {
		ctx, cancel := context.WithTimeout(b.ctx, attempt)
		defer cancel()
		_, err := chromedp.Run(ctx, chromedp.WaitVisible(chromedp.CSS(selector)))
		return err
	})
	if err != nil {
		b.t.Fatalf("%v; the page says %q", err, b.shows())
	}
}

// shows returns the beginning of what a page says, for somebody who looks for something else there.
func (b *tab) shows() string {
	ctx, cancel := context.WithTimeout(b.ctx, attempt)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.readyState + ' ' + location.pathname + ': ' + document.body.innerText.slice(0, 400)`))
	if err != nil {
		return err.Error()
	}
	return text
}

func (b *tab) click(selector string) {
	b.t.Helper()
	b.run(chromedp.Click(chromedp.CSS(selector)))
}

// text returns what an element shows.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return get(b, chromedp.Text(chromedp.CSS(selector)))
}

// count returns how many elements there are.
func (b *tab) count(selector string) int {
	b.t.Helper()
	return eval[int](b, fmt.Sprintf("document.querySelectorAll(%q).length", selector))
}

// until waits for an expression of JavaScript to be true, over pages that come and go.
func (b *tab) until(expression string) {
	b.t.Helper()
	err := eventually(expression, func() error {
		ctx, cancel := context.WithTimeout(b.ctx, attempt)
		defer cancel()
		is, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression))
		if err == nil && !is {
			err = errors.New("is not true")
		}
		return err
	})
	if err != nil {
		b.t.Fatalf("%v; the page says %q", err, b.shows())
	}
}

// eval returns an expression's value; a promise's when it is kept.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	return get(b, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// resize makes the window as large as a desktop's or a phone's, light or dark.
func (b *tab) resize(width, height int64, theme string) {
	b.t.Helper()
	b.run(
		chromedp.EmulateViewport(width, height),
		command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
		}),
	)
}
