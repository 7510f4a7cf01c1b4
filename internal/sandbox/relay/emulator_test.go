package relay_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/pubsub/v2"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/relay"
)

// TestGoogleEmulatorReachesTheHandler shows that the relay does not lean on pstest.
func TestGoogleEmulatorReachesTheHandler(t *testing.T) {
	t.Parallel()
	client := connect(t, startEmulator(t))
	handler := newHandler(t, http.StatusServiceUnavailable, http.StatusOK)
	start(t, client, relay.Config{Subscriptions: []relay.Subscription{{
		ID: "transcribe", Topic: "request-received", Endpoint: handler.url,
		MinBackoff: time.Millisecond, MaxBackoff: time.Millisecond, DeadLetterTopic: "dead-letter", MaxAttempts: 5,
	}}})
	publish(t, client, "request-received", &pubsub.Message{
		Data: []byte("first"), Attributes: map[string]string{"tenant_id": "tenant_demo"},
	})
	for _, attempt := range []string{`"deliveryAttempt":1`, `"deliveryAttempt":2`} {
		got := handler.next(t)
		for _, want := range []string{attempt, `"tenant_id":"tenant_demo"`, `"data":"Zmlyc3Q="`} {
			if !bytes.Contains(got.body, []byte(want)) {
				t.Errorf("got %s, want %s in it", got.body, want)
			}
		}
	}
	publish(t, client, "request-received", &pubsub.Message{Data: []byte("second")})
	if got := handler.next(t); !bytes.Contains(got.body, []byte(`"data":"c2Vjb25k"`)) {
		t.Errorf("after the 200: got %s, want the second message", got.body)
	}
}

// startEmulator skips the test where there is no emulator, but never in CI.
func startEmulator(t *testing.T) string {
	t.Helper()
	script := findEmulator(t)
	if _, err := exec.LookPath("java"); err != nil || script == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("the Pub/Sub emulator or java is missing: gcloud components install pubsub-emulator; apt-get install openjdk-17-jre-headless")
		}
		t.Skip("the Pub/Sub emulator or java is missing")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil { // the emulator cannot choose a port itself
		t.Fatal(err)
	}
	host, port, _ := strings.Cut(address, ":")
	// The script execs java: killing it kills java.
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), script, "--host="+host, "--port="+port)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed
	})
	for deadline := time.Now().Add(generous); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if conn, err := net.Dial("tcp", address); err == nil {
			_ = conn.Close()
			return address
		}
	}
	t.Fatal("the Pub/Sub emulator does not listen")
	return ""
}

func findEmulator(t *testing.T) string {
	t.Helper()
	root, err := exec.CommandContext(t.Context(), "gcloud", "info", "--format=value(installation.sdk_root)").Output()
	if err != nil {
		return ""
	}
	script := filepath.Join(strings.TrimSpace(string(root)), "platform", "pubsub-emulator", "bin", "cloud-pubsub-emulator")
	if _, err := os.Stat(script); err != nil {
		return ""
	}
	return script
}
