package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
)

// created is the API's answer to a request that was created.
type created struct {
	RequestID string `json:"request_id"`
	Status    string `json:"status"`
	Created   bool   `json:"created"`
	Upload    *struct {
		Method  string            `json:"method"`
		URL     string            `json:"url"`
		Headers map[string]string `json:"headers"`
	} `json:"upload"`
}

// ask calls the API as a tenant's administrator and decodes the answer.
func (s *stack) ask(t *testing.T, method, path string, header http.Header, body []byte, into any) int {
	t.Helper()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Authorization", "Bearer "+s.Tenants[0].Token)
	address := s.APIURL + "/v1/tenants/" + s.Tenants[0].TenantID + path
	status, answer := request(t, method, address, "application/json", body, header)
	if err := json.Unmarshal(answer, into); err != nil {
		t.Fatalf("%s %s: %d, %v in %s", method, path, status, err, answer)
	}
	return status
}

func (s *stack) create(t *testing.T, key string, body []byte) (int, created) {
	t.Helper()
	var answer created
	status := s.ask(t, http.MethodPost, "/requests", http.Header{"Idempotency-Key": {key}}, body, &answer)
	return status, answer
}

func TestACallByAPIIsUploadedTranscribedAndDelivered(t *testing.T) {
	t.Parallel()
	s := start(t, nil, "-no-samples")
	const phone = "+13035550170"
	audio := sampleAudio(t, "kitchen-hot", 170)
	// The recogniser must know what is said in it: it learns that from a call of somebody else.
	s.addCall(t, call(s, 1, "CAL00000000000000000000000000000170", "+13035550171", "EXAMPLE KIM"), audio, conversation("kitchen", "Robin Example"))
	body := encode(t, map[string]any{
		"kind": "call", "caller": map[string]any{"phone": "(303) 555-0170"}, "answered": true, "duration_s": 185, "source": "Radio",
		"audio": map[string]any{"content_type": "audio/mpeg", "bytes": len(audio)},
	})
	status, first := s.create(t, "crm-export-1", body)
	if status != http.StatusCreated || !first.Created || first.Upload == nil {
		t.Fatalf("created: %d %+v", status, first)
	}
	s.refusesOtherUploads(t, first, audio)
	if status, answer := s.put(t, first, audio); status != http.StatusOK {
		t.Fatalf("upload: %d %s", status, answer)
	}
	if status, again := s.create(t, "crm-export-1", body); status != http.StatusOK || again.Created || again.RequestID != first.RequestID {
		t.Errorf("the same key again: %d %+v", status, again)
	}

	var detail struct {
		Status     string `json:"status"`
		Transcript struct {
			Origin   string            `json:"origin"`
			Segments []json.RawMessage `json:"segments"`
		} `json:"transcript"`
	}
	eventually(t, "the call is completed", func() error {
		s.ask(t, http.MethodGet, "/requests/"+first.RequestID, nil, nil, &detail)
		if detail.Status != "completed" {
			return fmt.Errorf("status %s", detail.Status)
		}
		return nil
	})
	if detail.Transcript.Origin != "speech" || len(detail.Transcript.Segments) < 4 {
		t.Errorf("transcript %+v", detail.Transcript)
	}
	s.exactlyOnce(t, 0, phone, first.RequestID)

	status, again := s.create(t, "crm-export-1", body)
	if status != http.StatusOK || again.RequestID != first.RequestID || again.Status != "completed" || again.Upload != nil {
		t.Errorf("the same key after all: %d %+v", status, again)
	}
	var link struct {
		URL         string `json:"url"`
		ContentType string `json:"content_type"`
	}
	if status := s.ask(t, http.MethodGet, "/requests/"+first.RequestID+"/recording", nil, nil, &link); status != http.StatusOK || link.ContentType != "audio/mpeg" {
		t.Fatalf("recording: %d %+v", status, link)
	}
	if status, got := request(t, http.MethodGet, link.URL, "", nil, nil); status != http.StatusOK || !bytes.Equal(got, audio) {
		t.Errorf("fetched %d, %d bytes, want the %d that were uploaded", status, len(got), len(audio))
	}
	part := http.Header{"Range": {"bytes=0-99"}}
	if status, got := request(t, http.MethodGet, link.URL, "", nil, part); status != http.StatusPartialContent || !bytes.Equal(got, audio[:100]) {
		t.Errorf("fetched a part: %d, %d bytes", status, len(got))
	}
}

// put uploads to the address that was given, with the headers that were asked for.
func (s *stack) put(t *testing.T, c created, audio []byte) (int, []byte) {
	t.Helper()
	header := http.Header{}
	for name, value := range c.Upload.Headers {
		header.Set(name, value)
	}
	return request(t, c.Upload.Method, c.Upload.URL, "", audio, header)
}

// refusesOtherUploads tries what the address is not good for.
func (s *stack) refusesOtherUploads(t *testing.T, c created, audio []byte) {
	t.Helper()
	if status, _ := s.put(t, c, audio[1:]); status != http.StatusBadRequest {
		t.Errorf("an upload of another size: %d, want 400", status)
	}
	if status, _ := request(t, http.MethodPut, c.Upload.URL, "text/html", audio, nil); status != http.StatusForbidden {
		t.Errorf("an upload without the headers: %d, want 403", status)
	}
}
