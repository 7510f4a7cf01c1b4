package salesforce_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

func (o *org) connect(t *testing.T) crm.Connector {
	t.Helper()
	c, err := o.connector(http.DefaultClient, secret)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	return c
}

// try delivers once.
func (o *org) try(t *testing.T, lead crm.Lead) (crm.Result, error) {
	t.Helper()
	ledger := o.memory.Ledger(lead.Request.ID)
	result, err := crm.Deliver(t.Context(), o.connect(t), lead, ledger, o.clock.Now)
	ledger.Settle(result.Entries)
	return result, err
}

func (o *org) deliver(t *testing.T, lead crm.Lead) crm.Result {
	t.Helper()
	result, err := o.try(t, lead)
	if err != nil {
		t.Fatalf("deliver: %v", err)
	}
	return result
}

// seed makes a record as a user of the org would, and returns its id.
func (o *org) seed(t *testing.T, typ string, fields map[string]any) string {
	t.Helper()
	var made struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(o.send(t, http.MethodPost, "/sobjects/"+typ, fields), &made); err != nil || made.ID == "" {
		t.Fatalf("seed %s: id %q, %v", typ, made.ID, err)
	}
	return made.ID
}

// all returns the records of a type, oldest first.
func (o *org) all(typ string) []journal.Object {
	return slices.DeleteFunc(o.server.Objects(tenant), func(r journal.Object) bool { return r.Type != typ })
}

// send asks the org something as a user would, who may save duplicates.
func (o *org) send(t *testing.T, method, path string, fields map[string]any) []byte {
	t.Helper()
	login, err := http.PostForm(o.url+"/services/oauth2/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {"3MVG9.test"}, "client_secret": {"shh"},
	})
	if err != nil {
		t.Fatalf("log in: %v", err)
	}
	defer login.Body.Close()
	var session struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(login.Body).Decode(&session); err != nil {
		t.Fatalf("log in: %v", err)
	}
	body, err := json.Marshal(fields)
	if err != nil {
		t.Fatalf("encode fields: %v", err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, o.url+"/services/data/v67.0"+path, bytes.NewReader(body))
	if err != nil {
		t.Fatalf("make request: %v", err)
	}
	req.Header.Set("Authorization", "Bearer "+session.Token)
	req.Header.Set("Sforce-Duplicate-Rule-Header", "allowSave=true")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= http.StatusMultipleChoices {
		t.Fatalf("%s %s answered %d %s, %v", method, path, resp.StatusCode, answer, err)
	}
	return answer
}

// fields returns the named fields of a record as text.
func fields(r journal.Object, names ...string) map[string]any {
	got := make(map[string]any)
	for _, name := range names {
		if v, ok := r.Fields[name]; ok {
			got[name] = v
		}
	}
	return got
}

// body closes an answer's body and returns another one.
func body(old io.Closer, text string) io.ReadCloser {
	_ = old.Close() // nobody reads it
	return io.NopCloser(strings.NewReader(text))
}
