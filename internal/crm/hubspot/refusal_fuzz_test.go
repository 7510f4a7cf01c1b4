package hubspot

import (
	"net/http"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
)

// FuzzRefusal: whatever HubSpot or a proxy answers, it is known what becomes of the delivery.
func FuzzRefusal(f *testing.F) {
	f.Add(129, "10", []byte(`{"status":"error","category":"RATE_LIMITS","policyName":"SECONDLY","message":"slow down"}`), true)
	f.Add(101, "", []byte(`{"status":"error","category":"EXPIRED_AUTHENTICATION","message":"expired"}`), false)
	f.Add(100, "", []byte(`{"message":"Property values were not valid: [{\"name\":\"jane@example.com\",\"error\":\"INVALID_EMAIL\"}]","category":"VALIDATION_ERROR"}`), true)
	f.Add(109, "", []byte(`{"message":"Contact already exists. Existing ID: 101","category":"CONFLICT","errors":[{"context":{"propertyName":["email"]}}]}`), true)
	f.Add(103, "", []byte("<!DOCTYPE html>"), true)
	f.Fuzz(func(t *testing.T, status int, retryAfter string, body []byte, creates bool) {
		if status = 300 + status%300; status < 300 {
			status = -status
		}
		connector, err := NewAccounts(func() time.Time { return noon }).Connect(crm.Settings{
			Credentials: "key", Config: []byte(`{"base_url":"https://crm.example.com"}`),
		}, http.DefaultClient)
		if err != nil {
			t.Fatal(err)
		}
		call := crm.Call{Op: "create deal", Creates: creates}
		answer := crm.Answer{Status: status, Header: http.Header{"Retry-After": {retryAfter}}, Body: body}
		crmtest.CheckRefusal(t, call, answer, noon, connector.(*Connector).client.refusal(call, answer))
	})
}
