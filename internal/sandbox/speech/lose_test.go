package speech_test

import (
	"testing"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/status"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/fault"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/speech"
)

func TestModeLosesOperationsThatStart(t *testing.T) {
	t.Parallel()
	modes := fault.NewModes(1)
	if err := modes.Replace([]fault.Mode{{System: "speech", Mode: "lose", Times: 1}}); err != nil {
		t.Fatal(err)
	}
	stored := map[string][]byte{"recordings/tenant_demo/req_1/1/audio": wav(90, 1)}
	server, c := newServer(t, speech.Config{Modes: modes, Duration: time.Millisecond}, newStorage(t, stored))
	var found []string
	for range 2 {
		op, err := c.BatchRecognize(t.Context(), batch(audioURI))
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.GetOperation(t.Context(), &longrunningpb.GetOperationRequest{Name: op.Name()})
		found = append(found, status.Code(err).String())
	}
	if diff := cmp.Diff([]string{"NotFound", "OK"}, found); diff != "" {
		t.Errorf("operations that are asked for (-want +got):\n%s", diff)
	}
	if n := len(list(t, c)); n != 1 || len(server.Objects("")) != 2 {
		t.Errorf("%d operations are listed and %d inspected, want 1 and 2", n, len(server.Objects("")))
	}
}
