package sandbox_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	secrets "cloud.google.com/go/secretmanager/apiv1"
	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	recogniser "cloud.google.com/go/speech/apiv2"
	"cloud.google.com/go/speech/apiv2/speechpb"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox"
)

const companyA = "COM0000000000000000000000000000a"

func newSandbox(t *testing.T) *sandbox.Sandbox {
	t.Helper()
	box, err := sandbox.Start(t.Context(), sandbox.Config{
		Project: "p", Bucket: "recordings", SearchLag: time.Second,
		Tenants: []sandbox.Tenant{
			{
				ID: "a", Name: "Example A", TimeZone: "America/Denver", CompanyID: "12345", CompanyResourceID: companyA, AccountID: "ACCa",
				CallRailKey: "key-a", SigningKey: "sign-a", HubSpotToken: "token-a", SlackPath: "/services/T0/B0/aaaa", Recipients: []string{"owner@example.com"},
				Salesforce: sandbox.SalesforceOrg{ClientID: "app-a", ClientSecret: "secret-a"}, PipedriveToken: "pipe-a",
				CustomSecret: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
			},
			{
				ID: "b", Name: "Example B", CompanyID: "54321", CompanyResourceID: "COM0000000000000000000000000000b", AccountID: "ACCb",
				CallRailKey: "key-b", SigningKey: "sign-b", HubSpotToken: "token-b", SlackPath: "/services/T0/B0/bbbb",
			},
		},
	})
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	t.Cleanup(box.Stop)
	return box
}

func do(t *testing.T, method, address, body string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatalf("make request: %v", err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, address, err)
	}
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("read answer: %v", err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatalf("close answer: %v", err)
	}
	return resp.StatusCode, string(raw)
}

// insecureClient is how Google's clients reach the sandbox.
func insecureClient(box *sandbox.Sandbox) []option.ClientOption {
	return []option.ClientOption{
		option.WithEndpoint(box.GRPCAddr()), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())),
	}
}

func newSecrets(t *testing.T, box *sandbox.Sandbox) *secrets.Client {
	t.Helper()
	client, err := secrets.NewClient(t.Context(), insecureClient(box)...)
	if err != nil {
		t.Fatalf("new secret client: %v", err)
	}
	t.Cleanup(func() { _ = client.Close() }) // nothing is left to send
	return client
}

// silence is a WAV file of a second, which no recogniser hears anything in by itself.
func silence() []byte {
	const rate = 8000
	header := "RIFF\x64\x1f\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x40\x1f\x00\x00"
	return append([]byte(header), bytes.Repeat([]byte{0x80}, rate)...)
}

func TestSandbox_serves_every_system_behind_one_door(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	for _, system := range strings.Fields("callrail hubspot salesforce pipedrive custom slack gemini email speech secretmanager") {
		if code, body := do(t, "GET", box.URL()+"/inspect/"+system, ""); code != 200 || !strings.Contains(body, `"objects":[]`) {
			t.Errorf("inspect %s = %d %s", system, code, body)
		}
	}
	tests := []struct {
		method, path, body, auth string
		want                     int
	}{
		{"GET", "/callrail/v3/a.json", "", `Token token="key-a"`, 200},
		{"GET", "/hubspot/account-info/2026-09/details", "", "Bearer token-a", 200},
		{"POST", "/slack/services/T0/B0/aaaa", `{"text":"x"}`, "", 200},
		{"POST", "/gemini/v1/projects/p/locations/us/publishers/google/models/gemini-9:generateContent", `{}`, "", 404},
		{"GET", "/oidc/.well-known/openid-configuration", "", "", 200},
		{"GET", "/salesforce/services/data/", "", "", 200},
		{"GET", "/pipedrive/api/v1/users/me", "", "Bearer token-a", 401},
		{"POST", "/custom/a", "", "", 415},
		{"GET", "/inspect/zoho", "", "", 404},
	}
	for _, tt := range tests {
		if code, body := do(t, tt.method, box.URL()+tt.path, tt.body, "Authorization", tt.auth); code != tt.want {
			t.Errorf("%s %s = %d %s, want %d", tt.method, tt.path, code, body, tt.want)
		}
	}
	if host, port := box.SMTP(); host != "127.0.0.1" || port == 0 || !strings.Contains(box.SMTPCA(), "BEGIN CERTIFICATE") {
		t.Errorf("SMTP = %s %d", host, port)
	}
}

func TestSandbox_holds_what_each_CRM_is_given(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	_, body := do(t, "POST", box.URL()+"/salesforce/services/oauth2/token",
		"grant_type=client_credentials&client_id=app-a&client_secret=secret-a", "Content-Type", "application/x-www-form-urlencoded")
	var session struct {
		Token    string `json:"access_token"`
		Instance string `json:"instance_url"`
	}
	if err := json.Unmarshal([]byte(body), &session); err != nil || session.Instance != box.URL()+"/salesforce" {
		t.Fatalf("session = %s, %v", body, err)
	}
	const dana = `{"LastName":"Example","FirstName":"Dana","Company":"x","Email":"dana@example.com"}`
	for _, want := range []int{201, 400} { // the second is a duplicate
		if code, body := do(t, "POST", session.Instance+"/services/data/v67.0/sobjects/Lead", dana, "Authorization", "Bearer "+session.Token); code != want {
			t.Errorf("lead = %d %s, want %d", code, body, want)
		}
	}
	if code, body := do(t, "POST", box.URL()+"/pipedrive/api/v2/persons", `{"name":"Dana Example"}`,
		"x-api-token", "pipe-a", "Content-Type", "application/json"); code != 201 {
		t.Errorf("person = %d %s", code, body)
	}
	const payload = `{"type":"lead.created"}`
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte("0123456789abcdef01234567"))
	mac.Write([]byte("req_1." + stamp + "." + payload))
	signature := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	if code, body := do(t, "POST", box.URL()+"/custom/a", payload, "Content-Type", "application/json", "Idempotency-Key", `"req_1"`,
		"Webhook-Id", "req_1", "Webhook-Timestamp", stamp, "Webhook-Signature", signature); code != 201 {
		t.Errorf("delivery = %d %s", code, body)
	}
	for system, kind := range map[string]string{"salesforce": "Lead", "pipedrive": "persons", "custom": "deliveries"} {
		for tenant, want := range map[string]int{"a": 1, "b": 0} {
			_, found := do(t, "GET", box.URL()+"/inspect/"+system+"?tenant_id="+tenant, "")
			if n := strings.Count(found, `{"type":"`+kind+`"`); n != want {
				t.Errorf("%s of %s = %s, want %d", system, tenant, found, want)
			}
		}
	}
	faults := `[{"system":"custom","status":308},{"system":"salesforce","status":429},{"system":"pipedrive","status":403}]`
	if code, body := do(t, "PUT", box.URL()+"/faults", faults); code != 200 {
		t.Fatalf("faults = %d %s", code, body)
	}
	for path, want := range map[string]string{"/salesforce/services/data/v67.0/limits": "ConcurrentRequests", "/pipedrive/api/v1/users/me": "Cloudflare"} {
		if _, body := do(t, "GET", box.URL()+path, ""); !strings.Contains(body, want) {
			t.Errorf("disturbed %s = %s, want %s", path, body, want)
		}
	}
	do(t, "POST", box.URL()+"/reset", "")
	if _, found := do(t, "GET", box.URL()+"/inspect/salesforce", ""); !strings.Contains(found, `"objects":[]`) {
		t.Errorf("after reset = %s", found)
	}
}

func TestSandbox_hears_in_a_call_s_audio_what_it_was_told(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for name, value := range map[string]string{
		"call": `{"resource_id":"CAL1","company_resource_id":"` + companyA + `"}`, "audio": string(silence()),
		"transcript": `[{"speaker":"customer","start":0,"end":0.9,"text":"I need a kitchen."}]`,
	} {
		part, err := w.CreateFormFile(name, name)
		if err != nil {
			t.Fatalf("make part: %v", err)
		}
		if _, err := io.WriteString(part, value); err != nil {
			t.Fatalf("write part: %v", err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatalf("end form: %v", err)
	}
	if code, body := do(t, "POST", box.URL()+"/callrail/calls", form.String(), "Content-Type", w.FormDataContentType()); code != 200 {
		t.Fatalf("add call = %d %s", code, body)
	}
	_, body := do(t, "GET", box.URL()+"/callrail/v3/a/ACCa/calls/CAL1/recording.json", "", "Authorization", `Token token="key-a"`)
	var where struct{ URL string }
	if err := json.Unmarshal([]byte(body), &where); err != nil {
		t.Fatalf("decode %s: %v", body, err)
	}
	code, audio := do(t, "GET", where.URL, "") // follows the redirect
	if code != 200 || audio != string(silence()) {
		t.Fatalf("recording = %d, %d bytes", code, len(audio))
	}
	client, err := recogniser.NewClient(t.Context(), insecureClient(box)...)
	if err != nil {
		t.Fatalf("new speech client: %v", err)
	}
	t.Cleanup(func() { _ = client.Close() }) // nothing is left to send
	heard, err := client.Recognize(t.Context(), &speechpb.RecognizeRequest{
		Recognizer: "projects/p/locations/us/recognizers/_",
		Config: &speechpb.RecognitionConfig{
			Model: "chirp_3", LanguageCodes: []string{"en-US"},
			DecodingConfig: &speechpb.RecognitionConfig_AutoDecodingConfig{AutoDecodingConfig: &speechpb.AutoDetectDecodingConfig{}},
		},
		AudioSource: &speechpb.RecognizeRequest_Content{Content: []byte(audio)},
	})
	if err != nil || len(heard.GetResults()) == 0 || !strings.Contains(heard.GetResults()[0].GetAlternatives()[0].GetTranscript(), "kitchen") {
		t.Errorf("Recognize = %v, %v, want the kitchen", heard, err)
	}
}

func TestSandbox_disturbs_gRPC_and_keeps_secrets_over_a_reset(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	box.PutSecret("tenant-a-hubspot", "token-a")
	client := newSecrets(t, box)
	read := func() (string, error) {
		resp, err := client.AccessSecretVersion(t.Context(), &secretmanagerpb.AccessSecretVersionRequest{
			Name: "projects/p/secrets/tenant-a-hubspot/versions/latest",
		})
		return string(resp.GetPayload().GetData()), err
	}
	do(t, "PUT", box.URL()+"/faults", `[{"system":"secretmanager","status":403,"times":1},{"system":"speech","status":500}]`)
	if _, err := read(); status.Code(err) != codes.PermissionDenied {
		t.Errorf("disturbed read: %v, want PermissionDenied", err)
	}
	_, body := do(t, "GET", box.URL()+"/inspect/secretmanager", "")
	if !strings.Contains(body, `"path":"/google.cloud.secretmanager.v1.SecretManagerService/AccessSecretVersion","status":403`) || strings.Contains(body, "token-a") {
		t.Errorf("inspect = %s, want the refused call and no payload", body)
	}
	do(t, "POST", box.URL()+"/reset", "")
	if value, err := read(); err != nil || value != "token-a" {
		t.Errorf("read after reset = %q, %v", value, err)
	}
}

func TestSandbox_leaves_nothing_listening(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	host, port := box.SMTP()
	addresses := []string{strings.TrimPrefix(box.URL(), "http://"), box.GRPCAddr(), box.StorageHost(), net.JoinHostPort(host, strconv.Itoa(port))}
	box.Stop()
	for _, address := range addresses {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err == nil {
			t.Errorf("%s still answers after Stop", address)
			_ = conn.Close() // the error was told
		}
	}
}

func TestStart_refuses_a_company_of_two_tenants(t *testing.T) {
	t.Parallel()
	same := sandbox.Tenant{CompanyID: "1", CompanyResourceID: "COM1", HubSpotToken: "x", SlackPath: "/services/T/B/X"}
	if box, err := sandbox.Start(t.Context(), sandbox.Config{Tenants: []sandbox.Tenant{same, same}}); err == nil {
		box.Stop()
		t.Error("Start: err = nil, want one")
	}
}
