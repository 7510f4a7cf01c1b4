package browser

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/pubsub/v2"
	"github.com/chromedp/chromedp"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

const figuresPage = "/dashboard/tenants/tenant_demo/insight"

// tile returns the value of a tile by its name.
func (b *tab) tile(name string) string {
	b.t.Helper()
	return eval[string](b, fmt.Sprintf(`[...document.querySelectorAll('.stat')].find((s) => s.querySelector('dt').textContent === %q).querySelector('b').textContent`, name))
}

func TestFiguresAreThoseOfTheCompany(t *testing.T) {
	b := newTab(t, viewer)
	b.open(figuresPage)
	b.wait("#leads-by-day canvas")
	var stats struct {
		Total struct {
			Requests int `json:"requests"`
			Leads    int `json:"leads"`
		} `json:"total"`
	}
	days := fmt.Sprintf("/stats?from=%s&to=%s", time.Now().AddDate(0, 0, -29).Format(time.DateOnly), time.Now().AddDate(0, 0, 1).Format(time.DateOnly))
	if err := b.get(days, &stats); err != nil {
		t.Fatal(err)
	}
	shown, err := strconv.Atoi(b.tile("Leads"))
	if err != nil || shown < 1 || shown > stats.Total.Leads { // others may have been played since
		t.Errorf("leads: the page shows %d (%v), the API says %d", shown, err, stats.Total.Leads)
	}
	if rows := b.count("#leads-by-day + details tbody tr"); rows != 30 {
		t.Errorf("the table beside the chart has %d days", rows)
	}
	if sum := eval[int](b, `[...document.querySelectorAll('#leads-by-day + details tbody td:nth-child(2)')].reduce((n, cell) => n + Number(cell.textContent), 0)`); sum != shown {
		t.Errorf("the days add up to %d leads, the tile says %d", sum, shown)
	}
	if text := b.text("main"); !strings.Contains(text, "Won: not known") {
		t.Error("the page does not say that won deals are not known")
	}
}

func TestAPeriodIsChosen(t *testing.T) {
	b := newTab(t, viewer)
	b.open(figuresPage)
	b.click(`a[href="?days=7"]`)
	b.until(`location.search === '?days=7'`)
	b.wait("#leads-by-day canvas")
	if rows := b.count("#leads-by-day + details tbody tr"); rows != 7 {
		t.Errorf("a week has %d days", rows)
	}
	b.open(figuresPage + "?from=2020-01-01&to=2020-01-31")
	if text := b.text("main"); !strings.Contains(text, "Jan 1, 2020 to Jan 31, 2020, compared with Dec 1, 2019 to Dec 31, 2019") || !strings.Contains(text, "Nothing arrived in these days") {
		t.Errorf("an empty month says %q", text)
	}
	b.open(figuresPage + "?from=2020-01-31&to=2020-01-01")
	if text := b.text(`[role="alert"]`); !strings.Contains(text, "must not be after") {
		t.Errorf("days the wrong way round: %q", text)
	}
}

func TestThePlatformsPagesAreTheOperatorsAlone(t *testing.T) {
	b := newTab(t, admin)
	for _, path := range []string{"/dashboard/business", "/dashboard/operations"} {
		b.open(path)
		if text := b.text("main"); !strings.Contains(text, "Not for your role") {
			t.Errorf("%s shows an administrator of a company %q", path, text)
		}
	}
	if n := b.count(`.nav a[href="/dashboard/operations"]`); n != 0 {
		t.Error("the menu offers the page of operations")
	}
	b.open("/dashboard/tenants/tenant_summit/insight")
	if text := b.text("main"); !strings.Contains(text, "Nothing here") {
		t.Errorf("another company's figures: %q", text)
	}
}

func TestTheBusinessPageComparesCompanies(t *testing.T) {
	b := newTab(t, operator)
	b.open("/dashboard/business")
	b.wait("#leads-by-day canvas")
	if links := b.count(`section table a[href$="/insight"]`); links < 2 {
		t.Errorf("%d companies are compared", links)
	}
	b.click(`section table a[href="` + figuresPage + `"]`)
	b.until(`location.pathname === '` + figuresPage + `'`)
}

func TestADeadLetterIsRedriven(t *testing.T) {
	b := newTab(t, operator)
	id := "late_" + strconv.FormatInt(time.Now().UnixNano(), 36)
	b.putAside("request-received", `{"tenant_id":"`+id+`","request_id":"req_late","run":1}`)
	letter := fmt.Sprintf(`[...document.querySelectorAll('#letters tbody tr')].some((row) => row.textContent.includes(%q))`, id)
	if err := eventually("the dead letter is shown", func() error {
		b.open("/dashboard/operations")
		if !eval[bool](b, letter) {
			return fmt.Errorf("the page says %q", b.text("#letters"))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	b.createTenant(id) // else the message would come back
	eval[bool](b, fmt.Sprintf(`([...document.querySelectorAll('#letters tbody tr')].find((row) => row.textContent.includes(%q)).querySelector('button').click(), true)`, id))
	b.until("!" + letter)
	if text := b.text("#flash"); !strings.Contains(text, "published again") {
		t.Errorf("afterwards the page says %q", text)
	}
}

func TestAPauseIsSetAndLifted(t *testing.T) {
	b := newTab(t, operator)
	b.open("/dashboard/operations")
	b.run(
		chromedp.SetValue(chromedp.CSS("#subject"), "destination:"),
		chromedp.SendKeys(chromedp.CSS("#destination"), "nobodys-crm"),
		chromedp.SendKeys(chromedp.CSS("#reason"), "a drill"),
	)
	b.click(".pause-form button")
	b.until(`document.querySelector('#flash').textContent.includes('Paused')`)
	if text := b.text("#pauses"); !strings.Contains(text, "nobodys-crm") || !strings.Contains(text, "a drill") {
		t.Errorf("the pause is not shown: %q", text)
	}
	b.click(`form[action$="destination:nobodys-crm/lift"] button`)
	b.until(`document.querySelector('#flash').textContent.includes('lifted')`)
	if text := b.text("#pauses"); strings.Contains(text, "a drill") {
		t.Errorf("the pause is still shown: %q", text)
	}
}

// putAside makes a dead letter of a message, as Pub/Sub does after twenty refusals.
func (b *tab) putAside(topic, data string) {
	b.t.Helper()
	client, err := pubsub.NewClient(b.t.Context(), b.Project, option.WithEndpoint(b.Broker), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())))
	if err != nil {
		b.t.Fatal(err)
	}
	defer client.Close()
	publisher := client.Publisher("dead-letter")
	defer publisher.Stop()
	m := &pubsub.Message{Data: []byte(data), Attributes: map[string]string{
		"CloudPubSubDeadLetterSourceSubscription": "transcribe-" + topic, "CloudPubSubDeadLetterSourceDeliveryCount": "20",
	}}
	if _, err := publisher.Publish(b.t.Context(), m).Get(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) createTenant(id string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.APIURL+"/v1/tenants", strings.NewReader(`{"tenant_id":"`+id+`","name":"Late Company"}`))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+b.AdminToken)
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		b.t.Fatalf("create tenant: status %d", res.StatusCode)
	}
}
