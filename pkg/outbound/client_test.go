package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"code.dny.dev/ssrf"
)

// get asks for a URL and returns status and body.
func get(t *testing.T, c *http.Client, address string) (int, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(req)
	if err != nil {
		return 0, "", err
	}
	body, err := io.ReadAll(resp.Body)
	if closeErr := resp.Body.Close(); closeErr != nil {
		t.Errorf("close body: %v", closeErr)
	}
	return resp.StatusCode, string(body), err
}

func newServer(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv
}

func TestClientRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, address string
		dialled       bool // refused by the dial guard, not by the scheme
		loopback      bool
	}{
		{name: "the metadata server", address: "https://169.254.169.254/computeMetadata/v1/", dialled: true},
		{name: "the metadata server over IPv6", address: "https://[fd20:ce::254]/", dialled: true},
		{name: "the metadata server as a mapped IPv6 address", address: "https://[::ffff:169.254.169.254]/", dialled: true},
		{name: "the metadata server with loopback allowed", address: "https://169.254.169.254/", dialled: true, loopback: true},
		{name: "a private network", address: "https://10.0.0.1/", dialled: true},
		{name: "a private network with loopback allowed", address: "https://192.168.1.1/", dialled: true, loopback: true},
		{name: "loopback", address: "https://127.0.0.1:1/", dialled: true},
		{name: "loopback by name", address: "https://localhost:1/", dialled: true},
		{name: "loopback over IPv6", address: "https://[::1]:1/", dialled: true},
		{name: "loopback as a mapped IPv6 address", address: "https://[::ffff:127.0.0.1]:1/", dialled: true},
		{name: "the unspecified address", address: "https://0.0.0.0:1/", dialled: true},
		{name: "NAT64 of a private address", address: "https://[64:ff9b::a00:1]/", dialled: true},
		{name: "plain HTTP", address: "http://example.com/"},
		{name: "plain HTTP to another host with loopback allowed", address: "http://example.com/", loopback: true},
		{name: "plain HTTP to loopback", address: "http://127.0.0.1:1/"},
		{name: "a file", address: "file:///etc/passwd"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := get(t, New(Options{AllowLoopback: tt.loopback}), tt.address)
			if !errors.Is(err, ErrBlocked) {
				t.Fatalf("err = %v, want ErrBlocked", err)
			}
			if got := errors.Is(err, ssrf.ErrProhibitedIP); got != tt.dialled {
				t.Errorf("refused by the dial guard = %v, want %v: %v", got, tt.dialled, err)
			}
		})
	}
}

func TestClientReachesLoopbackOnlyWithTheOption(t *testing.T) {
	t.Parallel()
	srv := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.URL.String())
	})
	status, body, err := get(t, New(Options{AllowLoopback: true}), srv.URL+"/path?key=value")
	if err != nil || status != http.StatusOK || body != "/path?key=value" {
		t.Errorf("with the option: %d %q %v, want 200 and the whole address", status, body, err)
	}
	if _, _, err := get(t, New(Options{}), srv.URL); !errors.Is(err, ErrBlocked) {
		t.Errorf("without the option: err = %v, want ErrBlocked", err)
	}
}

func TestClientIgnoresProxies(t *testing.T) {
	proxy := newServer(t, func(http.ResponseWriter, *http.Request) { t.Error("the proxy was asked") })
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("HTTPS_PROXY", proxy.URL)
	if _, _, err := get(t, New(Options{AllowLoopback: true}), "https://10.0.0.1/"); !errors.Is(err, ErrBlocked) {
		t.Errorf("err = %v, want ErrBlocked", err)
	}
}

func TestClientSpeaksTLS(t *testing.T) {
	t.Parallel()
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "secure")
	}))
	t.Cleanup(srv.Close)
	roots := x509.NewCertPool()
	roots.AddCert(srv.Certificate())
	trusting := New(Options{AllowLoopback: true, TLS: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}})
	if _, body, err := get(t, trusting, srv.URL); err != nil || body != "secure" {
		t.Errorf("trusted server: %q, %v", body, err)
	}
	if _, _, err := get(t, New(Options{AllowLoopback: true}), srv.URL); err == nil {
		t.Error("untrusted certificate was accepted")
	}
}

func TestClientRedirects(t *testing.T) {
	t.Parallel()
	srv := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/private":
			http.Redirect(w, r, "https://169.254.169.254/", http.StatusFound)
		case "/once":
			http.Redirect(w, r, "/end?x=1", http.StatusFound)
		default:
			_, _ = io.WriteString(w, "end of "+r.URL.String())
		}
	})
	errForeign := errors.New("foreign host")
	all := func(*url.URL) error { return nil }

	for _, tt := range []struct {
		name     string
		redirect func(*url.URL) error
		path     string
		status   int
		body     string
		err      error
	}{
		{name: "are returned as they are by default", path: "/once", status: http.StatusFound, body: `<a href="/end?x=1">Found</a>.`},
		{name: "are followed where allowed", redirect: all, path: "/once", status: http.StatusOK, body: "end of /end?x=1"},
		{name: "are refused by the option", redirect: func(*url.URL) error { return errForeign }, path: "/once", err: errForeign},
		{name: "end after the limit", redirect: all, path: "/loop", err: ErrBlocked},
		{name: "meet the dial guard at every hop", redirect: all, path: "/private", err: ssrf.ErrProhibitedIP},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := New(Options{AllowLoopback: true, Redirect: tt.redirect})
			status, body, err := get(t, c, srv.URL+tt.path)
			if !errors.Is(err, tt.err) || status != tt.status || strings.TrimSpace(body) != tt.body {
				t.Errorf("got %d %q %v, want %d %q %v", status, body, err, tt.status, tt.body, tt.err)
			}
		})
	}
}

func TestClientNoticesAStalledBody(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	srv := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "begin")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(release) })
	_, body, err := get(t, New(Options{AllowLoopback: true, StallTimeout: 50 * time.Millisecond}), srv.URL)
	if !errors.Is(err, ErrStalled) || body != "begin" {
		t.Errorf("got %q, %v, want the beginning and ErrStalled", body, err)
	}
}

func TestClientWaitsForASlowReader(t *testing.T) {
	t.Parallel()
	srv := newServer(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "all of it") })
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := New(Options{AllowLoopback: true, StallTimeout: 20 * time.Millisecond}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond) // the reader's own pace is no stall
	body, err := io.ReadAll(resp.Body)
	if err != nil || string(body) != "all of it" {
		t.Errorf("got %q, %v", body, err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
}

func TestReadAll(t *testing.T) {
	t.Parallel()
	if b, err := ReadAll(strings.NewReader("1234"), 4); err != nil || string(b) != "1234" {
		t.Errorf("at the limit: %q, %v", b, err)
	}
	if _, err := ReadAll(strings.NewReader("12345"), 4); !errors.Is(err, ErrTooLarge) {
		t.Errorf("over the limit: %v, want ErrTooLarge", err)
	}
}
