package storage_test

import (
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/storage"
)

// newSigner returns the product's own client of a stand-in.
func newSigner(t *testing.T) *recording.Bucket {
	t.Helper()
	server, err := storage.Start(t.Context(), storage.Config{Listen: "127.0.0.1:0", Buckets: []string{"recordings"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	t.Setenv("STORAGE_EMULATOR_HOST", server.Host())
	b, err := recording.Open(t.Context(), recording.Config{Bucket: "recordings", EmulatorHost: server.Host()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func send(t *testing.T, method, address string, header map[string]string, body string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(got)
}

// put makes an object that says it is a web page.
func put(t *testing.T, b *recording.Bucket, content string) {
	t.Helper()
	if err := b.Write(t.Context(), "a", "text/html", func(w io.Writer) error {
		_, err := io.WriteString(w, content)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestASignedUploadIsGoodForWhatWasSignedOnly(t *testing.T) {
	b := newSigner(t)
	put, err := b.SignedPut(t.Context(), "uploads/a b/audio", "audio/mpeg", 5, time.Now().Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	with := func(name, value string) map[string]string {
		header := maps.Clone(put.Header)
		header[name] = value
		return header
	}
	for name, tc := range map[string]struct {
		method, address string
		header          map[string]string
		body            string
		status          int
		code            string
	}{
		"another type":     {http.MethodPut, put.URL, with("Content-Type", "text/html"), "sound", 403, "SignatureDoesNotMatch"},
		"another range":    {http.MethodPut, put.URL, with("x-goog-content-length-range", "0,99"), "more sound", 403, "SignatureDoesNotMatch"},
		"no headers":       {http.MethodPut, put.URL, nil, "sound", 403, "SignatureDoesNotMatch"},
		"another object":   {http.MethodPut, strings.Replace(put.URL, "/audio?", "/other?", 1), put.Header, "sound", 403, "SignatureDoesNotMatch"},
		"another method":   {http.MethodGet, put.URL, put.Header, "", 403, "SignatureDoesNotMatch"},
		"a longer life":    {http.MethodPut, strings.Replace(put.URL, "Expires=", "Expires=9", 1), put.Header, "sound", 403, "SignatureDoesNotMatch"},
		"too long":         {http.MethodPut, put.URL, put.Header, "sounds", 400, "EntityTooLarge"},
		"too short":        {http.MethodPut, put.URL, put.Header, "soun", 400, "EntityTooSmall"},
		"no expiry at all": {http.MethodPut, strings.Replace(put.URL, "Expires=", "Ever=", 1), put.Header, "sound", 400, "AuthenticationRequired"},
	} {
		t.Run(name, func(t *testing.T) {
			resp, body := send(t, tc.method, tc.address, tc.header, tc.body)
			if resp.StatusCode != tc.status || !strings.Contains(body, "<Code>"+tc.code+"</Code>") {
				t.Errorf("got %d %s, want %d %s", resp.StatusCode, body, tc.status, tc.code)
			}
			if audio, err := b.Uploaded(t.Context(), "uploads/a b/audio"); err == nil {
				t.Errorf("%d bytes were uploaded", audio.Length)
			}
		})
	}
	if resp, body := send(t, http.MethodPut, put.URL, put.Header, "sound"); resp.StatusCode != http.StatusOK {
		t.Errorf("as signed: %d %s", resp.StatusCode, body)
	}
	if audio, err := b.Uploaded(t.Context(), "uploads/a b/audio"); err != nil || audio.Length != 5 {
		t.Errorf("uploaded %d bytes, %v, want 5", audio.Length, err)
	}
}

func TestASignedAddressExpires(t *testing.T) {
	b := newSigner(t)
	put(t, b, "sound")
	address, err := b.SignedGet(t.Context(), "a", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if resp, body := send(t, http.MethodGet, address, nil, ""); resp.StatusCode != http.StatusOK || body != "sound" {
		t.Errorf("before: %d %q", resp.StatusCode, body)
	}
	later := strings.Replace(address, "X-Goog-Date=2", "X-Goog-Date=1", 1) // a thousand years earlier
	if resp, body := send(t, http.MethodGet, later, nil, ""); resp.StatusCode != http.StatusBadRequest || !strings.Contains(body, "ExpiredToken") {
		t.Errorf("got %d %s, want 400 ExpiredToken", resp.StatusCode, body)
	}
}

func TestASignedRecordingIsServedAsTheSoundThatItIs(t *testing.T) {
	b := newSigner(t)
	put(t, b, "sound")
	address, err := b.SignedAudio(t.Context(), "a", "audio/mpeg", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	resp, body := send(t, http.MethodGet, address, map[string]string{"Range": "bytes=0-1"}, "")
	if resp.StatusCode != http.StatusPartialContent || body != "so" {
		t.Errorf("got %d %q, want 206 and the part", resp.StatusCode, body)
	}
	if got := resp.Header.Get("Content-Type"); got != "audio/mpeg" || resp.Header.Get("Content-Disposition") != "inline" {
		t.Errorf("served as %s %s", got, resp.Header.Get("Content-Disposition"))
	}
}
