package prompt

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Budgets in tokens, by the estimate below. What is above them is paid for with every call:
// whoever raises one says in the change what it buys. Segments as objects with their times, every
// word explained and every object's order in the schema made 4580 of what now is 3400.
const (
	systemBudget   = 1300
	schemaBudget   = 1000
	callBudget     = 3450 // everything that is sent for a call of three minutes
	questionBudget = 40   // each of a company's own questions
)

// tokens estimates what a text takes: a word of up to eight letters with the space before it is
// one token, each digit is one, and so are two marks that stand together. For English prose this
// is close to the four characters a token that Google names; for JSON it counts more.
func tokens(text string) int {
	n, letters, marks := 0, 0, 0
	end := func() {
		n += (letters+7)/8 + (marks+1)/2
		letters, marks = 0, 0
	}
	for _, r := range text {
		switch {
		case unicode.IsLetter(r) || r == '\'':
			if marks > 0 {
				end()
			}
			letters++
		case unicode.IsDigit(r):
			end()
			n++
		case unicode.IsSpace(r):
			end()
		default:
			if letters > 0 {
				end()
			}
			marks++
		}
	}
	end()
	return n
}

// threeMinutes is a call of 450 words in 40 turns: what two people say in three minutes.
func threeMinutes(t *testing.T) Input {
	t.Helper()
	turns := []string{
		"Summit Remodeling, this is Casey, thank you for calling, how can I help you today?",
		"Hi Casey, my wife and I are thinking of redoing our kitchen and wanted to get a quote.",
		"Sure, I'd be glad to help. Can I get your name and the address of the house?",
		"It's Dana Smythe, S M Y T H E, and we're at 14 Alder Lane, up by the reservoir.",
		"Great. Is this a full remodel or are you keeping the layout?",
		"We want to take out the wall to the dining room, so pretty much everything goes.",
		"Okay.",
		"New cabinets, counters, probably an island, and the floor is from the eighties.",
		"Have you thought about when you would like to get started and about a budget?",
		"We'd like to begin in January, and we have put aside about seventy thousand.",
	}
	in := newInput()
	in.Tenant.Hours, in.Tenant.ServiceArea = "Mon-Fri 8-18", []string{"80202", "80203", "Boulder", "Golden"}
	in.Call.Direction, in.Call.SourceName = "inbound", "Google Ads"
	words := 0
	for i := range 40 {
		speaker := []string{request.Agent, request.Customer}[i%2]
		text := turns[i%len(turns)]
		words += len(strings.Fields(text))
		in.Segments = append(in.Segments, Segment{Index: i, Speaker: speaker, Text: text})
	}
	if words < 430 || words > 560 {
		t.Fatalf("the call has %d words, want what fits in three minutes", words)
	}
	return in
}

func schemaText(t *testing.T, questions ...request.Question) string {
	t.Helper()
	data, err := json.Marshal(verdict.ResponseSchema(questions...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestACallOfThreeMinutesKeepsToItsBudget(t *testing.T) {
	t.Parallel()
	in := threeMinutes(t)
	p, err := Build(in)
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for _, s := range in.Segments {
		said += s.Text + "\n"
	}
	schema := schemaText(t)
	for _, part := range []struct {
		name, text string
		budget     int
	}{
		{"system", p.System, systemBudget},
		{"schema", schema, schemaBudget},
		{"the words alone", said, callBudget},
		{"all", p.System + p.User + schema, callBudget},
	} {
		t.Logf("%-15s %5d characters, about %4d tokens (%4d at four characters each)", part.name, len(part.text), tokens(part.text), len(part.text)/4)
		if got := tokens(part.text); got > part.budget {
			t.Errorf("%s: about %d tokens, want at most %d", part.name, got, part.budget)
		}
	}
}

func TestQuestionsCostNothingToThoseWhoHaveNone(t *testing.T) {
	t.Parallel()
	in := threeMinutes(t)
	without, err := Build(in)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(without.User+without.System+schemaText(t), "answers") {
		t.Error("a prompt without questions speaks of answers")
	}
	q := request.Question{ID: "has_pets", Question: "Are there pets in the house during the work?", Type: request.QuestionYesNo}
	in.Questions = []request.Question{q, q, q, q, q}
	with, err := Build(in)
	if err != nil {
		t.Fatal(err)
	}
	one := (tokens(with.User) - tokens(without.User) - tokens(questionsText)) / len(in.Questions)
	t.Logf("the first question costs about %d tokens, each about %d", tokens(questionsText), one)
	if one > questionBudget {
		t.Errorf("a question takes about %d tokens, want at most %d", one, questionBudget)
	}
	if with.System != without.System {
		t.Error("questions change the system part, which the service keeps")
	}
}
