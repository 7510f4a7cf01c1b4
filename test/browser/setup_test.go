package browser

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const demo = "/dashboard/tenants/tenant_demo"

// enter types a value into a field, and leaves it.
func (b *tab) enter(selector, value string) {
	b.t.Helper()
	b.wait(selector)
	eval[bool](b, fmt.Sprintf(`(() => {
		const field = document.querySelector(%q);
		field.value = %q;
		field.dispatchEvent(new Event('input', {bubbles: true}));
		field.dispatchEvent(new Event('change', {bubbles: true}));
		return true;
	})()`, selector, value))
}

// save sends the form that holds the selector, and returns what the next page says.
func (b *tab) save(selector string) string {
	b.t.Helper()
	// The page comes anew: an element of the old one must not be waited for.
	eval[bool](b, fmt.Sprintf(`(() => {
		const form = document.querySelector(%q).closest('form')
		form.setAttribute('data-sent', '')
		setTimeout(() => form.querySelector('button.primary').click()) // the answer to this comes first
		return true
	})()`, selector))
	b.until(`document.readyState === 'complete' && document.querySelector('main:not(:has([data-sent])) .notice:not(.warn)') !== null`)
	return eval[string](b, `document.querySelector('main .notice:not(.warn)').innerText`)
}

func TestAMappingIsEditedWithItsPreview(t *testing.T) {
	b := newTab(t, admin)
	b.open(demo + "/integrations/hubspot/mapping")
	if got := b.count(`#crm-fields option[value="jobtitle"]`); got != 1 {
		t.Errorf("the CRM's own field is offered %d times", got)
	}
	b.enter("#f-mapping-0-field", "jobtitle")
	b.enter("#f-mapping-0-value", "request.kind.upper()")
	// A preview of the field alone, still without its value, may come before.
	b.until("['CALL', 'FORM'].includes(document.querySelector('#preview dd')?.textContent)")
	b.enter("#f-mapping-0-value", "person.nickname")
	b.until("document.querySelector('#preview .notice.bad')?.textContent.includes('nickname')")
	if got := b.save("#f-mapping-0-value"); !strings.Contains(got, "Nothing was saved yet") {
		t.Errorf("a broken rule is answered %q", got)
	}
	if got := eval[string](b, "document.getElementById('f-mapping-0-value').value"); got != "person.nickname" {
		t.Errorf("what was typed is %q now", got)
	}
	b.enter("#f-mapping-0-value", "person.name")
	if got := b.save("#f-mapping-0-value"); !strings.Contains(got, "The mapping is saved") {
		t.Errorf("the mapping is answered %q", got)
	}
	if got := eval[string](b, "document.getElementById('f-mapping-0-field').value"); got != "jobtitle" {
		t.Errorf("the saved rule fills %q", got)
	}
	eval[bool](b, "document.getElementById('f-mapping-0-remove').checked = true")
	if got := b.save("#f-mapping-0-value"); !strings.Contains(got, "The mapping is saved") {
		t.Errorf("taking the rule away is answered %q", got)
	}
}

func TestWeightsAreChangedAndWhatTheyDoIsSeenFirst(t *testing.T) {
	b := newTab(t, admin)
	b.open(demo + "/scoring")
	b.enter("#f-settings-weights-timeline", "60")
	b.until("document.querySelector('#preview strong')?.textContent.includes(' of ')")
	b.until("document.getElementById('sum').textContent === 'Together 140 points'")
	if got := b.save("#f-settings-weights-intent"); !strings.Contains(got, "The weights are saved") {
		t.Errorf("the weights are answered %q", got)
	}
	if got := eval[string](b, "document.getElementById('f-settings-weights-timeline').value"); got != "60" {
		t.Errorf("the saved weight is %s", got)
	}
	b.enter("#f-settings-weights-timeline", "20")
	if got := b.save("#f-settings-weights-intent"); !strings.Contains(got, "The weights are saved") {
		t.Errorf("putting them back is answered %q", got)
	}
}

func TestPastLeadsAreScoredAgain(t *testing.T) {
	b := newTab(t, neighbor)
	b.open("/dashboard/tenants/tenant_summit/scoring")
	eval[bool](b, "(window.confirm = () => true, true)")
	b.click(`form[action$="/rescore"] button`)
	b.wait("#jobs table")
	b.until("document.querySelector('#jobs .state')?.textContent === 'Done'")
}

func TestASourceIsAddedSavedAndRemoved(t *testing.T) {
	b := newTab(t, neighbor)
	const sources = "/dashboard/tenants/tenant_summit/sources"
	b.open(sources + "/new?kind=form")
	b.enter("#f-source_id", "landing")
	b.enter("#f-name", "Landing page")
	b.enter("#f-form_keys", "fk_landing")
	if got := b.save("#f-name"); !strings.Contains(got, "Nothing was saved yet") || b.count("#f-origins-error") != 1 {
		t.Errorf("a key without origins is answered %q", got)
	}
	b.enter("#f-origins", "https://www.example.com")
	if got := b.save("#f-name"); !strings.Contains(got, "The source is saved") {
		t.Errorf("the new source is answered %q", got)
	}
	if got := b.text(".addresses code"); !strings.HasSuffix(got, "/v1/forms/tenant_summit") {
		t.Errorf("forms go to %s", got)
	}
	b.click(`form[action$="/keys"] button`)
	b.wait("#new-key")
	if got := b.text("#new-key code"); len(got) != 32 {
		t.Errorf("the drawn key is %q", got)
	}
	b.enter("#f-name", "Landing")
	if got := b.save("#f-name"); !strings.Contains(got, "The source is saved") {
		t.Errorf("saving is answered %q", got)
	}
	eval[bool](b, "(window.confirm = () => true, true)")
	b.click(`form[action$="/landing/remove"] button`)
	b.until("location.pathname.endsWith('/sources') && document.getElementById('flash').textContent.includes('gone')")
}

func TestCallsFromBeforeAreImportedOnceTheyAreEstimated(t *testing.T) {
	b := newTab(t, neighbor)
	then := time.Now().AddDate(0, 0, -90)
	b.addCall(fmt.Sprintf(`{"tenant_id": "tenant_summit", "answered": true, "duration": 30, "customer_phone_number": "+13035550167", "start_time": %q}`, then.Format(time.RFC3339)))
	b.open("/dashboard/tenants/tenant_summit/sources/callrail")
	if n := b.count("#import-estimate form"); n != 0 {
		t.Error("an import is offered before its estimate")
	}
	b.enter("#f-from", then.AddDate(0, 0, -1).Format(time.DateOnly)) // the zones of this machine and of the company may differ
	b.enter("#f-to", then.AddDate(0, 0, 1).Format(time.DateOnly))
	b.click("#import-ask")
	b.until("document.querySelector('#import-estimate strong')?.textContent === '1 call'")
	for _, violation := range b.violations(axe(t)) {
		t.Error(violation)
	}
	eval[bool](b, "(window.confirm = (question) => question.startsWith('Import 1 call for about $'), true)")
	b.click("#import-estimate button")
	b.until("document.getElementById('flash').textContent.includes('The import has begun')")
	b.until("document.querySelector('#jobs .state')?.textContent === 'Done'")
	if got := b.text("#jobs .report"); !strings.Contains(got, "Imported 1") {
		t.Errorf("the import reports %q", got)
	}
}

// addCall makes a call known to CallRail, which does not deliver it.
func (b *tab) addCall(call string) {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("call", call); err != nil {
		b.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		b.t.Fatal(err)
	}
	res, err := http.Post(b.SandboxURL+"/callrail/calls", form.FormDataContentType(), &body)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		b.t.Fatalf("POST /callrail/calls: status %d", res.StatusCode)
	}
}

func TestTheSecondOfTwoEditorsIsToldAndLosesNothing(t *testing.T) {
	first, second := newTab(t, neighbor), newTab(t, neighbor)
	const page, hours = "/dashboard/tenants/tenant_summit/settings", "#f-settings-hours"
	first.open(page)
	second.open(page)
	first.enter(hours, "Mon-Sat 7-19")
	second.enter(hours, "always")
	if got := first.save(hours); !strings.Contains(got, "saved") {
		t.Fatalf("the first is answered %q", got)
	}
	if got := second.save(hours); !strings.Contains(got, "Somebody else has changed this") {
		t.Errorf("the second is answered %q", got)
	}
	if got := eval[string](second, "document.querySelector('"+hours+"').value"); got != "always" {
		t.Errorf("what the second typed is %q now", got)
	}
	first.open(page)
	if got := eval[string](first, "document.querySelector('"+hours+"').value"); got != "Mon-Sat 7-19" {
		t.Errorf("the first one's change is %q now", got)
	}
	if got := second.save(hours); !strings.Contains(got, "The company is saved") {
		t.Errorf("saving knowingly is answered %q", got)
	}
}

func TestAWorkflowIsTriedOnAPastLead(t *testing.T) {
	b := newTab(t, admin)
	b.open(demo + "/workflow")
	b.enter("#f-rules-0-name", "No small jobs")
	b.enter("#f-rules-0-when", "true")
	b.enter("#f-rules-0-actions-skip", "too small")
	b.until("document.querySelector('#plan')?.textContent.includes('too small')")
	b.enter("#f-rules-0-when", "analysis.nonsense")
	b.until("document.querySelector('#plan .notice')?.textContent.includes('nonsense')")
}

func TestAConnectionIsTested(t *testing.T) {
	b := newTab(t, admin)
	b.open(demo + "/integrations/pipedrive")
	b.click(`form[action$="/test"] button`)
	b.wait("#test-result .notice")
	if got := b.text("#test-result"); !strings.Contains(got, "A lead would arrive") {
		t.Errorf("the test says %q", got)
	}
}

func TestAViewerChangesNoSettings(t *testing.T) {
	b := newTab(t, viewer)
	for _, p := range pages {
		if !strings.HasPrefix(p.name, "setup-") || p.person != admin || strings.HasSuffix(p.path, "/new") {
			continue
		}
		b.open(p.path)
		if got := b.count("main form button:enabled"); got > 0 {
			t.Errorf("%s has %d buttons for a viewer", p.path, got)
		}
	}
	before := b.everything()
	for _, path := range []string{"/settings", "/workflow", "/scoring", "/sources/callrail/keys", "/integrations/hubspot/pause", "/jobs/x/cancel"} {
		eval[int](b, fmt.Sprintf(`fetch(%q, {method: 'POST', body: new URLSearchParams({name: 'Taken over', time_zone: 'UTC', region: 'US', etag: '*'})}).then((r) => r.status)`, demo+path))
	}
	if diff := cmp.Diff(before, b.everything()); diff != "" {
		t.Errorf("a viewer has changed something:\n%s", diff)
	}
}

// everything returns what can be set up, as the API shows it to an administrator. What arrives
// meanwhile is left out.
func (b *tab) everything() []any {
	b.t.Helper()
	var all []any
	for _, path := range []string{"", "/workflow", "/integrations", "/pauses", "/sources/callrail"} {
		var part map[string]any
		if err := b.get(path, &part); err != nil {
			b.t.Fatal(err)
		}
		delete(part, "last_delivery_at")
		delete(part, "problem")
		all = append(all, part)
	}
	return all
}

func TestTheChecklistDisappearsWhenAllIsDone(t *testing.T) {
	b := newTab(t, operator)
	b.open("/dashboard/companies/new")
	b.enter("#f-tenant_id", "tenant_fresh")
	b.enter("#f-name", "Fresh Remodeling")
	if got := b.save("#f-name"); !strings.Contains(got, "Fresh Remodeling is here") {
		t.Errorf("the new company is answered %q", got)
	}
	b.until("document.querySelector('.badge')?.textContent.startsWith('5')")
	if got := b.count(".tasks .open a"); got < 5 {
		t.Errorf("%d steps lead somewhere", got)
	}
	done := newTab(t, admin)
	err := eventually("the first delivery is known", func() error {
		done.open(demo + "/setup")
		if done.count(".notice.good") == 0 {
			return fmt.Errorf("the checklist says %s", done.text("main"))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	done.until("document.querySelector('.badge-place') && !document.querySelector('.badge')")
}
