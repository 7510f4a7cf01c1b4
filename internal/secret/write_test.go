package secret

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/grpc"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/secretmanager"
)

// newWriter returns a reader of the sandbox's Secret Manager, which holds one secret.
func newWriter(t *testing.T) (*Reader, *secretmanager.Server) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	manager, server := secretmanager.New("demo", time.Now), grpc.NewServer()
	manager.Register(server)
	go func() { _ = server.Serve(listener) }() // ends with Stop
	t.Cleanup(server.Stop)
	cfg := Config{Project: "demo", Endpoint: "http://" + listener.Addr().String(), TTL: time.Hour, StaleFor: time.Hour}
	client, err := NewClient(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	manager.Put("tenant-a-oauth", "v1")
	return New(client, cfg), manager
}

func put(t *testing.T, r *Reader, value string, version int64) {
	t.Helper()
	if got, err := r.Put(t.Context(), "tenant-a-oauth", value); err != nil || got != version {
		t.Errorf("Put(%s) = %d, %v, want version %d", value, got, err, version)
	}
}

func wantNewest(t *testing.T, r *Reader, atLeast int64, value string, version int64) {
	t.Helper()
	got, number, err := r.Newest(t.Context(), "tenant-a-oauth", atLeast)
	if err != nil || got != value || number != version {
		t.Errorf("Newest(%d) = %q, %d, %v, want %q, %d", atLeast, got, number, err, value, version)
	}
}

func TestWhatIsPutIsServedAtOnce(t *testing.T) {
	t.Parallel()
	r, _ := newWriter(t)
	want(t, r, "tenant-a-oauth", "v1")
	put(t, r, "v2", 2)
	want(t, r, "tenant-a-oauth", "v2")
}

func TestOnlyTheLastVersionsAreKept(t *testing.T) {
	t.Parallel()
	r, _ := newWriter(t)
	for n := int64(2); n <= 8; n++ {
		put(t, r, fmt.Sprintf("v%d", n), n)
	}
	for n := int64(1); n <= 8; n++ {
		_, _, err := r.read(t.Context(), "tenant-a-oauth", fmt.Sprint(n))
		if gone := errors.Is(err, ErrNotFound); gone != (n <= 3) { // five are left
			t.Errorf("version %d: %v", n, err)
		}
	}
}

func TestTheNewestIsReadPastTheCache(t *testing.T) {
	t.Parallel()
	r, manager := newWriter(t)
	want(t, r, "tenant-a-oauth", "v1")
	manager.Put("tenant-a-oauth", "v2")
	want(t, r, "tenant-a-oauth", "v1")
	wantNewest(t, r, 0, "v2", 2)
	want(t, r, "tenant-a-oauth", "v2")
	wantNewest(t, r, 1, "v2", 2)
}

func TestAVersionThatWasNeverThereDoesNotHideTheLatest(t *testing.T) {
	t.Parallel()
	r, _ := newWriter(t)
	wantNewest(t, r, 7, "v1", 1) // the secret was made anew
	if _, _, err := r.Newest(t.Context(), "tenant-b-oauth", 7); !errors.Is(err, ErrNotFound) {
		t.Errorf("a secret that does not exist: %v", err)
	}
	if _, err := r.Put(t.Context(), "../x", "v"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a malformed name: %v", err)
	}
}

// lagging is a Secret Manager whose "latest" is still version 2, although there is a third.
type lagging struct {
	secretmanagerpb.UnimplementedSecretManagerServiceServer
}

func (lagging) AccessSecretVersion(_ context.Context, in *secretmanagerpb.AccessSecretVersionRequest) (*secretmanagerpb.AccessSecretVersionResponse, error) {
	secret, version, _ := strings.Cut(in.GetName(), "/versions/")
	if version == "latest" {
		version = "2"
	}
	return &secretmanagerpb.AccessSecretVersionResponse{
		Name: secret + "/versions/" + version, Payload: &secretmanagerpb.SecretPayload{Data: []byte("v" + version)},
	}, nil
}

func TestALatestThatIsBehindIsNotBelieved(t *testing.T) {
	t.Parallel()
	r, _ := newReader(t, lagging{})
	wantNewest(t, r, 0, "v2", 2)
	wantNewest(t, r, 3, "v3", 3)
	want(t, r, "tenant-a-oauth", "v3")
}
