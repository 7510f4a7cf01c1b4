package api

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/language"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/rubric"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// checkTenant returns everything that is wrong with a tenant beyond what the document says.
func checkTenant(t *tenant.Tenant) wrong {
	var w wrong
	if strings.TrimSpace(t.Name) == "" {
		w.add("name", "a name is needed")
	}
	if _, err := time.LoadLocation(t.TimeZone); err != nil || t.TimeZone == "" || t.TimeZone == "Local" {
		w.add("time_zone", "it must be a name of the IANA time zone database, for instance America/Denver")
	}
	if phonenumbers.GetCountryCodeForRegion(t.Region) == 0 {
		w.add("region", "it must be the ISO 3166 code of a country, for instance US")
	}
	s := &t.Settings
	w.weights(s.Weights)
	w.questions(s.Questions)
	w.trackers(s.Trackers)
	if s.Speech.Language != "" {
		if _, err := language.Parse(s.Speech.Language); err != nil {
			w.add("settings.speech.language", "it must be a BCP 47 tag, for instance en-US")
		}
	}
	for i, host := range s.MediaHosts {
		if !isHost(host) {
			w.add(fmt.Sprintf("settings.media_hosts.%d", i), "it must be a host's name alone, for instance media.example.com")
		}
	}
	w.notifications(t)
	w.retention(s.Retention)
	if b := s.Budget; b.MonthlyUSD == 0 && (b.OnLimit == tenant.OnLimitRules || b.OnLimit == tenant.OnLimitPause) {
		w.add("settings.budget.on_limit", "without monthly_usd there is no limit at which it could happen")
	}
	return w
}

func (w *wrong) weights(own map[string]float64) {
	err := rubric.CheckWeights(own)
	if err == nil {
		return
	}
	for _, line := range unjoin(err) {
		w.add("settings.weights", line.Error())
	}
}

// unjoin returns the errors that were joined in one.
func unjoin(err error) []error {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		return joined.Unwrap()
	}
	return []error{err}
}

// hostPattern is a name of at least two labels. A port, a path or a scheme would never match
// the host that is compared with it.
var hostPattern = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

func isHost(host string) bool { return hostPattern.MatchString(host) && net.ParseIP(host) == nil }

func (w *wrong) notifications(t *tenant.Tenant) {
	n := t.Settings.Notifications
	var names []string
	for i, slack := range n.Slack {
		place := fmt.Sprintf("settings.notifications.slack.%d.", i)
		w.unique(place+"name", "slack:"+slack.Name, &names)
		if !t.OwnsSecret(slack.Secret) {
			w.add(place+"secret", "it must be a secret of this tenant: keep it by putSecret, which answers with its name")
		}
	}
	for i, list := range n.Email {
		place := fmt.Sprintf("settings.notifications.email.%d.", i)
		w.unique(place+"name", "email:"+list.Name, &names)
		for j, to := range list.To {
			if address, err := mail.ParseAddress(to); err != nil || address.Address != to {
				w.add(fmt.Sprintf("%sto.%d", place, j), "it must be an e-mail address alone, for instance sales@example.com")
			}
		}
	}
}

func (w *wrong) unique(field, name string, seen *[]string) {
	if slices.Contains(*seen, name) {
		w.add(field, "another one of the same kind has this name")
	}
	*seen = append(*seen, name)
}

// retention checks that nothing is to be kept longer than the request that it belongs to.
func (w *wrong) retention(r tenant.Retention) {
	if r.RequestDays == 0 {
		return
	}
	if r.RecordingDays > r.RequestDays {
		w.add("settings.retention.recording_days", "it is longer than request_days, with which the recording goes")
	}
	if r.TranscriptDays > r.RequestDays {
		w.add("settings.retention.transcript_days", "it is longer than request_days, with which the transcript goes")
	}
}
