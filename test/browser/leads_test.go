package browser

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

const list = "/dashboard/tenants/tenant_demo/requests"

func TestACallArrivesLiveAndIsOpened(t *testing.T) {
	b := newTab(t, admin)
	b.open(list)
	b.wait("#rows tr")
	b.until(`document.getElementById('live').textContent === 'Live'`)
	before := b.count("#rows tr")
	eval[bool](b, "window.untouched = true")

	if err := b.play("bathroom-visit"); err != nil {
		t.Fatal(err)
	}
	b.until(fmt.Sprintf("document.querySelectorAll('#rows tr').length === %d", before+1))
	b.until("document.querySelector('#rows tr .score b')?.textContent > '0'")
	if !eval[bool](b, "window.untouched === true") {
		t.Error("the page was loaded again")
	}

	eval[bool](b, "document.activeElement.blur() ?? true")
	b.run(chromedp.KeyEvent("j"), chromedp.KeyEvent("\r"))
	b.wait("#analysis")
	if got := eval[string](b, "location.pathname"); !strings.HasPrefix(got, list+"/req_") {
		t.Errorf("Enter opens %s", got)
	}
}

// A list that is left open says when the session is over, and leads back to itself.
func TestAnOpenListSaysThatTheSessionIsOver(t *testing.T) {
	b := newTab(t, viewer)
	b.open(list + "?kind=call")
	b.wait("#rows tr")
	b.until(`document.getElementById('live').textContent === 'Live'`)
	b.run(command(network.ClearBrowserCookies, cdp.Empty{}))
	eval[bool](b, "document.dispatchEvent(new Event('visibilitychange'))") // as if somebody came back to it
	b.wait("a.live.off")
	if rows := b.count("#rows tr"); rows == 0 {
		t.Error("what was read is gone")
	}
	b.click("a.live.off")
	b.click(`button[value="` + viewer + `"]`)
	b.until("location.pathname + location.search === '" + list + "?kind=call'")
}

func TestTheListIsFilteredAndSearchedAsTheAPI(t *testing.T) {
	b := newTab(t, viewer)
	b.open(list)
	b.wait("#rows tr")
	b.run(chromedp.KeyEvent("/"))
	b.until("document.activeElement.id === 'q'")
	eval[string](b, "document.getElementById('q').value = ''") // the key's letter: Chromium's protocol sends it apart
	b.run(chromedp.SendKeys(chromedp.CSS("#q"), "disaster"))
	b.until("location.search.includes('q=disaster') && document.querySelectorAll('#rows tr').length === 1")
	if got := b.text("#rows"); !strings.Contains(got, "Dana Whitlock") {
		t.Errorf("the search for what was said shows %s", got)
	}
	b.until("document.getElementById('export').search.includes('q=disaster')") // the export is of what is shown
	b.run(chromedp.SetValue(chromedp.CSS("#project_type"), "roofing"))
	eval[bool](b, "document.getElementById('project_type').dispatchEvent(new Event('change', {bubbles: true}))")
	b.wait("#results .empty")
	b.click("#results a")
	b.wait("#rows tr")
}

func TestALeadIsHeardAndItsQuotesAreShown(t *testing.T) {
	b := newTab(t, viewer)
	b.open(b.fill(list + "/{lead}"))
	b.wait("#transcript li")

	b.click("#play")
	b.until("!document.getElementById('audio').paused && document.getElementById('audio').currentTime > 0.2")
	b.until("document.querySelector('#transcript .now') !== null")
	eval[bool](b, "document.querySelectorAll('#transcript .at')[5].click() ?? true")
	b.until("document.getElementById('audio').currentTime >= Number(document.querySelectorAll('#transcript .at')[5].dataset.at)")
	b.until("document.querySelectorAll('#transcript li')[5].classList.contains('now')")
	b.click("#play")
	b.until("document.getElementById('audio').paused")

	words := eval[string](b, `document.querySelector('#analysis a.quote').dataset.quote`)
	b.click("#analysis a.quote")
	b.wait("#transcript li.cited mark")
	if got := b.text("#transcript li.cited mark"); !strings.EqualFold(got, words) {
		t.Errorf("marked are %q, want %q", got, words)
	}
}

func TestAProjectIsCorrectedAndPutBack(t *testing.T) {
	b := newTab(t, admin)
	b.open(b.fill(list + "/{lead}"))
	b.wait("#analysis")
	eval[bool](b, "document.getElementById('fix-project_type').closest('details').open = true")
	b.run(chromedp.SetValue(chromedp.CSS("#fix-project_type"), "basement"))
	b.click(`form:has(#fix-project_type) button[type="submit"]`)
	b.until("document.getElementById('flash').textContent.includes('Project is corrected')")
	if got := b.text("#analysis"); !strings.Contains(got, "Basement") || !strings.Contains(got, "Corrected") {
		t.Errorf("the page shows %s", got)
	}
	b.click(`form[action$="/corrections/project_type/undo"] button`)
	b.until("document.getElementById('flash').textContent.includes('own answer again')")
	if got := b.text("#analysis"); strings.Contains(got, "Basement") {
		t.Errorf("after the undo the page shows %s", got)
	}
}

func TestALeadIsHeldAndReleased(t *testing.T) {
	b := newTab(t, admin)
	b.open(b.fill(list + "/{lead}"))
	b.click(`#hold form[action$="/hold"] button`)
	b.until("document.getElementById('flash').textContent.includes('under legal hold')")
	if got := b.text("#hold"); !strings.Contains(got, "Held") || !strings.Contains(got, "By alex@tenant_demo.example.com") {
		t.Errorf("the page shows %s", got)
	}
	eval[bool](b, "(window.confirm = () => true, true)")
	b.click(`#hold form[action$="/release"] button`)
	b.until("document.getElementById('flash').textContent.includes('retention applies to it again')")
	if got := b.text("#hold"); !strings.Contains(got, "Not held") {
		t.Errorf("after the release the page shows %s", got)
	}
}

func TestAFailedDeliveryIsTriedAgain(t *testing.T) {
	b := newTab(t, admin)
	b.faults(`[{"system":"hubspot","status":400}]`)
	t.Cleanup(func() { b.faults(`[]`) })
	if err := b.play("voicemail-deck"); err != nil {
		t.Fatal(err)
	}
	var id string
	err := eventually("a delivery is parked", func() (err error) {
		id, err = b.parked()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b.open(list + "/" + id)
	b.wait(`#deliveries form[action*="/deliveries/hubspot/retry"]`)
	b.faults(`[]`)
	b.click(`#deliveries form[action*="/deliveries/hubspot/retry"] button`)
	b.until("document.getElementById('flash').textContent.includes('HubSpot is tried again')")
	err = eventually("the delivery is done", func() error {
		if still, err := b.parked(); err == nil && still == id {
			return fmt.Errorf("%s is still parked", id)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// parked returns a request with a delivery that a person must look after.
func (s *stack) parked() (string, error) {
	var page struct {
		Requests []struct {
			ID string `json:"request_id"`
		} `json:"requests"`
	}
	for _, state := range []string{"parked", "failed"} {
		if err := s.get("/requests?limit=1&crm_state="+state, &page); err != nil {
			return "", err
		}
		if len(page.Requests) > 0 {
			return page.Requests[0].ID, nil
		}
	}
	return "", fmt.Errorf("no delivery is parked")
}

// faults replaces what goes wrong in the sandbox.
func (b *tab) faults(list string) {
	r, err := http.NewRequest(http.MethodPut, b.SandboxURL+"/faults", bytes.NewReader([]byte(list)))
	if err != nil {
		b.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		b.t.Fatalf("PUT /faults: status %d", res.StatusCode)
	}
}

func TestAViewerCannotChangeAnything(t *testing.T) {
	b := newTab(t, viewer)
	b.open(b.fill(list + "/{lead}"))
	b.wait("#analysis")
	if n := b.count("main form"); n != 0 {
		t.Errorf("a viewer's page has %d forms", n)
	}
	got := eval[string](b, `fetch(location.pathname + '/corrections', {method: 'POST', headers: {'Content-Type': 'application/x-www-form-urlencoded'},
		body: 'field=project_type&value=basement'}).then((r) => r.text())`)
	if !strings.Contains(got, "Your role does not allow this") || strings.Contains(got, "Basement") {
		t.Error("a viewer's correction is not refused")
	}
}

func TestANeighborCannotOpenTheLead(t *testing.T) {
	b := newTab(t, neighbor)
	b.open(b.fill(list + "/{lead}"))
	if got := b.text("#main"); !strings.Contains(got, "Nothing here") || strings.Contains(got, "Whitlock") {
		t.Errorf("the neighbor sees %s", got)
	}
	b.open(b.fill("/dashboard/tenants/tenant_summit/requests/{lead}"))
	if got := b.text("#main"); !strings.Contains(got, "Nothing here") || strings.Contains(got, "Whitlock") {
		t.Errorf("under their own company the neighbor sees %s", got)
	}
}

func TestTheFirstPageIsLight(t *testing.T) {
	b := newTab(t, viewer)
	b.open(list)
	b.wait("#rows tr")
	const limit = 150_000
	size := eval[int](b, `performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
		.filter((e) => !e.name.endsWith('/events')).reduce((sum, e) => sum + (e.encodedBodySize || e.transferSize), 0)`)
	if size == 0 || size > limit {
		t.Errorf("the first page is %d bytes, want at most %d", size, limit)
	}
	t.Logf("%d bytes", size)
}

// Pages of the platform have nothing above the menu where there is one company alone.
func TestTheAccountIsAtTheFootOfTheMenu(t *testing.T) {
	b := newTab(t, operator)
	b.open("/dashboard/operations")
	eval[bool](b, "(document.querySelector('.switcher')?.remove(), true)")
	box := eval[[]float64](b, "(({top, bottom}) => [top, innerHeight - bottom])(document.querySelector('.account').getBoundingClientRect())")
	if box[0] < 450 || box[1] < 0 || box[1] > 50 {
		t.Errorf("the account begins at %.0f and ends %.0f pixels above the foot of 900", box[0], box[1])
	}
}

func TestTheMenuChangesCompanyAndThemeAndSignsOut(t *testing.T) {
	b := newTab(t, manager)
	b.open("/dashboard")
	b.open(list)
	eval[bool](b, `(() => { const s = document.getElementById('tenant'); s.value = 'tenant_summit'; return s.dispatchEvent(new Event('change', {bubbles: true})); })()`)
	b.until("location.pathname === '/dashboard/tenants/tenant_summit/requests'")
	b.wait(".shell")
	b.click(`button[name="theme"]`)
	b.wait(`html[data-theme="dark"]`)
	b.click(`form[action="/dashboard/sign-out"] button`)
	b.until("document.title === 'You are signed out'")
	b.run(chromedp.Navigate(b.DashboardURL + list))
	b.wait(`button[value="` + manager + `"]`)
}
