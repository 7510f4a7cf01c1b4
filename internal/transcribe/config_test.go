package transcribe

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

func TestConfigHasWorkingDefaults(t *testing.T) {
	t.Parallel()
	var got Config
	if err := config.LoadFrom(t.Context(), &got, envconfig.MapLookuper(map[string]string{"RECORDING_WAITS": "1s,2s"})); err != nil {
		t.Fatal(err)
	}
	want := Config{
		Waits: []time.Duration{time.Second, 2 * time.Second}, MaxBytes: 400 << 20, DownloadTimeout: 5 * time.Minute,
		MaxWait: 500 * time.Second, PollMin: 500 * time.Millisecond, PollMax: 5 * time.Second,
		Pause: 30 * time.Second, Patience: 2 * time.Hour, HistoryPatience: 168 * time.Hour, Attempts: 4,
		UploadMin: 10 * time.Second, UploadMax: time.Minute,
		BatchPause: 10 * time.Minute, BatchPatience: 26 * time.Hour,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("config (-want +got):\n%s", diff)
	}
}

func TestConfigReportsEveryProblem(t *testing.T) {
	t.Parallel()
	err := Config{Waits: []time.Duration{time.Hour, time.Minute}}.Validate()
	for _, name := range []string{
		"RECORDING_WAITS", "RECORDING_MAX_BYTES", "RECORDING_TIMEOUT", "SPEECH_MAX_WAIT", "SPEECH_POLL_MIN",
		"SPEECH_POLL_MAX", "SPEECH_PAUSE", "SPEECH_PATIENCE", "TRANSCRIBE_ATTEMPTS",
		"UPLOAD_WAIT_MIN",
	} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v does not name %s", err, name)
		}
	}
}
