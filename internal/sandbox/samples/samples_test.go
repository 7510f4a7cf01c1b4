package samples

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/tcolgate/mp3"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestEverySampleIsWhatItSaysItIs(t *testing.T) {
	t.Parallel()
	for _, s := range All() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			if s.Title == "" || s.Tenant < 0 || s.Tenant > 1 {
				t.Errorf("title %q, tenant %d", s.Title, s.Tenant)
			}
			prefix := map[request.Kind]string{request.Call: "CAL", request.Form: "FRM"}[s.Kind]
			if prefix == "" || !strings.HasPrefix(s.ExternalID, prefix) || len(s.ExternalID) != len(prefix)+32 {
				t.Errorf("kind %q has external id %q", s.Kind, s.ExternalID)
			}
			if found, ok := ByName(s.Name); !ok || found.ExternalID != s.ExternalID {
				t.Errorf("ByName(%q) = %q, %v", s.Name, found.ExternalID, ok)
			}
			checkLabels(t, s.Expect)
		})
	}
	if _, ok := ByName("no-such-sample"); ok {
		t.Error("ByName found a sample that does not exist")
	}
}

func checkLabels(t *testing.T, l Labels) {
	t.Helper()
	for name, check := range map[string]struct {
		got        string
		vocabulary []string
	}{
		"intent":       {l.Intent, request.Intents},
		"project_type": {l.ProjectType, request.ProjectTypes},
		"timeline":     {l.Timeline, request.Timelines},
		"budget":       {l.Budget, request.Budgets},
		"appointment":  {l.Appointment, request.Appointments},
		"score_band":   {string(l.ScoreBand), []string{"hot", "warm", "cold", "none", ""}},
	} {
		if !slices.Contains(check.vocabulary, check.got) {
			t.Errorf("expected %s %q is not in the vocabulary", name, check.got)
		}
	}
}

func TestTheSetIsVaried(t *testing.T) {
	t.Parallel()
	count := map[string]int{}
	ids := map[string]bool{}
	for _, s := range All() {
		ids[s.ExternalID] = true
		count[fmt.Sprintf("tenant %d %s", s.Tenant, s.Kind)]++
		count["band "+string(s.Expect.ScoreBand)]++
		if len(s.Audio) == 0 {
			continue
		}
		length, channels := measure(t, s.Audio)
		if channels == 2 {
			count["stereo"]++
		}
		if length >= 2*time.Minute && length <= 4*time.Minute && len(speakers(s)) == 2 {
			count["long"]++
		}
		if length < time.Minute {
			count["short"]++
		}
	}
	if len(ids) != len(All()) {
		t.Errorf("%d external ids for %d samples", len(ids), len(All()))
	}
	for what, least := range map[string]int{
		"long": 6, "short": 2, "tenant 0 call": 7, "tenant 0 form": 2, "tenant 1 call": 1, "tenant 1 form": 1,
		"band hot": 3, "band warm": 2, "band cold": 1, "band none": 4,
	} {
		if count[what] < least {
			t.Errorf("%d samples are %q, want at least %d", count[what], what, least)
		}
	}
	if count["stereo"] != 1 {
		t.Errorf("%d stereo recordings, want exactly 1", count["stereo"])
	}
}

func speakers(s Sample) map[string]bool {
	found := map[string]bool{}
	for _, turn := range s.Transcript {
		found[turn.Speaker] = true
	}
	return found
}

func TestTranscriptsFitTheirAudio(t *testing.T) {
	t.Parallel()
	for _, s := range All() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			if (len(s.Audio) == 0) != (len(s.Transcript) == 0) {
				t.Fatalf("%d bytes of audio, %d turns", len(s.Audio), len(s.Transcript))
			}
			if len(s.Audio) == 0 {
				return
			}
			length, _ := measure(t, s.Audio)
			last := 0.0
			for i, turn := range s.Transcript {
				if turn.Start < last || turn.End <= turn.Start || turn.End > length.Seconds() {
					t.Errorf("turn %d: %.2f to %.2f after %.2f of %.2f seconds", i, turn.Start, turn.End, last, length.Seconds())
				}
				if turn.Speaker != request.Agent && turn.Speaker != request.Customer {
					t.Errorf("turn %d: speaker %q", i, turn.Speaker)
				}
				if strings.TrimSpace(turn.Text) == "" || !strings.ContainsAny(turn.Text[len(turn.Text)-1:], ".?!") {
					t.Errorf("turn %d: text %q", i, turn.Text)
				}
				last = turn.End
			}
			if quiet := length.Seconds() - last; quiet > 2 {
				t.Errorf("%.1f seconds of audio after the last turn: was the transcript made from it?", quiet)
			}
		})
	}
}

func TestTranscriptsSayWhatTheScriptsSay(t *testing.T) {
	t.Parallel()
	for _, s := range All() {
		var script struct {
			Turns []Turn `json:"turns"`
		}
		if err := readJSON(data, "data/"+s.Name+"/script.json", &script); err != nil {
			t.Fatal(err)
		}
		same := slices.EqualFunc(script.Turns, s.Transcript, func(a, b Turn) bool {
			return a.Speaker == b.Speaker && a.Text == b.Text
		})
		if !same {
			t.Errorf("%s: the transcript is older than the script: run the generator", s.Name)
		}
	}
}

func TestFilesAreSmall(t *testing.T) {
	t.Parallel()
	total := 0
	err := fs.WalkDir(data, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		total += int(info.Size())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if limit := 5 << 20; total > limit {
		t.Errorf("the samples take %d bytes, want at most %d", total, limit)
	}
}

// measure returns length and channels of an MP3 file by its frames.
func measure(t *testing.T, audio []byte) (time.Duration, int) {
	t.Helper()
	decoder := mp3.NewDecoder(bytes.NewReader(audio))
	var length time.Duration
	channels := 0
	for {
		var frame mp3.Frame
		skipped := 0
		err := decoder.Decode(&frame, &skipped)
		if errors.Is(err, io.EOF) {
			return length, channels
		}
		if err != nil || skipped > 0 {
			t.Fatalf("MP3 after %v: %v, %d bytes skipped", length, err, skipped)
		}
		if rate := frame.Header().SampleRate(); rate != 16000 {
			t.Fatalf("MP3 has %d Hz", rate)
		}
		length += frame.Duration()
		channels = map[bool]int{true: 1, false: 2}[frame.Header().ChannelMode() == mp3.SingleChannel]
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	whole := map[string]string{
		"data/a/script.json": `{"title":"A","kind":"call"}`,
		"data/a/call.json":   `{"resource_id":"CAL1"}`,
		"data/a/audio.mp3":   "…", "data/a/transcript.json": `[]`,
	}
	tests := map[string]struct{ file, content string }{
		"a script that is no JSON":       {"data/a/script.json", `{`},
		"a kind without a delivery":      {"data/a/script.json", `{"kind":"text"}`},
		"a delivery that is no JSON":     {"data/a/call.json", `{`},
		"a transcript that is no JSON":   {"data/a/transcript.json", `{`},
		"a folder without any script":    {"data/b/call.json", `{}`},
		"a label of the wrong JSON type": {"data/a/script.json", `{"kind":"call","expect":{"spam":"no"}}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contents := maps.Clone(whole)
			contents[tt.file] = tt.content
			files := fstest.MapFS{}
			for file, content := range contents {
				files[file] = &fstest.MapFile{Data: []byte(content)}
			}
			if _, err := parse(files); err == nil {
				t.Error("parse succeeded")
			}
		})
	}
}

func TestRecordingLengthsAreTold(t *testing.T) {
	t.Parallel()
	for _, s := range All() {
		if len(s.Audio) == 0 {
			continue
		}
		var body struct {
			RecordingDuration float64 `json:"recording_duration"`
		}
		if err := json.Unmarshal(s.Body, &body); err != nil {
			t.Fatal(err)
		}
		length, _ := measure(t, s.Audio)
		if diff := length.Seconds() - body.RecordingDuration; diff > 1 || diff < -1 {
			t.Errorf("%s: call.json says recording_duration %v, the audio has %.1f s", s.Name, body.RecordingDuration, length.Seconds())
		}
	}
}
