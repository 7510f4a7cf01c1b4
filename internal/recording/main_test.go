package recording

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/fsouza/fake-gcs-server/fakestorage"
)

var fake *fakestorage.Server

// TestMain gives all tests one storage server: the client finds it by an environment
// variable, which parallel tests cannot each have. Every test uses a bucket of its own.
func TestMain(m *testing.M) {
	if os.Getenv(saveInChild) != "" {
		os.Exit(childMain())
	}
	var err error
	fake, err = fakestorage.NewServerWithOptions(fakestorage.Options{Scheme: "http", Host: "127.0.0.1"})
	if err != nil {
		fmt.Fprintln(os.Stderr, "start fake storage:", err)
		os.Exit(1)
	}
	if err := os.Setenv("STORAGE_EMULATOR_HOST", strings.TrimPrefix(fake.URL(), "http://")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	fake.Stop()
	os.Exit(code)
}

// newBucket returns an empty bucket.
func newBucket(t *testing.T) *Bucket {
	t.Helper()
	name := strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))
	fake.CreateBucketWithOpts(fakestorage.CreateBucketOpts{Name: name})
	b, err := Open(t.Context(), Config{Bucket: name})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// mp3Frames returns n frames of MPEG-2 layer III, 16 kHz, 24 kbit/s: 108 bytes and 36 ms
// each, as call recordings have them.
func mp3Frames(n, channels int) []byte {
	frame := make([]byte, 108)
	copy(frame, []byte{0xFF, 0xF3, 0x38, 0xC0})
	if channels == 2 {
		frame[3] = 0
	}
	return []byte(strings.Repeat(string(frame), n))
}
