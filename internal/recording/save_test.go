package recording

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var generous = Limits{Bytes: 64 << 20, Timeout: time.Minute}

func audioOf(b []byte) Audio {
	return Audio{Body: io.NopCloser(bytes.NewReader(b)), Length: int64(len(b))}
}

func sha(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func TestSaveKeepsARecordingAndDescribesIt(t *testing.T) {
	t.Parallel()
	for name, content := range map[string][]byte{
		"one request":    mp3Frames(1000, 2),
		"several chunks": mp3Frames(100_000, 2), // 10.8 MB
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBucket(t)
			object := Object("tenant_demo", "req_1", 1)
			got, err := b.Save(t.Context(), object, audioOf(content), generous)
			if err != nil {
				t.Fatal(err)
			}
			want := Saved{
				Object: "recordings/tenant_demo/req_1/1/audio", Bytes: int64(len(content)), SHA256: sha(content),
				ContentType: "audio/mpeg", Sound: Sound{DurationS: float64(len(content)) / 3000, Channels: 2},
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Saved{}, "Generation", "CRC32C"), cmpopts.EquateApprox(0, 1e-6)); diff != "" {
				t.Errorf("saved (-want +got):\n%s", diff)
			}
			if got.Generation == 0 || got.CRC32C == 0 {
				t.Errorf("generation %d and checksum %d should be set", got.Generation, got.CRC32C)
			}
			if stored := read(t, b, object); !bytes.Equal(stored, content) {
				t.Errorf("stored %d bytes differ from the %d sent", len(stored), len(content))
			}
		})
	}
}

func TestSaveTakesOverWhatIsThereAlready(t *testing.T) {
	t.Parallel()
	first := mp3Frames(50, 1)
	for name, second := range map[string][]byte{
		"same recording again":     first,
		"another recording, short": mp3Frames(70, 2),
		"another recording, long":  mp3Frames(60_000, 2),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBucket(t)
			want, err := b.Save(t.Context(), "a", audioOf(first), generous)
			if err != nil {
				t.Fatal(err)
			}
			got, err := b.Save(t.Context(), "a", audioOf(second), generous)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("second save (-first +second):\n%s", diff)
			}
			if !bytes.Equal(read(t, b, "a"), first) {
				t.Error("the first recording was overwritten")
			}
		})
	}
}

func TestSaveRefusesWhatIsNoRecording(t *testing.T) {
	t.Parallel()
	mp3 := mp3Frames(1000, 1)
	long := mp3Frames(100_000, 1)
	broken := errors.New("connection reset")
	html := []byte("<!DOCTYPE html><html><body>Sign in</body></html>")
	for name, tc := range map[string]struct {
		audio Audio
		limit int64
		want  error
	}{
		"web page":          {audio: audioOf(html), want: &NotAudioError{Found: "text/html"}},
		"error document":    {audio: audioOf([]byte(`{"error":"not ready"}`)), want: &NotAudioError{Found: "application/json"}},
		"empty":             {audio: audioOf(nil), want: &NotAudioError{Found: "empty"}},
		"sync bytes only":   {audio: audioOf(append([]byte{0xFF, 0xFB}, make([]byte, 5000)...)), want: &NotAudioError{Found: "application/octet-stream"}},
		"announced too big": {audio: audioOf(mp3), limit: 1000, want: &TooLargeError{Limit: 1000}},
		"turns out too big": {
			audio: Audio{Body: io.NopCloser(bytes.NewReader(long)), Length: -1}, limit: 9 << 20,
			want: &TooLargeError{Limit: 9 << 20},
		},
		"ends early": {
			audio: Audio{Body: io.NopCloser(bytes.NewReader(mp3)), Length: 200_000},
			want:  &TruncatedError{Got: int64(len(mp3)), Want: 200_000},
		},
		"ends early after chunks were sent": {
			audio: Audio{Body: io.NopCloser(bytes.NewReader(long)), Length: 50 << 20},
			want:  &TruncatedError{Got: int64(len(long)), Want: 50 << 20},
		},
		"connection breaks": {
			audio: Audio{Body: io.NopCloser(io.MultiReader(bytes.NewReader(mp3), failing{broken})), Length: -1},
			want:  &TruncatedError{Got: int64(len(mp3)), Want: -1, Err: broken},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBucket(t)
			limits := generous
			if tc.limit > 0 {
				limits.Bytes = tc.limit
			}
			_, err := b.Save(t.Context(), "a", tc.audio, limits)
			if err == nil || !strings.Contains(err.Error(), tc.want.Error()) {
				t.Errorf("error %v, want %v", err, tc.want)
			}
			if !sameType(err, tc.want) {
				t.Errorf("error %v is not a %T", err, tc.want)
			}
			if _, err := b.Reader(t.Context(), "a"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("an object was left behind (%v)", err)
			}
		})
	}
}

func TestSaveGivesUpOnASenderThatStalls(t *testing.T) {
	t.Parallel()
	b := newBucket(t)
	body, w := io.Pipe() // nothing is ever written after the first frames
	go func() { _, _ = w.Write(mp3Frames(100, 1)) }()
	limits := Limits{Bytes: 1 << 20, Timeout: 50 * time.Millisecond}
	_, err := b.Save(t.Context(), "a", Audio{Body: body, Length: -1}, limits)
	var truncated *TruncatedError
	if !errors.As(err, &truncated) || !errors.Is(err, errSlow) {
		t.Errorf("error %v, want a TruncatedError for slowness", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func sameType(err, want error) bool {
	switch want.(type) { //nolint:errorlint // want is made by the test, unwrapped
	case *NotAudioError:
		return errors.As(err, new(*NotAudioError))
	case *TooLargeError:
		return errors.As(err, new(*TooLargeError))
	default:
		return errors.As(err, new(*TruncatedError))
	}
}

func read(t *testing.T, b *Bucket, object string) []byte {
	t.Helper()
	r, err := b.Reader(t.Context(), object)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return content
}
