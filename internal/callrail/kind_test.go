package callrail

import (
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// preCall is the least that CallRail documents for a pre-call.
const preCall = `{"resource_id":"CAL1","company_id":1,"company_resource_id":"COM1","person_resource_id":"PER1",
	"tracker_resource_id":"TRK1","customer_name":"EXAMPLE DANA","customer_phone_number":"+13035550142",
	"start_time":"2026-11-20T09:15:02.120-07:00","created_at":"2026-11-20T09:15:02.310-07:00","direction":"inbound",
	"source_name":"Website Pool","tracking_phone_number":"+13035550111","prior_calls":0,"total_calls":1,
	"answered":false,"call_type":"missed","duration":0}`

func TestKindByShape(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body string
		want       Kind
	}{
		{"the quick start's body", `{"call_id":"CAL1","caller_id":"+13035550142","duration":"180","answered":true}`, PostCall},
		{"a relay's missed call", `{"call_id":"CAL1","duration":"0","answered":false}`, PostCall},
		{"Voice Assist", `{"call_id":"CAL1","person_id":"PER1","tracking_number":"+13035550111","timestamp":"2026-11-20T09:15:02Z"}`, PostCall},
		{"a pre-call is not a missed call", preCall, PreCall},
		{"a missed call", `{"resource_id":"CAL1","call_type":"missed","answered":false,"duration":0,"recording":null,"recording_duration":""}`, PostCall},
		{"an abandoned call", `{"resource_id":"CAL1","call_type":"abandonded","answered":false,"duration":0}`, PostCall},
		{"a voicemail", `{"resource_id":"CAL1","answered":false,"voicemail":"true"}`, PostCall},
		{"a body with id only", `{"id":"CAL1","duration":"12"}`, PostCall},
		{"routing", `{"resource_id":"CAL1","answered":true,"call_type":"in_progress","duration":0}`, RoutingComplete},
		{"modified", `{"resource_id":"CAL1","duration":12,"changes":["note"]}`, CallModified},
		{"modified, form-encoded", `resource_id=CAL1&duration=12&changes[]=note`, CallModified},
		{"no changes", `{"resource_id":"CAL1","duration":12,"changes":[]}`, PostCall},
		{"outbound", `{"resource_id":"CAL1","direction":"outbound","duration":12}`, OutboundCall},
		{"outbound by type", `{"resource_id":"CAL1","call_type":"outbound"}`, OutboundCall},
		{"outbound modified", `{"resource_id":"CAL1","direction":"outbound","changes":["note"]}`, OutboundModified},
		{"a form", `{"resource_id":"x","form_data":{}}`, FormSubmission},
		{"a form by its id", `{"resource_id":"FOR1"}`, FormSubmission},
		{"a text", `{"resource_id":"SCI1","content":"Hi","source_number":"+13035550142"}`, TextReceived},
		{"a text by its keys", `{"id":1,"message_type":"sms"}`, TextReceived},
		{"a text that was sent", `{"resource_id":"SCI1","content":"Hi","agent":"Pat"}`, TextSent},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := decode(t, tt.body).Kind(); got != tt.want {
				t.Errorf("kind %q, want %q", got, tt.want)
			}
		})
	}
}

func TestRequestOfKind(t *testing.T) {
	t.Parallel()
	const text = `{"resource_id":"SCI1","source_number":"303-555-0142","destination_number":"+13035550111","content":"Hi"}`
	received, err := decode(t, text).Request(TextReceived, "US")
	if err != nil {
		t.Fatal(err)
	}
	if received.Kind != request.Text || received.Namespace != request.NamespaceText ||
		received.Caller.Phone != "+13035550142" || received.Details.Text != "Hi" || received.Details.Direction != "inbound" {
		t.Errorf("text received: %+v", received)
	}
	sent, err := decode(t, text).Request(TextSent, "US")
	if err != nil {
		t.Fatal(err)
	}
	if sent.Caller.Phone != "+13035550111" || sent.Details.Direction != "outbound" {
		t.Errorf("text sent: %+v", sent)
	}
	outbound, err := decode(t, `{"resource_id":"CAL1"}`).Request(OutboundCall, "US")
	if err != nil {
		t.Fatal(err)
	}
	if outbound.Kind != request.Call || outbound.Details.Direction != "outbound" {
		t.Errorf("outbound call: %+v", outbound)
	}
}
