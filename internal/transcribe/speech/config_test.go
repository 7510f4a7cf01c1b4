package speech

import (
	"strings"
	"testing"
	"time"
)

func TestHIPAAModeNamesWhereRecordingsAreSent(t *testing.T) {
	t.Parallel()
	for location, good := range map[string]bool{"us": true, "eu": true, "global": false} {
		cfg := Config{Project: "demo", Location: location, Model: "chirp_3", Timeout: time.Second}
		if err := cfg.Validate(); err != nil {
			t.Fatalf("%s without it: %v", location, err)
		}
		cfg.HIPAA = true
		if err := cfg.Validate(); (err == nil) != good || err != nil && !strings.Contains(err.Error(), "HIPAA_MODE") {
			t.Errorf("%s: %v, want it good %v", location, err, good)
		}
	}
}
