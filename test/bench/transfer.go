package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"cloud.google.com/go/storage"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
)

// What a child needs to know.
const (
	sourceVariable = "BENCH_SOURCE" // URL of the recording
	chunk          = 4 << 20        // of the upload, as the pipeline's
)

// transferred is what a child says about one transfer.
type transferred struct {
	Seconds float64 `json:"seconds"`
	PeakMB  float64 `json:"peak_mb"` // by how much the most memory that the process ever had has grown
}

// measureTransfer downloads a recording and uploads it, as transcribe does, and in turns by
// io.Copy from the same connection into the same storage client.
func measureTransfer(ctx context.Context, s scale, r *report) error {
	source := httptest.NewServer(wav(s.recording))
	defer source.Close()
	store := httptest.NewServer(&sink{})
	defer store.Close()
	env := map[string]string{sourceVariable: source.URL, "STORAGE_EMULATOR_HOST": strings.TrimPrefix(store.URL, "http://")}
	var speeds, peaks pairs
	for range s.rounds {
		var bare, ours transferred
		if err := inChild(ctx, "copy", env, &bare); err != nil {
			return err
		}
		if err := inChild(ctx, "save", env, &ours); err != nil {
			return err
		}
		megabytes := float64(s.recording) / 1e6
		speeds.add(megabytes/ours.Seconds, megabytes/bare.Seconds)
		peaks.add(ours.PeakMB, bare.PeakMB)
	}
	r.add(speeds.line(line{Section: "transfer", Name: "recording saved", Unit: "MB/s", Target: atLeast(.8).ofRatio()}))
	r.add(peaks.line(line{Section: "transfer", Name: "peak memory of the transfer", Unit: "MB", Target: atMost(64)}))
	r.note("transfer: %d MB; besides io.Copy, saving measures the sound and makes SHA-256 and CRC32C of every byte.", s.recording/1e6)
	return nil
}

// saveRecording and copyRecording are children: each transfers once and says how it went.
func saveRecording(ctx context.Context) error {
	b, err := recording.Open(ctx, recording.Config{Bucket: bucket})
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }()
	return timed(ctx, func(body io.ReadCloser, length int64) error {
		_, err := b.Save(ctx, "a", recording.Audio{Body: body, Length: length}, recording.Limits{Bytes: length, Timeout: startWithin})
		return err
	})
}

func copyRecording(ctx context.Context) error {
	client, err := storage.NewClient(ctx, storage.WithJSONReads())
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	return timed(ctx, func(body io.ReadCloser, _ int64) error {
		w := client.Bucket(bucket).Object("a").If(storage.Conditions{DoesNotExist: true}).NewWriter(ctx)
		w.ChunkSize = chunk
		if _, err := io.Copy(w, body); err != nil {
			return err
		}
		return w.Close()
	})
}

func timed(ctx context.Context, transfer func(body io.ReadCloser, length int64) error) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, os.Getenv(sourceVariable), http.NoBody)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	before, err := memory("self", "VmHWM")
	if err != nil {
		return err
	}
	begin := time.Now()
	if err := transfer(res.Body, res.ContentLength); err != nil {
		return err
	}
	took := transferred{Seconds: time.Since(begin).Seconds()}
	after, err := memory("self", "VmHWM")
	if err != nil {
		return err
	}
	took.PeakMB = after - before
	return json.NewEncoder(os.Stdout).Encode(took)
}

// wav serves a recording of a size.
func wav(size int64) http.Handler {
	header := wavHeader(int(size) - len(wavHeader(0)))
	silence := bytes.Repeat([]byte{0x80}, 64<<10)
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "audio/wav")
		w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
		left := size - int64(len(header))
		_, err := w.Write(header)
		for left > 0 && err == nil {
			var n int
			n, err = w.Write(silence[:min(left, int64(len(silence)))])
			left -= int64(n)
		}
	})
}

// sink takes one resumable upload at a time, and keeps of it size and checksum.
type sink struct {
	mu   sync.Mutex
	crc  uint32
	size int64
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.URL.Query().Get("upload_id") == "" {
		s.crc, s.size = 0, 0
		w.Header().Set("Location", "http://"+r.Host+r.URL.Path+"?upload_id=1")
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "the body cannot be read", http.StatusBadRequest)
		return
	}
	s.crc, s.size = crc32.Update(s.crc, castagnoli, body), s.size+int64(len(body))
	if strings.HasSuffix(r.Header.Get("Content-Range"), "/*") {
		w.Header().Set("X-Http-Status-Code-Override", "308")
		w.Header().Set("Range", fmt.Sprintf("bytes=0-%d", s.size-1))
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{ // a child that cannot read it says so
		"bucket": bucket, "name": "a", "size": strconv.FormatInt(s.size, 10), "generation": "1",
		"crc32c": base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, s.crc)),
	})
}
