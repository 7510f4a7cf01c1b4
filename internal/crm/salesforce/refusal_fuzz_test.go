package salesforce

import (
	"net/http"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
)

// FuzzRefusal: whatever Salesforce or a proxy answers, it is known what becomes of the delivery.
func FuzzRefusal(f *testing.F) {
	f.Add(100, "", []byte(`[{"errorCode":"REQUIRED_FIELD_MISSING","message":"Required fields are missing: [LastName]","fields":["LastName"]}]`), true)
	f.Add(101, "", []byte(`[{"errorCode":"INVALID_SESSION_ID","message":"Session expired or invalid"}]`), false)
	f.Add(103, "", []byte(`[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]`), true)
	f.Add(100, "", []byte(`[{"errorCode":"DUPLICATES_DETECTED","duplicateResult":{"allowSave":true,"matchResults":[{"matchRecords":[{"matchConfidence":95,"record":{"Id":"003"}}]}]}}]`), true)
	f.Add(100, "", []byte(`{"error":"invalid_grant","error_description":"expired jane@example.com"}`), false)
	f.Add(203, "60", []byte("<html>maintenance"), true)
	f.Fuzz(func(t *testing.T, status int, retryAfter string, body []byte, creates bool) {
		if status = 300 + status%300; status < 300 {
			status = -status
		}
		connector, err := NewAccounts(func() time.Time { return noon }).Connect(crm.Settings{
			Credentials: `{"client_id":"key","client_secret":"shh"}`, Config: []byte(`{"base_url":"https://crm.example.com"}`),
		}, http.DefaultClient)
		if err != nil {
			t.Fatal(err)
		}
		call := crm.Call{Op: "create deal", Creates: creates}
		answer := crm.Answer{Status: status, Header: http.Header{"Retry-After": {retryAfter}}, Body: body}
		crmtest.CheckRefusal(t, call, answer, noon, connector.(*Connector).client.refusal(call, answer))
	})
}
