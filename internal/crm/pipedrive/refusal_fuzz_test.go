package pipedrive

import (
	"net/http"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
)

// FuzzRefusal: whatever Pipedrive or a proxy answers, it is known what becomes of the delivery.
func FuzzRefusal(f *testing.F) {
	f.Add(129, "2", "7", "0", []byte(`{"success":false,"error":"rate limit exceeded","code":429}`), true)
	f.Add(101, "", "", "", []byte(`{"success":false,"error":"unauthorized access","errorCode":401}`), false)
	f.Add(100, "", "", "", []byte(`{"success":false,"error":"Validation failed: value.currency: is required; custom_fields.a: jane@example.com"}`), true)
	f.Add(104, "", "", "", []byte(`{"success":false,"error":{"nested":["shape"]},"error_info":7}`), true)
	f.Add(100, "", "", "", []byte("{\"success\":false,\"error\":{\"a\":\"\xff\"}}"), true)
	f.Add(103, "", "", "", []byte("<!DOCTYPE html>"), true)
	f.Fuzz(func(t *testing.T, status int, retryAfter, reset, left string, body []byte, creates bool) {
		if status = 300 + status%300; status < 300 {
			status = -status
		}
		connector, err := NewAccounts(func() time.Time { return noon }).Connect(crm.Settings{
			Credentials: "token", Config: []byte(`{"base_url":"https://crm.example.com"}`),
		}, http.DefaultClient)
		if err != nil {
			t.Fatal(err)
		}
		call := crm.Call{Op: "create deal", Creates: creates}
		answer := crm.Answer{Status: status, Header: http.Header{
			"Retry-After": {retryAfter}, "X-Ratelimit-Reset": {reset}, "X-Daily-Ratelimit-Token-Remaining": {left},
		}, Body: body}
		crmtest.CheckRefusal(t, call, answer, noon, connector.(*Connector).client.refusal(call, answer))
	})
}
