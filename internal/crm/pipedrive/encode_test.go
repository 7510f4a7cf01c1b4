package pipedrive

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

const hashKey = "89abcdef0123456789abcdef0123456789abcdef"

func TestMappedValuesAreWrittenAsPipedriveTakesThem(t *testing.T) {
	t.Parallel()
	options := []option{{json.RawMessage("11"), "Hot"}, {json.RawMessage("12"), "Cold"}}
	at := time.Date(2026, 11, 20, 16, 15, 2, 0, time.UTC)
	for name, test := range map[string]struct {
		typ   string
		value any
		want  string
		err   bool
	}{
		"text":                {typ: "varchar", value: "kitchen", want: `"kitchen"`},
		"a number in text":    {typ: "text", value: 86.5, want: `"86.5"`},
		"a truth in text":     {typ: "varchar", value: true, want: `"Yes"`},
		"a list in text":      {typ: "text", value: []string{"a", "b"}, want: `"a, b"`},
		"number":              {typ: "double", value: int64(86), want: `86`},
		"number from text":    {typ: "double", value: " 25000.5 ", want: `25000.5`},
		"no number":           {typ: "double", value: "much", err: true},
		"money":               {typ: "monetary", value: int64(25000), want: `{"currency":"USD","value":25000}`},
		"a lead's value":      {typ: "amount", value: int64(25000), want: `{"amount":25000,"currency":"USD"}`},
		"option by label":     {typ: "enum", value: "hot", want: `11`},
		"option by id":        {typ: "enum", value: int64(12), want: `12`},
		"no such option":      {typ: "enum", value: "warm", err: true},
		"options":             {typ: "set", value: []string{"Hot", "12"}, want: `[11,12]`},
		"no options at all":   {typ: "set", value: []string{}, want: `null`},
		"one unknown option":  {typ: "set", value: []string{"Hot", "warm"}, err: true},
		"date":                {typ: "date", value: at, want: `"2026-11-20"`},
		"time":                {typ: "time", value: at, want: `{"value":"16:15:02"}`},
		"address":             {typ: "address", value: "1 Main St", want: `{"value":"1 Main St"}`},
		"user":                {typ: "user", value: "7", want: `7`},
		"truth":               {typ: "boolean", value: "true", want: `true`},
		"no truth":            {typ: "boolean", value: "maybe", err: true},
		"a type of two parts": {typ: "daterange", value: "x", err: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := field{Type: test.typ, Options: options}.encode(test.value, "USD")
			if (err != nil) != test.err {
				t.Fatalf("error = %v, want one: %t", err, test.err)
			}
			raw, err := json.Marshal(got)
			if err != nil {
				t.Fatalf("marshal: %v", err)
			}
			if !test.err && string(raw) != test.want {
				t.Errorf("got %s, want %s", raw, test.want)
			}
		})
	}
}

func TestALongTextIsCutToWhatTheFieldHolds(t *testing.T) {
	t.Parallel()
	got, err := field{Type: typeText}.encode(strings.Repeat("é", 300), "")
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	s, _ := got.(string)
	if n := len([]rune(s)); n != maxText || !strings.HasSuffix(s, "…") {
		t.Errorf("%d characters ending in %q, want %d", n, s[len(s)-3:], maxText)
	}
}

func TestRecordsOfBothVersionsReadAlike(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"version 2": `{"id":51,"person_id":7,"is_archived":true,"value":0,"update_time":"2026-11-20T16:15:02Z",
			"phones":[{"value":"+13035550142","primary":true,"label":"mobile"},{"value":"","primary":false}],
			"custom_fields":{"` + hashKey + `":"req_1"},"org_id":null}`,
		"version 1": `{"id":"51","person_id":{"value":7,"name":"Dana"},"is_archived":1,"value":null,"update_time":"2026-11-20 16:15:02",
			"phones":["+13035550142"],"` + hashKey + `":"req_1"}`,
		"by origin": `{"id":51,"origin_id":"req_1","person_id":7,"is_archived":true,"update_time":"2026-11-20T16:15:02Z","phones":["+13035550142"],"custom_fields":[]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var r record
			if err := json.Unmarshal([]byte(raw), &r); err != nil {
				t.Fatalf("unmarshal: %v", err)
			}
			phones := channelValues(r.channels("phones"))
			if r.id() != "51" || r.reference("person_id") != "7" || !r.flag("is_archived") || !noValue(r) || !r.marked("req_1") || r.marked("req_10") {
				t.Errorf("record = %s", raw)
			}
			if len(phones) != 1 || phones[0] != "+13035550142" || !r.empty("org_id") || r.time("update_time").Hour() != 16 {
				t.Errorf("phones = %q, update_time = %v", phones, r.time("update_time"))
			}
		})
	}
}

func TestMentionsKnowsWhereAnIDEnds(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]bool{
		"<p>Request req_1</p>":                            true,
		"<p>Request req_10</p>":                           false,
		"<p>Request req_1_a</p> <p>Request req_1</p>":     true,
		`<a href="https://example.com/req_1">Request</a>`: true,
		"req_1": true,
		"":      false,
	} {
		if got := mentions(content, "req_1"); got != want {
			t.Errorf("mentions(%q) = %t, want %t", content, got, want)
		}
	}
}
