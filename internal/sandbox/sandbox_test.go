package sandbox_test

import (
	"bytes"
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
	for _, system := range strings.Fields("callrail hubspot slack gemini email speech secretmanager") {
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
		{"GET", "/inspect/salesforce", "", "", 404},
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
