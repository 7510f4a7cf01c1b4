package custom

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
)

// FuzzAnswer: whatever a tenant's own system answers, it is known what becomes of the delivery,
// and an id is only what it says.
func FuzzAnswer(f *testing.F) {
	f.Add(0, "", "application/json", []byte(`{"data":{"id":"42"}}`), "data.id")
	f.Add(0, "", "application/json", []byte(`[{"id":12345678901234567890}]`), "0.id")
	f.Add(229, "30", "application/json", []byte(`{"error":"slow down"}`), "id")
	f.Add(201, "", "application/json", []byte(`{"error":"who are you, jane@example.com?"}`), "")
	f.Add(203, "", "text/html; charset=utf-8", []byte("<html>"), "")
	f.Add(102, "", "", []byte("\xff\x00"), "a.b.c")
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, status int, retryAfter, contentType string, body []byte, path string) {
		if status = 200 + status%400; status < 200 {
			status = 400 - status
		}
		path = strings.ToValidUTF8(path, "") // it is out of the settings, which are JSON
		c := &client{window: crm.NewWindow(100, time.Second, func() time.Time { return now }), now: func() time.Time { return now }}
		a := answer{status: status, header: http.Header{"Retry-After": {retryAfter}, "Content-Type": {contentType}, "Location": {path}}, body: body}
		if !a.isPage() || status < http.StatusBadRequest { // a page says nothing about credentials
			crmtest.CheckRefusal(t, crm.Call{Op: opSend}, crm.Answer{Status: status, Body: body}, now, c.refusal(a))
		}
		id, err := a.id(path)
		if (err == nil) != (id != "") {
			t.Errorf("id %q with error %v", id, err)
		}
		if err != nil {
			crmtest.CheckRefusal(t, crm.Call{Op: opSend}, crm.Answer{Status: http.StatusOK, Body: body}, now, err)
		}
	})
}
