package transcribe

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/fsouza/fake-gcs-server/fakestorage"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
)

var storage *fakestorage.Server

// TestMain gives all tests one storage server: the client finds it by an environment
// variable, which parallel tests cannot each have. Every test uses a bucket of its own.
func TestMain(m *testing.M) {
	var err error
	storage, err = fakestorage.NewServerWithOptions(fakestorage.Options{Scheme: "http", Host: "127.0.0.1"})
	if err != nil {
		fmt.Fprintln(os.Stderr, "start fake storage:", err)
		os.Exit(1)
	}
	if err := os.Setenv("STORAGE_EMULATOR_HOST", strings.TrimPrefix(storage.URL(), "http://")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	storage.Stop()
	os.Exit(code)
}

func newBucket(t *testing.T) *recording.Bucket {
	t.Helper()
	name := strings.ToLower(strings.NewReplacer("/", "-", "_", "-", ",", "", "'", "").Replace(t.Name()))
	name = name[max(0, len(name)-60):]
	storage.CreateBucketWithOpts(fakestorage.CreateBucketOpts{Name: "b" + name})
	b, err := recording.Open(t.Context(), recording.Config{Bucket: "b" + name})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// mp3 returns that many seconds of MP3 at 24 kbit/s.
func mp3(seconds float64, channels int) []byte {
	frame := make([]byte, 108) // MPEG-2 layer III, 16 kHz: 36 ms
	copy(frame, []byte{0xFF, 0xF3, 0x38, 0xC0})
	if channels == 2 {
		frame[3] = 0
	}
	return []byte(strings.Repeat(string(frame), int(seconds/0.036)))
}
