package assets

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
)

func newSet(t *testing.T) *Set {
	t.Helper()
	s, err := load(fstest.MapFS{
		"README":            {Data: []byte("x")},
		"manifest.json":     {Data: []byte(`{"app.js":"app-ABC.js"}`)},
		"app-ABC.js":        {Data: []byte("plain")},
		"app-ABC.js.gz":     {Data: []byte("gz")},
		"app-ABC.js.br":     {Data: []byte("br")},
		"secret-of-npm.txt": {Data: []byte("x")},
	}, "/dashboard/assets/")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAFileIsServedAsTheBrowserLikesIt(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	if got := s.Path("app.js"); got != "/dashboard/assets/app-ABC.js" || !s.Built() {
		t.Fatalf("app.js is at %q", got)
	}
	for accepted, want := range map[string]string{"": "plain", "gzip, deflate, br": "br", "gzip;q=0.8": "gz", "deflate": "plain", "brotli": "plain"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, s.Path("app.js"), nil)
		r.Header.Set("Accept-Encoding", accepted)
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, r)
		if rec.Body.String() != want || rec.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" || rec.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: got %q %v", accepted, rec.Body, rec.Header())
		}
		r.Header.Set("If-None-Match", rec.Header().Get("ETag"))
		again := httptest.NewRecorder()
		s.ServeHTTP(again, r)
		if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("%q: asked again: %d %q", accepted, again.Code, again.Body)
		}
	}
}

func TestOnlyWhatThePagesNameIsServed(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	for _, name := range []string{"app.js", "manifest.json", "README", "secret-of-npm.txt", "../assets.go", ""} {
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/dashboard/assets/"+name, nil))
		if rec.Code != http.StatusNotFound {
			t.Errorf("%q: status %d", name, rec.Code)
		}
	}
}

func TestWithoutABuildThereIsNothing(t *testing.T) {
	t.Parallel()
	s, err := load(fstest.MapFS{"README": {Data: []byte("x")}}, "/a/")
	if err != nil || s.Built() || s.Path("app.js") != "" {
		t.Errorf("got %v, %v", s, err)
	}
	if _, err := load(fstest.MapFS{"manifest.json": {Data: []byte(`{"app.js":"gone.js"}`)}}, "/a/"); err == nil {
		t.Error("a file that is missing is not told")
	}
}
