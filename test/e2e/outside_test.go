package e2e

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"testing"
	"time"
)

// turn is one turn of a transcript as the sandbox takes it.
type turn struct {
	Speaker string  `json:"speaker"`
	Start   float64 `json:"start"`
	End     float64 `json:"end"`
	Text    string  `json:"text"`
}

// object is one thing that an outside system holds.
type object struct {
	Type   string         `json:"type"`
	ID     string         `json:"id"`
	Tenant string         `json:"tenant_id"`
	Fields map[string]any `json:"fields"`
}

// call is a call as CallRail would tell it.
func call(s *stack, tenant int, id, phone, name string) map[string]any {
	now := time.Now().Add(-5 * time.Minute).Format("2006-01-02T15:04:05.000-07:00")
	t := s.Tenants[tenant]
	return map[string]any{
		"resource_id": id, "company_id": t.CompanyID, "company_resource_id": t.CompanyResourceID,
		"call_type": "answered", "direction": "inbound", "answered": true, "voicemail": false, "duration": "150", "recording_duration": 150,
		"start_time": now, "created_at": now, "timestamp": now,
		"customer_name": name, "customer_phone_number": phone, "source": "Google Ads", "source_name": "Website",
		"business_phone_number": "+13035550100", "tracking_phone_number": "+13035550111",
		"recording": "https://app.callrail.com/calls/" + id + "/recording/redirect?access_key=0",
	}
}

// addCall makes CallRail know a call, with audio and what is said in it.
func (s *stack) addCall(t *testing.T, call map[string]any, audio []byte, said []turn) string {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part := func(name string, data []byte) {
		w, err := form.CreateFormFile(name, name)
		if err == nil {
			_, err = w.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	part("call", encode(t, call))
	if audio != nil {
		part("audio", audio)
	}
	if said != nil {
		part("transcript", encode(t, said))
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	var answer struct {
		ID string `json:"id"`
	}
	status, reply := request(t, http.MethodPost, s.SandboxURL+"/callrail/calls", form.FormDataContentType(), body.Bytes(), nil)
	if status/100 != 2 || json.Unmarshal(reply, &answer) != nil || answer.ID == "" {
		t.Fatalf("add call: %d %s", status, reply)
	}
	return answer.ID
}

// reply is the webhook's answer.
type reply struct {
	Success   bool   `json:"success"`
	Status    string `json:"status"`
	RequestID string `json:"request_id"`
	Message   string `json:"message"`
}

// deliver posts a finished call to the webhook.
func (s *stack) deliver(ctx context.Context, tenant int, call map[string]any) (int, reply, error) {
	return s.deliverAs(ctx, tenant, "post_call", call)
}

// deliverAs posts a delivery of a kind to the webhook, signed as CallRail signs.
func (s *stack) deliverAs(ctx context.Context, tenant int, kind string, call map[string]any) (int, reply, error) {
	body, err := json.Marshal(call)
	if err != nil {
		return 0, reply{}, err
	}
	mac := hmac.New(sha1.New, []byte(s.Tenants[tenant].SigningKey))
	mac.Write(body)
	address := s.WebhookURL + "/v1/callrail/webhook/" + s.Tenants[tenant].TenantID + "/" + kind
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, reply{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	return post(req)
}

// post sends a delivery and reads the webhook's answer.
func post(req *http.Request) (int, reply, error) {
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, reply{}, err
	}
	defer res.Body.Close()
	var answer reply
	err = json.NewDecoder(res.Body).Decode(&answer)
	return res.StatusCode, answer, err
}

// mustDeliver delivers until it is acknowledged, as somebody watching CallRail would:
// a service that was just killed does not answer.
func (s *stack) mustDeliver(t *testing.T, tenant int, call map[string]any) string {
	t.Helper()
	var id string
	eventually(t, "delivery is acknowledged", func() error {
		status, answer, err := s.deliver(t.Context(), tenant, call)
		if err == nil && (status != http.StatusOK || !answer.Success) {
			err = fmt.Errorf("status %d: %+v", status, answer)
		}
		id = answer.RequestID
		return err
	})
	return id
}

// inspect returns what an outside system holds of a tenant.
func (s *stack) inspect(t *testing.T, system string, tenant int) []object {
	t.Helper()
	address := s.SandboxURL + "/inspect/" + system + "?tenant_id=" + url.QueryEscape(s.Tenants[tenant].TenantID)
	status, body := request(t, http.MethodGet, address, "", nil, nil)
	var answer struct {
		Objects []object `json:"objects"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || status != http.StatusOK {
		t.Fatalf("inspect %s: %d %v %s", system, status, err, body)
	}
	return answer.Objects
}

// count returns how many objects of a type hold a text somewhere in their fields.
func count(t *testing.T, objects []object, kind, text string) int {
	t.Helper()
	n := 0
	for _, o := range objects {
		if (kind == "" || o.Type == kind) && bytes.Contains(encode(t, o.Fields), []byte(text)) {
			n++
		}
	}
	return n
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(b.Bytes())
}

func request(t *testing.T, method, address, contentType string, body []byte, header http.Header) (int, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, data
}
