package callrail

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// mp3 begins as a recording does.
const mp3 = "ID3\x04\x00\x00\x00\x00\x00\x00\xff\xfb\x90\x00 audio"

// mediaHost serves a recording.json that names path, and media beneath /media/. It fails the
// test if a key reaches the media.
func mediaHost(t *testing.T, path string) http.HandlerFunc {
	t.Helper()
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v3/") {
			address := path
			if strings.HasPrefix(path, "/") {
				address = "http://" + r.Host + path
			}
			answer(http.StatusOK, fmt.Sprintf(`{"url":%q}`, address))(w, r)
			return
		}
		if r.Header.Get("Authorization") != "" {
			t.Error("the API key was sent to a media host")
		}
		switch r.URL.Path {
		case "/media/hop":
			http.Redirect(w, r, "audio?access_key=0", http.StatusFound)
		case "/media/loop":
			http.Redirect(w, r, "/media/loop", http.StatusFound)
		case "/media/foreign":
			http.Redirect(w, r, "https://media.example.net/a.mp3", http.StatusFound)
		case "/media/metadata":
			http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
		case "/media/html":
			w.Header().Set("Content-Type", "audio/mpeg")
			_, _ = io.WriteString(w, "<!doctype html><title>Sign in</title>")
		case "/media/json":
			_, _ = io.WriteString(w, `{"error":"expired"}`)
		case "/media/text":
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, "not now")
		case "/media/empty":
			w.Header().Set("Content-Type", "audio/mpeg")
		case "/media/octets":
			w.Header().Set("Content-Type", "binary/octet-stream")
			_, _ = io.WriteString(w, mp3)
		case "/media/gone":
			w.WriteHeader(http.StatusNotFound)
		case "/media/expired":
			w.WriteHeader(http.StatusForbidden)
		case "/media/cut":
			w.Header().Set("Content-Type", "audio/mpeg")
			w.Header().Set("Content-Length", "100000")
			_, _ = io.WriteString(w, mp3)
		default:
			w.Header().Set("Content-Type", "audio/mpeg; charset=x")
			_, _ = io.WriteString(w, mp3)
		}
	}
}

func TestRecording(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, path string
		err        error
		kind       string
	}{
		{name: "the audio", path: "/media/audio", kind: "audio/mpeg"},
		{name: "after a hop", path: "/media/hop", kind: "audio/mpeg"},
		{name: "as S3 declares it", path: "/media/octets", kind: "binary/octet-stream"},
		{name: "a loop", path: "/media/loop", err: ErrForeignHost},
		{name: "a foreign host", path: "https://media.example.net/a.mp3", err: ErrForeignHost},
		{name: "a hop to a foreign host", path: "/media/foreign", err: ErrForeignHost},
		{name: "a hop to the metadata server", path: "/media/metadata", err: ErrForeignHost},
		{name: "another port of this machine", path: "http://127.0.0.1:1/a.mp3", err: ErrForeignHost},
		{name: "a file", path: "file:///etc/passwd", err: ErrForeignHost},
		{name: "HTML that calls itself audio", path: "/media/html", err: ErrNotAudio},
		{name: "JSON", path: "/media/json", err: ErrNotAudio},
		{name: "text", path: "/media/text", err: ErrNotAudio},
		{name: "nothing", path: "/media/empty", err: ErrNotAudio},
		{name: "gone", path: "/media/gone", err: ErrNoRecording},
		{name: "expired", path: "/media/expired", err: ErrTransient},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			media, err := newClient(t, mediaHost(t, tt.path)).Recording(t.Context(), testAccess, "CAL1")
			if !errors.Is(err, tt.err) {
				t.Fatalf("err = %v, want %v", err, tt.err)
			}
			if err != nil {
				return
			}
			audio, err := io.ReadAll(media.Body)
			if err != nil || string(audio) != mp3 || media.ContentType != tt.kind || media.Length != int64(len(mp3)) {
				t.Errorf("got %q (%s, %d bytes), %v", audio, media.ContentType, media.Length, err)
			}
			if err := media.Body.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRecordingThatIsCutShortFailsWhileReading(t *testing.T) {
	t.Parallel()
	media, err := newClient(t, mediaHost(t, "/media/cut")).Recording(t.Context(), testAccess, "CAL1")
	if errors.Is(err, ErrTransient) {
		return // noticed while sniffing
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(media.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("err = %v, want io.ErrUnexpectedEOF", err)
	}
	if err := media.Body.Close(); err != nil {
		t.Error(err)
	}
}

func TestRecordingThatIsNotThere(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"404":        answer(http.StatusNotFound, `{}`),
		"no address": answer(http.StatusOK, `{"url":null}`),
	} {
		if _, err := newClient(t, h).Recording(t.Context(), testAccess, "CAL1"); !errors.Is(err, ErrNoRecording) {
			t.Errorf("%s: err = %v, want ErrNoRecording", name, err)
		}
	}
}

func TestRecordingSentAtOnce(t *testing.T) {
	t.Parallel()
	c := newClient(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "audio/mpeg")
		_, _ = io.WriteString(w, mp3)
	})
	media, err := c.Recording(t.Context(), testAccess, "CAL1")
	if err != nil {
		t.Fatal(err)
	}
	audio, err := io.ReadAll(media.Body)
	if err != nil || string(audio) != mp3 {
		t.Errorf("got %q, %v", audio, err)
	}
	if err := media.Body.Close(); err != nil {
		t.Error(err)
	}
}

// Errors must not hold an access key, whatever goes wrong.
func TestRecordingErrorsHoldNoKeys(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"https://media.example.net/a.mp3?access_key=secret", "/media/gone?access_key=secret",
		"https://app.callrail.com:444/?access_key=secret", "http://[::1?access_key=secret",
	} {
		_, err := newClient(t, mediaHost(t, path)).Recording(t.Context(), testAccess, "CAL1")
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("err = %v", err)
		}
	}
}

func TestMediaHosts(t *testing.T) {
	t.Parallel()
	c, err := NewClient(Config{HTTP: http.DefaultClient, Media: http.DefaultClient})
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{
		"https://app.callrail.com/calls/CAL1/recording/redirect?access_key=0": "https://app.callrail.com/calls/CAL1/recording/redirect?access_key=0",
		"http://app.callrail.com/calls/CAL1":                                  "https://app.callrail.com/calls/CAL1",
		"http://app.callrail.com:80/x":                                        "https://app.callrail.com/x",
		"https://callrail.com/x":                                              "https://callrail.com/x",
		"https://calltrk-production.s3.amazonaws.com/a.mp3":                   "https://calltrk-production.s3.amazonaws.com/a.mp3",
		"https://calltrk-production.s3.us-east-1.amazonaws.com/a.mp3?X-Amz=1": "https://calltrk-production.s3.us-east-1.amazonaws.com/a.mp3?X-Amz=1",
		"https://Microsite.CallReports.com/a.mp3":                             "https://microsite.callreports.com/a.mp3",
		"https://example-callrail.com/x":                                      "",
		"https://callrail.com.example.net/x":                                  "",
		"https://calltrk.s3.amazonaws.com.example.net/x":                      "",
		"https://other.s3.amazonaws.com/a.mp3":                                "",
		"https://app.callrail.com:8443/x":                                     "",
		"http://app.callrail.com:443/x":                                       "",
		"https://user@app.callrail.com/x":                                     "",
		"ftp://app.callrail.com/x":                                            "",
		"http://127.0.0.1/x":                                                  "",
		"//app.callrail.com/x":                                                "",
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.allow(u, []string{"microsite.callreports.com"})
		switch {
		case want == "" && !errors.Is(err, ErrForeignHost):
			t.Errorf("%s: %v, want ErrForeignHost", address, err)
		case want != "" && (err != nil || got.String() != want):
			t.Errorf("%s = %v, %v, want %s", address, got, err, want)
		}
	}
}
