package notify

import (
	"net/url"
	"strings"

	"github.com/slack-go/slack"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Limits of Block Kit, in characters (https://docs.slack.dev/reference/block-kit/blocks).
// A message beyond one is refused as a whole.
const (
	maxHeader  = 150
	maxSection = 3000
	maxField   = 2000
	maxFields  = 10
	maxCRM     = 6 // lines of maxCRMText and a link as long fill one block
	maxCRMText = 240
)

var icons = map[request.Band]string{request.Hot: "🔥", request.Warm: "🌤️", request.Cold: "❄️", request.NoLead: "📋"}

// slackMessage lays the card out. Its text is what a phone's notification shows.
func slackMessage(c card) slack.WebhookMessage {
	head := c.Title
	if c.Again {
		head = "Now: " + head
	}
	head = truncate(icons[c.Band]+" "+head, maxHeader)
	blocks := []slack.Block{slack.NewHeaderBlock(slack.NewTextBlockObject(slack.PlainTextType, head, true, false))}
	if len(c.Fields) > 0 {
		blocks = append(blocks, slack.NewSectionBlock(nil, slackFields(c.Fields), nil))
	}
	if c.Summary != "" {
		blocks = append(blocks, section(escape(c.Summary, maxSection)))
	}
	if len(c.Quotes) > 0 {
		blocks = append(blocks, section(slackQuotes(c.Quotes)))
	}
	if len(c.CRM) > 0 {
		blocks = append(blocks, slack.NewContextBlock("", markdown(slackCRM(c.CRM))))
	}
	if c.Link != "" {
		open := slack.NewButtonBlockElement("open_request", "", slack.NewTextBlockObject(slack.PlainTextType, "Open request", false, false))
		blocks = append(blocks, slack.NewActionBlock("", open.WithURL(c.Link).WithStyle(slack.StylePrimary)))
	}
	return slack.WebhookMessage{Text: escape(head, maxSection), Blocks: &slack.Blocks{BlockSet: blocks}}
}

func markdown(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, text, false, true) // verbatim: nothing is turned into a link or mention
}

func section(text string) *slack.SectionBlock { return slack.NewSectionBlock(markdown(text), nil, nil) }

func slackFields(all []field) []*slack.TextBlockObject {
	var out []*slack.TextBlockObject
	for _, f := range all[:min(len(all), maxFields)] {
		out = append(out, markdown("*"+f.Label+"*\n"+escape(f.Value, maxField-50)))
	}
	return out
}

func slackQuotes(quotes []string) string {
	lines := make([]string, len(quotes))
	for i, q := range quotes {
		lines[i] = "> " + escape(oneLine(q), maxSection/maxQuotes-10)
	}
	return strings.Join(lines, "\n")
}

func slackCRM(all []crmLine) string {
	var lines []string
	for _, line := range all[:min(len(all), maxCRM)] {
		text := escape(line.Text, maxCRMText)
		if link := slackLink(line.Link); link != "" && len(link) <= maxCRMText {
			text += " <" + link + "|open>"
		}
		lines = append(lines, text)
	}
	return strings.Join(lines, "\n")
}

// slackLink returns an address that can stand between angle brackets, empty if raw is
// no web address.
func slackLink(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return ""
	}
	return strings.NewReplacer("&", "&amp;", "<", "%3C", ">", "%3E", "|", "%7C").Replace(u.String())
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// escape makes text safe for Slack's markup, in which <!channel> would call everybody,
// and no longer than limit. It shortens before it escapes, so that no entity is cut in
// two, and then again by as much as the escaping added.
func escape(text string, limit int) string {
	escaped := escaper.Replace(truncate(text, limit))
	for over := len([]rune(escaped)) - limit; over > 0; over = len([]rune(escaped)) - limit {
		text = truncate(text, max(1, min(limit, len([]rune(text)))-over))
		escaped = escaper.Replace(text)
	}
	return escaped
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
