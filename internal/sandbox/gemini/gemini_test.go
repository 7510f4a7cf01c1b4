package gemini_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genai"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/rules"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/fault"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/gemini"
)

const flash = "gemini-2.5-flash"

func TestAnswerIsComputedFromThePrompt(t *testing.T) {
	t.Parallel()
	_, client := newServer(t, nil)
	kitchen := input("I want to remodel my kitchen. My budget is $60,000 and I want to start next month.")
	roof := input("My roof is leaking right now, can somebody come today?")
	for name, in := range map[string]prompt.Input{"kitchen": kitchen, "roofing": roof} {
		resp, err := generate(t, client, flash, in)
		if err != nil {
			t.Fatal(err)
		}
		got, err := verdict.Decode([]byte(resp.Text()))
		if err != nil {
			t.Fatalf("%s: %v in %s", name, err, resp.Text())
		}
		if got.ProjectType != name {
			t.Errorf("project: got %s, want %s", got.ProjectType, name)
		}
		if diff := cmp.Diff(rules.Analyze(in).Intent, got.Intent); diff != "" {
			t.Errorf("%s: intent (-want +got):\n%s", name, diff)
		}
		u := resp.UsageMetadata
		if u.PromptTokenCount < 500 || u.CandidatesTokenCount < 50 || u.TotalTokenCount != u.PromptTokenCount+u.CandidatesTokenCount {
			t.Errorf("%s: usage %+v, want the tokens of prompt and answer", name, u)
		}
		if resp.Candidates[0].FinishReason != genai.FinishReasonStop || resp.ModelVersion != flash {
			t.Errorf("%s: got %s from %q", name, resp.Candidates[0].FinishReason, resp.ModelVersion)
		}
	}
}

func TestModesSpoilTheNextAnswers(t *testing.T) {
	t.Parallel()
	in := input("I want to remodel my kitchen, can I get a quote?")
	tests := map[gemini.Mode]func(*genai.GenerateContentResponse) bool{
		gemini.BadJSON:     func(r *genai.GenerateContentResponse) bool { return !json.Valid([]byte(r.Text())) },
		gemini.UnknownEnum: func(r *genai.GenerateContentResponse) bool { return answer(t, r).Intent == "wants_a_kitchen" },
		gemini.Score400:    func(r *genai.GenerateContentResponse) bool { return answer(t, r).ScoreEstimate == 400 },
		gemini.InventedQuotes: func(r *genai.GenerateContentResponse) bool {
			e := answer(t, r).Evidence
			return len(e) > 0 && !strings.Contains(in.Segments[0].Text, e[0].Quote)
		},
		gemini.Blocked: func(r *genai.GenerateContentResponse) bool {
			return len(r.Candidates) == 0 && r.PromptFeedback.BlockReason == genai.BlockedReasonProhibitedContent
		},
		gemini.MaxTokens: func(r *genai.GenerateContentResponse) bool {
			return r.Candidates[0].FinishReason == genai.FinishReasonMaxTokens && !json.Valid([]byte(r.Text()))
		},
	}
	for mode, spoiled := range tests {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			modes := fault.NewModes(1)
			if err := modes.Replace([]fault.Mode{{System: "gemini", Mode: string(mode), Times: 1}}); err != nil {
				t.Fatal(err)
			}
			_, client := newModedServer(t, nil, modes)
			first, err := generate(t, client, flash, in)
			if err != nil {
				t.Fatal(err)
			}
			if !spoiled(first) {
				t.Errorf("first answer is not spoiled: %+v %s", first, first.Text())
			}
			second, err := generate(t, client, flash, in)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := verdict.Decode([]byte(second.Text())); err != nil {
				t.Errorf("second answer: %v", err)
			}
		})
	}
}

func TestModelsThatAreNotServedAreNotFound(t *testing.T) {
	t.Parallel()
	server, client := newServer(t, nil)
	server.Retire(flash)
	for _, model := range []string{flash, "gemini-1.0-pro"} {
		_, err := generate(t, client, model, input("Hello"))
		var apiErr genai.APIError
		if !errors.As(err, &apiErr) || apiErr.Code != http.StatusNotFound || apiErr.Status != "NOT_FOUND" || !strings.Contains(apiErr.Message, model) {
			t.Errorf("%s: got %v, want 404 that names the model", model, err)
		}
	}
	if _, err := generate(t, client, "gemini-3.5-flash-lite", input("Hello")); err != nil {
		t.Errorf("the replacement: %v", err)
	}
}

func TestFaultsHaveGooglesForm(t *testing.T) {
	t.Parallel()
	faults := fault.New(1)
	if err := faults.Replace([]fault.Fault{{System: "gemini", Status: 429, RetryAfterS: 7}}); err != nil {
		t.Fatal(err)
	}
	_, client := newServer(t, faults)
	_, err := generate(t, client, flash, input("Hello"))
	var apiErr genai.APIError
	if !errors.As(err, &apiErr) || apiErr.Code != 429 || apiErr.Status != "RESOURCE_EXHAUSTED" {
		t.Fatalf("got %v, want 429 RESOURCE_EXHAUSTED", err)
	}
	if len(apiErr.Details) != 1 || apiErr.Details[0]["retryDelay"] != "7s" {
		t.Errorf("details: got %v, want RetryInfo of 7s", apiErr.Details)
	}
}

func TestRequestsAreReadStrictly(t *testing.T) {
	t.Parallel()
	server, _ := newServer(t, nil)
	const hello = `"contents":[{"role":"user","parts":[{"text":"hello"}]}]`
	jsonConfig := func(schema string) string {
		return `{` + hello + `,"generationConfig":{"responseMimeType":"application/json","responseJsonSchema":` + schema + `}}`
	}
	tests := map[string]struct{ body, want string }{
		"not JSON":              {`{"contents":`, "Invalid JSON payload"},
		"two values":            {`{` + hello + `}{}`, "Invalid JSON payload"},
		"an unknown field":      {`{` + hello + `,"temperature":1}`, "temperature"},
		"no contents":           {`{}`, "contents"},
		"an unknown role":       {`{"contents":[{"role":"system","parts":[{"text":"x"}]}]}`, "valid role"},
		"the model's turn last": {`{"contents":[{"role":"model","parts":[{"text":"x"}]}]}`, "role user"},
		"too hot":               {`{` + hello + `,"generationConfig":{"temperature":2.5}}`, "temperature"},
		"a level for 2.5":       {`{` + hello + `,"generationConfig":{"thinkingConfig":{"thinkingLevel":"LOW"}}}`, "level"},
		"budget and level":      {`{` + hello + `,"generationConfig":{"thinkingConfig":{"thinkingLevel":"LOW","thinkingBudget":0}}}`, "only one"},
		"a schema for text":     {`{` + hello + `,"generationConfig":{"responseJsonSchema":{"type":"object"}}}`, "response_mime_type"},
		"an unknown keyword":    {jsonConfig(`{"type":"object","properties":{"a":{"type":"string","pattern":"x"}}}`), `"pattern" is not supported`},
		"one deep down":         {jsonConfig(`{"anyOf":[{"type":"array","items":{"const":1}}]}`), `"const" is not supported`},
		"an unknown type":       {jsonConfig(`{"type":"OBJECT"}`), "type OBJECT"},
		"a property not there":  {jsonConfig(`{"type":"object","properties":{},"required":["a"]}`), "property a is not defined"},
		"a prompt of others":    {`{` + hello + `}`, "reads only prompts of this pipeline"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := "/v1beta1/projects/p/locations/us/publishers/google/models/" + flash + ":generateContent"
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(test.body))
			w := httptest.NewRecorder()
			server.Handler().ServeHTTP(w, r)
			body, err := io.ReadAll(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			var got struct {
				Error struct{ Message, Status string }
			}
			if err := json.Unmarshal(body, &got); err != nil {
				t.Fatalf("decode %s: %v", body, err)
			}
			if w.Code != 400 || got.Error.Status != "INVALID_ARGUMENT" || !strings.Contains(got.Error.Message, test.want) {
				t.Errorf("got %d %s, want 400 with %q", w.Code, body, test.want)
			}
		})
	}
}

func answer(t *testing.T, r *genai.GenerateContentResponse) verdict.Answer {
	t.Helper()
	var a verdict.Answer
	if err := json.Unmarshal([]byte(r.Text()), &a); err != nil {
		t.Errorf("decode %s: %v", r.Text(), err)
	}
	return a
}

func input(said string) prompt.Input {
	return prompt.Input{
		Kind:   request.Call,
		Tenant: prompt.Tenant{Name: "Demo Remodeling"},
		Call:   prompt.Call{StartTime: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), Weekday: "Monday", DurationS: 90, Answered: true},
		Segments: []prompt.Segment{
			{Index: 0, Speaker: request.Customer, Text: said},
		},
	}
}

func newServer(t *testing.T, faults *fault.Set) (*gemini.Server, *genai.Client) {
	t.Helper()
	return newModedServer(t, faults, nil)
}

func newModedServer(t *testing.T, faults *fault.Set, modes *fault.Modes) (*gemini.Server, *genai.Client) {
	t.Helper()
	server := gemini.New(time.Now, modes)
	s := httptest.NewServer(faults.HTTP("gemini", gemini.WriteError, server.Handler()))
	t.Cleanup(s.Close)
	client, err := genai.NewClient(t.Context(), &genai.ClientConfig{
		Backend: genai.BackendVertexAI, Project: "p", Location: "us",
		HTTPClient: s.Client(), HTTPOptions: genai.HTTPOptions{BaseURL: s.URL},
	})
	if err != nil {
		t.Fatal(err)
	}
	return server, client
}

// generate asks as the pipeline does.
func generate(t *testing.T, c *genai.Client, model string, in prompt.Input) (*genai.GenerateContentResponse, error) {
	t.Helper()
	p, err := prompt.Build(in)
	if err != nil {
		t.Fatal(err)
	}
	return c.Models.GenerateContent(t.Context(), model, genai.Text(p.User), &genai.GenerateContentConfig{
		SystemInstruction:  genai.NewContentFromText(p.System, genai.RoleUser),
		ResponseMIMEType:   "application/json",
		ResponseJsonSchema: verdict.ResponseSchema(in.Questions...),
		Temperature:        genai.Ptr[float32](0),
		Seed:               genai.Ptr[int32](1),
	})
}
