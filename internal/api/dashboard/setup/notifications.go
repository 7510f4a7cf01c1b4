package setup

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const slackRows, emailRows = "settings.notifications.slack", "settings.notifications.email"

func notificationRoutes() []web.Route {
	return []web.Route{post("/notifications/test", testChannel)}
}

// channelRow is a channel on the page.
type channelRow struct {
	Index  int          // of its fields
	Saved  string       // what it is saved as, like slack:sales; empty: the page shows what was typed
	Tested *channelTest // nil: it was not
}

// channelTest is what became of a test message.
type channelTest struct {
	client.NotificationTest

	channel string
}

// notifications is who is told about leads, with what a test found, if there was one.
func notifications(tested *channelTest) section {
	return section{
		path: "/notifications", file: "setup/notifications.html", title: "Notifications", nav: "notifications",
		saved: "Saved. The next lead is told like that.",
		fill: func(c *company, v url.Values) {
			for i, slack := range c.Settings.Notifications.Slack {
				set(v, row(slackRows, i, "name"), slack.Name)
				set(v, row(slackRows, i, "secret"), slack.Secret)
				set(v, row(slackRows, i, "min_band"), slack.Band)
			}
			for i, list := range c.Settings.Notifications.Email {
				set(v, row(emailRows, i, "name"), list.Name)
				set(v, row(emailRows, i, "to"), list.To)
				set(v, row(emailRows, i, "min_band"), list.Band)
			}
		},
		read: func(in *reader, c *company) {
			c.Settings.Notifications = tenant.Notifications{Slack: readSlack(in), Email: readEmail(in)}
		},
		before: keepSlackAddresses,
		beside: func(_ *web.Request, _ *company, page *sectionPage) error {
			page.Beside = map[string][]channelRow{
				"Slack": channelRows(page.Form, slackRows, "slack", tested), "Email": channelRows(page.Form, emailRows, "email", tested),
			}
			return nil
		},
	}
}

// channelRows returns the channels of one kind and an empty one. Tests are of what is saved: beside
// what was refused there are none.
func channelRows(f form, rows, kind string, tested *channelTest) []channelRow {
	in := &reader{values: f.Values}
	var all []channelRow
	for _, i := range oneMore(in.rows(rows)) {
		line := channelRow{Index: i}
		if name := f.Get(row(rows, i, "name")); name != "" && f.Notice == "" {
			line.Saved = kind + ":" + name
		}
		if tested != nil && line.Saved == tested.channel {
			line.Tested = tested
		}
		all = append(all, line)
	}
	return all
}

// testChannel sends a test message, and shows beside the channel what became of it.
func testChannel(w http.ResponseWriter, r *web.Request) error {
	f, err := sent(r)
	if err != nil {
		return err
	}
	tested := &channelTest{channel: f.Get("channel")}
	tested.NotificationTest, err = web.Read[client.NotificationTest](r.API.TestNotification(r.Context(), r.TenantID(), tested.channel))
	said, refused := web.Sentence(err)
	switch {
	case err != nil && !(refused && r.Partial()):
		return done(w, r, at(r, "notifications"), "", err)
	case !r.Partial():
		return notifications(tested).show(w, r)
	case refused:
		tested.Message = said
	}
	return r.Fragment(w, "setup/notifications.html", "tested", web.View{Data: tested})
}

func readSlack(in *reader) []tenant.Slack {
	var all []tenant.Slack
	for _, i := range slackPlaces(in) {
		all = append(all, tenant.Slack{
			Name: in.text(row(slackRows, i, "name")), Secret: in.text(row(slackRows, i, "secret")), Band: in.text(row(slackRows, i, "min_band")),
		})
		address := in.text(row(slackRows, i, "address"))
		switch parsed, err := url.Parse(address); {
		case address == "" && in.text(row(slackRows, i, "secret")) == "":
			in.note(row(slackRows, i, "address"), "the address of the channel's incoming webhook is needed, once")
		case address != "" && (err != nil || parsed.Host == "" || parsed.Scheme != "https" && parsed.Scheme != "http"):
			in.note(row(slackRows, i, "address"), "it must be the whole address of an incoming webhook, from https:// on")
		}
	}
	return all
}

// slackPlaces returns the rows that are filled in and stay.
func slackPlaces(in *reader) []int {
	return slices.DeleteFunc(in.rows(slackRows), func(i int) bool {
		return in.on(row(slackRows, i, "remove")) || in.text(row(slackRows, i, "name")) == "" && in.text(row(slackRows, i, "address")) == ""
	})
}

func readEmail(in *reader) []tenant.Email {
	var all []tenant.Email
	for _, i := range in.rows(emailRows) {
		list := tenant.Email{
			Name: in.text(row(emailRows, i, "name")), To: in.words(row(emailRows, i, "to")), Band: in.text(row(emailRows, i, "min_band")),
		}
		if in.on(row(emailRows, i, "remove")) || list.Name == "" && len(list.To) == 0 {
			continue
		}
		all = append(all, list)
	}
	return all
}

var notPurpose = regexp.MustCompile(`[^a-z0-9]+`)

// keepSlackAddresses keeps the addresses that were typed as secrets, before settings name them.
// Each is a new secret, also in the place of another: leads go to the old address until settings
// that name the new one are saved, which they may not be.
func keepSlackAddresses(r *web.Request, in *reader, c *company) error {
	for at, i := range slackPlaces(in) {
		address := in.text(row(slackRows, i, "address"))
		if address == "" {
			continue
		}
		slack := &c.Settings.Notifications.Slack[at]
		kept, err := web.Read[client.SecretName](r.API.PutSecret(r.Context(), r.TenantID(), newPurpose(slack.Name), client.SecretValue{Value: address}))
		if err != nil {
			return err
		}
		slack.Secret = kept.Secret
	}
	return nil
}

// newPurpose returns what no secret is for yet; two names of channels may look the same in it.
func newPurpose(channel string) string {
	name := strings.Trim(notPurpose.ReplaceAllString(strings.ToLower(channel), "_"), "_")
	return "slack_" + name[:min(len(name), 30)] + "_" + strings.ToLower(rand.Text()[:8])
}
