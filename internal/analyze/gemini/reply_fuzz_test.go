package gemini

import (
	"encoding/json"
	"errors"
	"testing"

	"google.golang.org/genai"
)

// FuzzReply: whatever the service answers, there is either a text of the model or a refusal, and
// it is asked again within reason.
func FuzzReply(f *testing.F) {
	f.Add([]byte(`{"candidates":[{"content":{"parts":[{"text":"{}"},{"text":"hm","thought":true}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":7}}`))
	f.Add([]byte(`{"promptFeedback":{"blockReason":"SAFETY"}}`))
	f.Add([]byte(`{"candidates":[{"finishReason":"MAX_TOKENS","content":{"parts":[null]}}]}`))
	f.Add([]byte(`{"candidates":[null]}`))
	f.Add([]byte(`{"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"30s"}]}`))
	f.Add([]byte(`{"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"2562047h"},null]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var r genai.GenerateContentResponse
		if json.Unmarshal(body, &r) == nil {
			got, err := text(&r)
			var refused *RefusedError
			if (err == nil) == (got == "") || err != nil && !errors.As(err, &refused) {
				t.Errorf("%q is %q with %v", body, got, err)
			}
			if u := usage(r.UsageMetadata); r.UsageMetadata == nil && u.InputTokens != 0 {
				t.Errorf("%q used %+v", body, u)
			}
		}
		var e struct{ Details []map[string]any }
		if json.Unmarshal(body, &e) == nil {
			if wait := retryDelay(e.Details); wait < 0 || wait > longestDelay {
				t.Errorf("%q: wait %s", body, wait)
			}
		}
	})
}
