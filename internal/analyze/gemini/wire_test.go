package gemini

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genai"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// body is a request of generateContent as the REST API documents it, in the library's own types;
// strict decoding finds what the API does not have.
// https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.publishers.models/generateContent
type body struct {
	Contents          []*genai.Content        `json:"contents"`
	SystemInstruction *genai.Content          `json:"systemInstruction"`
	GenerationConfig  *genai.GenerationConfig `json:"generationConfig"`
	SafetySettings    []*genai.SafetySetting  `json:"safetySettings"`
	Labels            map[string]string       `json:"labels"`
}

func decodeBody(t *testing.T, data []byte) body {
	t.Helper()
	var b body
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&b); err != nil {
		t.Fatalf("request does not decode strictly: %v\n%s", err, data)
	}
	return b
}

// send asks one model and returns what went over the wire.
func send(t *testing.T, models string, p prompt.Prompt) (path string, sent body) {
	t.Helper()
	s := newServer(t, func(_ int, w http.ResponseWriter, _ *http.Request) { write(w, 200, fine) })
	if _, err := newClient(t, s, models).Generate(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return s.paths[0], decodeBody(t, s.bodies[0])
}

func TestTheRequestUsesOnlyWhatGeminiTakes(t *testing.T) {
	t.Parallel()
	in := prompt.Input{Kind: request.Call, Segments: []prompt.Segment{{Speaker: request.Customer, Text: "I need a <new> roof"}}, Questions: []request.Question{
		{ID: "has_pets", Question: "Are there pets?", Type: request.QuestionYesNo},
		{ID: "storeys", Question: "How many storeys?", Type: request.QuestionChoice, Choices: []string{"one", "two"}},
	}}
	p, err := prompt.Build(in)
	if err != nil {
		t.Fatal(err)
	}
	p.TenantID = "tenant_demo"
	for _, tc := range []struct {
		name   string
		prompt prompt.Prompt
	}{
		{"as asked first", p},
		{"asked again", p.Corrected("it is not valid JSON")},
		{"without a label", question},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, b := send(t, "gemini-2.5-flash", tc.prompt)
			wantWords(t, b, tc.prompt)
			g := b.GenerationConfig
			if g.ResponseMIMEType != "application/json" || g.ResponseSchema != nil || g.MaxOutputTokens != maxOutput {
				t.Errorf("generation = %+v, want bounded JSON with one schema", g)
			}
			schema, ok := g.ResponseJsonSchema.(map[string]any)
			if !ok {
				t.Fatalf("schema = %v", g.ResponseJsonSchema)
			}
			checkSchema(t, "$", schema)
			if asks := schema["properties"].(map[string]any)["answers"] != nil; asks != (len(tc.prompt.Questions) > 0) {
				t.Errorf("the schema asks for answers: %v", asks)
			}
			want := map[string]string{"tenant_id": "tenant_demo"}
			if tc.prompt.TenantID == "" {
				want = nil
			}
			if diff := cmp.Diff(want, b.Labels); diff != "" {
				t.Errorf("labels (-want +got):\n%s", diff)
			}
		})
	}
}

// wantWords checks that what is sent is the prompt, and nothing else.
func wantWords(t *testing.T, b body, p prompt.Prompt) {
	t.Helper()
	want := []string{p.User}
	if p.Correction != "" {
		want = append(want, p.Correction)
	}
	if len(b.Contents) != 1 || b.Contents[0].Role != "user" || len(b.SystemInstruction.Parts) != 1 || b.SystemInstruction.Parts[0].Text != p.System {
		t.Fatalf("contents = %+v", b.Contents)
	}
	var got []string
	for _, part := range b.Contents[0].Parts {
		got = append(got, part.Text)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
}

func TestSamplingAndThinkingAreTheProfiles(t *testing.T) {
	t.Parallel()
	type sampling struct {
		Temperature *float32
		Seed        *int32
		Thinking    *genai.ThinkingConfig
	}
	zero, one := genai.Ptr[float32](0), genai.Ptr[int32](1)
	for _, tc := range []struct {
		name, models, location string
		want                   sampling
	}{
		{"2.5 by its name", "gemini-2.5-flash", "us-central1", sampling{zero, one, &genai.ThinkingConfig{ThinkingBudget: genai.Ptr[int32](0)}}},
		{"3.5 by its name", "gemini-3.5-flash-lite", "global", sampling{nil, one, &genai.ThinkingConfig{ThinkingLevel: genai.ThinkingLevelMinimal}}},
		{"nothing set", `[{"id":"gemini-x"}]`, "us-central1", sampling{}},
		{"a level and a location", `[{"id":"gemini-x","location":"eu","thinkingLevel":"LOW"}]`, "eu", sampling{nil, nil, &genai.ThinkingConfig{ThinkingLevel: genai.ThinkingLevelLow}}},
		{"everything", `[{"id":"gemini-x","temperature":0.5,"seed":7,"thinkingBudget":512}]`, "us-central1",
			sampling{genai.Ptr[float32](0.5), genai.Ptr[int32](7), &genai.ThinkingConfig{ThinkingBudget: genai.Ptr[int32](512)}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			path, b := send(t, tc.models, question)
			g := b.GenerationConfig
			if diff := cmp.Diff(tc.want, sampling{g.Temperature, g.Seed, g.ThinkingConfig}); diff != "" {
				t.Errorf("sampling (-want +got):\n%s", diff)
			}
			if !strings.Contains(path, "/locations/"+tc.location+"/") {
				t.Errorf("path = %s, want %s", path, tc.location)
			}
		})
	}
}

// keywords are those of JSON Schema that Gemini documents for responseJsonSchema.
var keywords = []string{
	"$id", "$defs", "$ref", "$anchor", "type", "format", "title", "description", "enum", "items", "prefixItems", "minItems",
	"maxItems", "minimum", "maximum", "anyOf", "oneOf", "properties", "additionalProperties", "required", "propertyOrdering",
}

func checkSchema(t *testing.T, path string, schema map[string]any) {
	t.Helper()
	properties, _ := schema["properties"].(map[string]any)
	for keyword, value := range schema {
		if !slices.Contains(keywords, keyword) {
			t.Errorf("%s: keyword %q is not supported", path, keyword)
		}
		switch keyword {
		case "items":
			checkSchema(t, path+"[]", value.(map[string]any))
		case "properties":
			for name, property := range properties {
				checkSchema(t, path+"."+name, property.(map[string]any))
			}
		case "required", "propertyOrdering":
			for _, name := range value.([]any) {
				if properties[name.(string)] == nil {
					t.Errorf("%s.%s names %v, which is no property", path, keyword, name)
				}
			}
		}
	}
	if schema["type"] == nil {
		t.Errorf("%s has no type", path)
	}
}
