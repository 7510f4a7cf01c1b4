package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // CallRail signs with it
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"time"
)

// client speaks to the pipeline and to the sandbox.
type client struct{ http *http.Client }

// callTimeout is CallRail's: it does not wait for longer.
const callTimeout = 10 * time.Second

func newClient() client {
	return client{http: &http.Client{
		Timeout:   time.Minute,
		Transport: &http.Transport{MaxIdleConnsPerHost: 100, IdleConnTimeout: time.Second, ExpectContinueTimeout: callTimeout},
	}}
}

// do sends a request and returns the whole answer.
func (c client) do(ctx context.Context, method, address string, header http.Header, body []byte) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	for name, values := range header {
		req.Header[name] = values
	}
	res, err := c.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}

// answer is the webhook's.
type answer struct {
	Success   bool    `json:"success"`
	Status    string  `json:"status"`
	RequestID *string `json:"request_id"`
}

// post delivers a body to the webhook and returns its answer; an answer that is not 2xx is
// an error.
func (s *stack) post(ctx context.Context, path string, header http.Header, body []byte) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var a answer
	header.Set("Content-Type", "application/json")
	if s.balancer != nil {
		header.Set("Expect", "100-continue")
	}
	status, reply, err := s.do(ctx, http.MethodPost, s.WebhookURL+path, header, body)
	switch {
	case err != nil:
		return a, err
	case status/100 != 2:
		return a, &statusError{status}
	case json.Unmarshal(reply, &a) != nil || !a.Success:
		return a, fmt.Errorf("answer is not understood: %.100s", reply)
	}
	return a, nil
}

type statusError struct{ status int }

func (e *statusError) Error() string { return fmt.Sprintf("status %d", e.status) }

// signCall signs as CallRail does.
func signCall(key string, body []byte) http.Header {
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write(body)
	return http.Header{"Signature": {base64.StdEncoding.EncodeToString(mac.Sum(nil))}}
}

// signForm signs as a tenant's server does.
func signForm(key string, body []byte) http.Header {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(body)
	return http.Header{"X-Signature": {"sha256=" + hex.EncodeToString(mac.Sum(nil))}}
}

// register makes CallRail know a call, with its audio and what is said in it.
func (s *stack) register(ctx context.Context, call map[string]any, audio []byte, said []turn) error {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	parts := map[string]any{"call": call}
	if audio != nil {
		parts["transcript"] = said
	}
	for name, content := range parts {
		w, err := form.CreateFormFile(name, name)
		if err == nil {
			err = json.NewEncoder(w).Encode(content)
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	if audio != nil {
		w, err := form.CreateFormFile("audio", "audio.wav")
		if err == nil {
			_, err = w.Write(audio)
		}
		if err != nil {
			return fmt.Errorf("write audio: %w", err)
		}
	}
	if err := form.Close(); err != nil {
		return fmt.Errorf("write call: %w", err)
	}
	header := http.Header{"Content-Type": {form.FormDataContentType()}}
	status, reply, err := s.do(ctx, http.MethodPost, s.SandboxURL+"/callrail/calls", header, body.Bytes())
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("status %d: %s", status, reply)
	}
	if err != nil {
		return fmt.Errorf("register call: %w", err)
	}
	return nil
}

// control asks the sandbox.
func (s *stack) control(ctx context.Context, method, path string, body []byte, into any) error {
	status, reply, err := s.do(ctx, method, s.SandboxURL+path, http.Header{"Content-Type": {"application/json"}}, body)
	if err == nil && status/100 != 2 {
		err = fmt.Errorf("status %d: %s", status, reply)
	}
	if err == nil && into != nil {
		err = json.Unmarshal(reply, into)
	}
	if err != nil {
		return fmt.Errorf("sandbox %s %s: %w", method, path, err)
	}
	return nil
}

// get asks the management API.
func (s *stack) get(ctx context.Context, t tenant, path string, into any) error {
	header := http.Header{"Authorization": {"Bearer " + t.Token}}
	status, reply, err := s.do(ctx, http.MethodGet, s.APIURL+"/v1/tenants/"+t.ID+path, header, nil)
	if err == nil && status != http.StatusOK {
		err = &statusError{status}
	}
	if err == nil {
		err = json.Unmarshal(reply, into)
	}
	if err != nil {
		return fmt.Errorf("ask API for %s: %w", path, err)
	}
	return nil
}

// object is one thing that an outside system holds.
type object struct {
	Type   string          `json:"type"`
	ID     string          `json:"id"`
	Tenant string          `json:"tenant_id"`
	Time   time.Time       `json:"time"` // of messages
	Fields json.RawMessage `json:"fields"`
}

// holding is what an outside system holds of a tenant.
type holding struct {
	Objects []object `json:"objects"`
}

func (s *stack) inspect(ctx context.Context, system string, t tenant) (holding, error) {
	var h holding
	err := s.control(ctx, http.MethodGet, "/inspect/"+system+"?tenant_id="+url.QueryEscape(t.ID), nil, &h)
	return h, err
}
