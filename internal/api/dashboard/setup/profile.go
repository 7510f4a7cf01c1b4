package setup

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const joined = "\n" // between the items of a list in a text box

// set puts a list, a figure or a box into the fields; nothing and 0 stay empty.
func set(v url.Values, name string, value any) {
	switch value := value.(type) {
	case string:
		v.Set(name, value)
	case []string:
		v.Set(name, strings.Join(value, joined))
	case bool:
		if value {
			v.Set(name, "on")
		}
	case int:
		if value != 0 {
			v.Set(name, strconv.Itoa(value))
		}
	case int64:
		if value != 0 {
			v.Set(name, strconv.FormatInt(value, 10))
		}
	case float64:
		if value != 0 {
			v.Set(name, strconv.FormatFloat(value, 'f', -1, 64))
		}
	}
}

// profile is what the company is, and what the analysis is told about it.
func profile() section {
	return section{
		path: "/settings", file: "setup/company.html", title: "Company", nav: "settings", saved: "The company is saved.",
		fill: func(c *company, v url.Values) {
			s := &c.Settings
			for name, value := range map[string]any{
				"name": c.Name, "time_zone": c.TimeZone, "region": c.Region,
				"settings.services": s.Services, "settings.service_area": s.ServiceArea, "settings.hours": s.Hours,
				"settings.minimum_job": s.MinimumJob, "settings.speech.language": s.Speech.Language, "settings.speech.hints": s.Speech.Hints,
				"settings.speech.batch": s.Speech.Batch, "settings.speech.unrecorded": s.Speech.Unrecorded,
				"settings.speech.untrimmed": s.Speech.Untrimmed, "settings.process.outbound": s.Process.Outbound,
				"settings.process.skip_texts": s.Process.SkipTexts, "settings.media_hosts": s.MediaHosts,
			} {
				set(v, name, value)
			}
		},
		read: func(in *reader, c *company) {
			c.Name, c.TimeZone, c.Region = in.text("name"), in.text("time_zone"), strings.ToUpper(in.text("region"))
			if c.Name == "" {
				in.note("name", "a name is needed")
			}
			s := &c.Settings
			s.Services, s.ServiceArea = in.lines("settings.services"), in.lines("settings.service_area")
			s.Hours, s.MinimumJob = in.text("settings.hours"), int64(in.whole("settings.minimum_job"))
			s.Speech = tenant.Speech{
				Language: in.text("settings.speech.language"), Hints: in.lines("settings.speech.hints"),
				Batch: in.on("settings.speech.batch"), Unrecorded: in.on("settings.speech.unrecorded"), Untrimmed: in.on("settings.speech.untrimmed"),
			}
			s.Process = tenant.Process{Outbound: in.on("settings.process.outbound"), SkipTexts: in.on("settings.process.skip_texts")}
			s.MediaHosts = in.lines("settings.media_hosts")
		},
	}
}

const questionRows, trackerRows = "settings.questions", "settings.trackers"

// questions are the company's own questions, and the phrases that are counted.
func questions() section {
	return section{
		path: "/settings/questions", file: "setup/questions.html", title: "Questions and trackers", nav: "settings",
		saved: "Questions and trackers are saved. They hold for calls from now on.",
		fill: func(c *company, v url.Values) {
			for i, q := range c.Settings.Questions {
				set(v, row(questionRows, i, "id"), q.ID)
				set(v, row(questionRows, i, "question"), q.Question)
				set(v, row(questionRows, i, "type"), q.Type)
				set(v, row(questionRows, i, "choices"), q.Choices)
			}
			for i, t := range c.Settings.Trackers {
				set(v, row(trackerRows, i, "name"), t.Name)
				set(v, row(trackerRows, i, "phrases"), t.Phrases)
				set(v, row(trackerRows, i, "speaker"), t.Speaker)
			}
		},
		read: func(in *reader, c *company) {
			c.Settings.Questions, c.Settings.Trackers = readQuestions(in), readTrackers(in)
		},
		beside: func(_ *web.Request, _ *company, page *sectionPage) error {
			in := &reader{values: page.Form.Values}
			page.Beside = map[string][]int{"Questions": oneMore(in.rows(questionRows)), "Trackers": oneMore(in.rows(trackerRows))}
			return nil
		},
	}
}

// oneMore returns the rows with an empty one, to be filled in.
func oneMore(rows []int) []int {
	next := 0
	if len(rows) > 0 {
		next = rows[len(rows)-1] + 1
	}
	return append(rows, next)
}

func readQuestions(in *reader) []request.Question {
	var all []request.Question
	for _, i := range in.rows(questionRows) {
		q := request.Question{
			ID: in.text(row(questionRows, i, "id")), Question: in.text(row(questionRows, i, "question")),
			Type: in.text(row(questionRows, i, "type")), Choices: in.lines(row(questionRows, i, "choices")),
		}
		if in.on(row(questionRows, i, "remove")) || q.ID == "" && q.Question == "" {
			continue
		}
		all = append(all, q)
	}
	return all
}

func readTrackers(in *reader) []tenant.Tracker {
	var all []tenant.Tracker
	for _, i := range in.rows(trackerRows) {
		t := tenant.Tracker{
			Name: in.text(row(trackerRows, i, "name")), Phrases: in.lines(row(trackerRows, i, "phrases")),
			Speaker: in.text(row(trackerRows, i, "speaker")),
		}
		if in.on(row(trackerRows, i, "remove")) || t.Name == "" && len(t.Phrases) == 0 {
			continue
		}
		all = append(all, t)
	}
	return all
}
