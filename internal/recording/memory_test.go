package recording

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	saveInChild  = "RECORDING_TEST_SAVE_BYTES" // makes this binary save a recording and report its memory
	bigRecording = 200_000_000
	growthLimit  = 64 << 20
)

// TestSaveOfABigRecordingNeedsLittleMemory saves 200 MB in a process of its own, whose
// highest resident size is the kernel's word and not spoiled by other tests.
func TestSaveOfABigRecordingNeedsLittleMemory(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("the resident size is read from /proc")
	}
	sink := httptest.NewServer(&sink{crc: crc32.New(crc32.MakeTable(crc32.Castagnoli))})
	t.Cleanup(sink.Close)
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), saveInChild+"="+strconv.Itoa(bigRecording),
		"STORAGE_EMULATOR_HOST="+strings.TrimPrefix(sink.URL, "http://"))
	var stderr bytes.Buffer
	child.Stderr = &stderr
	out, err := child.Output()
	if err != nil {
		t.Fatalf("child: %v\n%s", err, stderr.String())
	}
	growth, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("200 MB cost %d KiB of resident memory", growth>>10)
	if growth >= growthLimit {
		t.Errorf("resident memory grew by %d bytes, want less than %d", growth, growthLimit)
	}
}

// childMain saves a recording of the size that the environment names and prints by how
// many bytes the highest resident size grew.
func childMain() int {
	size, err := strconv.ParseInt(os.Getenv(saveInChild), 10, 64)
	if err == nil {
		err = saveBig(size)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func saveBig(size int64) error {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()
	b, err := Open(ctx, Config{Bucket: "big"})
	if err != nil {
		return err
	}
	before, err := highestResident()
	if err != nil {
		return err
	}
	body := io.NopCloser(io.LimitReader(&endless{frame: mp3Frames(1000, 1)}, size))
	saved, err := b.Save(ctx, "a", Audio{Body: body, Length: size}, Limits{Bytes: size, Timeout: 5 * time.Minute})
	if err != nil {
		return err
	}
	if saved.Bytes != size {
		return fmt.Errorf("saved %d of %d bytes", saved.Bytes, size)
	}
	after, err := highestResident()
	fmt.Println(after - before)
	return err
}

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// highestResident returns the largest resident size that this process ever had, in bytes.
func highestResident() (int, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	m := highWater.FindSubmatch(status)
	if m == nil {
		return 0, fmt.Errorf("no VmHWM in %q", status)
	}
	kib, err := strconv.Atoi(string(m[1]))
	return kib << 10, err
}

// endless repeats its frames.
type endless struct {
	frame []byte
	at    int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.frame[e.at:])
	e.at = (e.at + n) % len(e.frame)
	return n, nil
}

// sink takes one resumable upload and keeps nothing of it but size and checksum: the
// usual fake hashes everything anew with each chunk, which takes minutes for 200 MB.
type sink struct {
	mu   sync.Mutex
	crc  hash.Hash32
	size int64
}

func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.URL.Query().Get("upload_id") == "" {
		w.Header().Set("Location", "http://"+r.Host+r.URL.Path+"?upload_id=1")
		return
	}
	n, err := io.Copy(s.crc, r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.size += n
	if strings.HasSuffix(r.Header.Get("Content-Range"), "/*") {
		w.Header().Set("X-Http-Status-Code-Override", "308")
		w.Header().Set("Range", fmt.Sprintf("bytes=0-%d", s.size-1))
		return
	}
	sum := binary.BigEndian.AppendUint32(nil, s.crc.Sum32())
	_ = json.NewEncoder(w).Encode(map[string]string{ // a broken reply fails the child
		"bucket": "big", "name": "a", "size": strconv.FormatInt(s.size, 10), "generation": "1",
		"crc32c": base64.StdEncoding.EncodeToString(sum),
	})
}
