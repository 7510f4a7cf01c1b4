package recording

import (
	"errors"
	"io"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// newSigning returns a bucket that signs addresses of a stand-in. That they work is tested with
// the stand-in, which knows its own address.
func newSigning(t *testing.T) *Bucket {
	t.Helper()
	b, err := Open(t.Context(), Config{Bucket: "recordings", EmulatorHost: "127.0.0.1:9000"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func TestAnUploadIsOpenedAsAudioOnceItIsThere(t *testing.T) {
	t.Parallel()
	b, object, sound := newBucket(t), Upload("tenant_demo", "req_1"), mp3Frames(100, 1)
	if _, err := b.Uploaded(t.Context(), object); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("before the upload: %v, want fs.ErrNotExist", err)
	}
	if err := b.Write(t.Context(), object, "audio/wav", func(w io.Writer) error {
		_, err := w.Write(sound)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	audio, err := b.Uploaded(t.Context(), object)
	if err != nil {
		t.Fatal(err)
	}
	saved, err := b.Save(t.Context(), Object("tenant_demo", "req_1", 1), audio, Limits{Bytes: 1 << 20, Timeout: time.Minute})
	if err != nil || audio.Length != int64(len(sound)) || saved.Bytes != int64(len(sound)) || saved.ContentType != "audio/mpeg" {
		t.Errorf("saved %+v of %d bytes, %v", saved, audio.Length, err)
	}
}

// Whoever holds an address can do with it what its signature covers, so everything that bounds
// it must be in there.
func TestAnAddressSignsWhatBoundsIt(t *testing.T) {
	t.Parallel()
	b := newSigning(t)
	put, err := b.SignedPut(t.Context(), "uploads/a", "audio/wav", 4711, time.Now().Add(90*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"Content-Type": "audio/wav", "x-goog-content-length-range": "4711,4711"}
	if diff := cmp.Diff(want, put.Header); diff != "" {
		t.Errorf("what must be sent along (-want +got):\n%s", diff)
	}
	query := queryOf(t, put.URL)
	headers := strings.Split(query.Get("X-Goog-SignedHeaders"), ";")
	if wanted := []string{"content-type", "host", "x-goog-content-length-range"}; !slices.Equal(headers, wanted) {
		t.Errorf("signed headers %v, want %v", headers, wanted)
	}
	if seconds := query.Get("X-Goog-Expires"); seconds != "90" && seconds != "89" {
		t.Errorf("expires after %s s, want 90", seconds)
	}
	audio, err := b.SignedAudio(t.Context(), "recordings/a", "audio/mpeg", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	query = queryOf(t, audio)
	if query.Get("response-content-type") != "audio/mpeg" || query.Get("response-content-disposition") != "inline" {
		t.Errorf("audio is served as %q", query)
	}
}

func TestTheNamedAccountSignsInTheCloud(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		cfg  Config
		want signer
	}{
		"named":                {Config{Signer: "signer@example.com"}, signer{account: "signer@example.com"}},
		"detected":             {Config{}, signer{}},
		"stand-in":             {Config{EmulatorHost: "127.0.0.1:9000"}, signer{local: "127.0.0.1:9000"}},
		"stand-in with scheme": {Config{EmulatorHost: "http://127.0.0.1:9000/"}, signer{local: "127.0.0.1:9000"}},
	} {
		if got := signerOf(tc.cfg); got != tc.want {
			t.Errorf("%s: got %+v, want %+v", name, got, tc.want)
		}
	}
}

func TestErasingFindsUploads(t *testing.T) {
	t.Parallel()
	object := Upload("tenant_demo", "req_1")
	for name, prefixes := range map[string][]string{
		"tenant": TenantPrefixes("tenant_demo"), "request": RequestPrefixes("tenant_demo", "req_1"),
	} {
		if !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(object, p) }) {
			t.Errorf("%s: %v does not cover %s", name, prefixes, object)
		}
	}
}

func queryOf(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}
