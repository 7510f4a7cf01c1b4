package secret

import (
	"context"
	"errors"
	"hash/crc32"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"github.com/sethvargo/go-envconfig"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// manager is a Secret Manager with one secret, which tests change.
type manager struct {
	secretmanagerpb.UnimplementedSecretManagerServiceServer
	calls atomic.Int64
	gate  atomic.Pointer[chan struct{}] // if set, answers wait for it

	mu    sync.Mutex
	value string
	code  codes.Code
	flip  int64 // added to the checksum
}

const latest = "projects/demo/secrets/tenant-a-key/versions/latest"

func (m *manager) AccessSecretVersion(_ context.Context, in *secretmanagerpb.AccessSecretVersionRequest) (*secretmanagerpb.AccessSecretVersionResponse, error) {
	m.calls.Add(1)
	if gate := m.gate.Load(); gate != nil {
		<-*gate
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.code != codes.OK {
		return nil, status.Error(m.code, "as the test wants it")
	}
	if in.GetName() != latest {
		return nil, status.Error(codes.NotFound, "no such secret")
	}
	sum := int64(crc32.Checksum([]byte(m.value), castagnoli)) + m.flip
	return &secretmanagerpb.AccessSecretVersionResponse{Name: in.GetName(),
		Payload: &secretmanagerpb.SecretPayload{Data: []byte(m.value), DataCrc32C: &sum}}, nil
}

func (m *manager) set(value string, code codes.Code) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.value, m.code = value, code
}

// hang makes every further call wait until the test ends.
func (m *manager) hang(t *testing.T) {
	t.Helper()
	gate := make(chan struct{})
	m.gate.Store(&gate)
	t.Cleanup(func() { close(gate) })
}

// clock is a time that only moves when told to.
type clock struct{ at atomic.Pointer[time.Time] }

func (c *clock) now() time.Time { return *c.at.Load() }

func (c *clock) advance(d time.Duration) { t := c.now().Add(d); c.at.Store(&t) }

func newReader(t *testing.T, m secretmanagerpb.SecretManagerServiceServer) (*Reader, *clock) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	secretmanagerpb.RegisterSecretManagerServiceServer(server, m)
	go func() { _ = server.Serve(listener) }() // ends with Stop
	t.Cleanup(server.Stop)

	var cfg Config
	env := map[string]string{"GOOGLE_CLOUD_PROJECT": "demo", "SECRETMANAGER_ENDPOINT": "http://" + listener.Addr().String()}
	if err := config.LoadFrom(t.Context(), &cfg, envconfig.MapLookuper(env)); err != nil {
		t.Fatal(err)
	}
	client, err := NewClient(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	c := &clock{}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c.at.Store(&start)
	r := New(client, cfg)
	r.now = c.now
	return r, c
}

func want(t *testing.T, r *Reader, name, value string) {
	t.Helper()
	got, err := r.Get(t.Context(), name)
	if err != nil || got != value {
		t.Errorf("Get(%s) = %q, %v, want %q", name, got, err, value)
	}
}

func TestASecretIsReadOnceUntilItsTTLEnds(t *testing.T) {
	t.Parallel()
	m := &manager{value: "one"}
	r, clock := newReader(t, m)
	want(t, r, "tenant-a-key", "one")
	m.set("two", codes.OK)
	clock.advance(4 * time.Minute)
	want(t, r, "tenant-a-key", "one")
	if got := m.calls.Load(); got != 1 {
		t.Errorf("%d calls within the TTL, want 1", got)
	}
	clock.advance(2 * time.Minute) // past the TTL with any jitter
	want(t, r, "tenant-a-key", "two")
}

func TestManyReadersShareOneCall(t *testing.T) {
	t.Parallel()
	m, gate := &manager{value: "one"}, make(chan struct{})
	m.gate.Store(&gate)
	r, _ := newReader(t, m)
	var readers sync.WaitGroup
	for range 20 {
		readers.Go(func() { want(t, r, "tenant-a-key", "one") })
	}
	close(gate)
	readers.Wait()
	if got := m.calls.Load(); got != 1 {
		t.Errorf("20 readers made %d calls, want 1", got)
	}
}

func TestAReaderWhoComesJustAfterTheAnswerMakesNoCallOfItsOwn(t *testing.T) {
	t.Parallel()
	for range 300 { // the gap is a few instructions wide
		m := &manager{value: "one"}
		r, _ := newReader(t, m)
		var readers sync.WaitGroup
		for range 20 {
			readers.Go(func() { want(t, r, "tenant-a-key", "one") })
		}
		readers.Wait()
		if got := m.calls.Load(); got != 1 {
			t.Fatalf("20 readers made %d calls, want 1", got)
		}
	}
}

func TestACancelledReaderDoesNotFailTheOthers(t *testing.T) {
	t.Parallel()
	m, gate := &manager{value: "one"}, make(chan struct{})
	m.gate.Store(&gate)
	r, _ := newReader(t, m)
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() { _, err := r.Get(ctx, "tenant-a-key"); first <- err }()
	for m.calls.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled reader got %v", err)
	}
	close(gate)
	want(t, r, "tenant-a-key", "one")
	if got := m.calls.Load(); got != 1 {
		t.Errorf("%d calls, want the first one to go on", got)
	}
}

func TestAnOutageIsBridgedForAnHour(t *testing.T) {
	t.Parallel()
	for _, code := range []codes.Code{codes.Unavailable, codes.PermissionDenied, codes.Internal} {
		m := &manager{value: "one"}
		r, clock := newReader(t, m)
		want(t, r, "tenant-a-key", "one")
		m.set("", code)
		clock.advance(59 * time.Minute)
		want(t, r, "tenant-a-key", "one")
		clock.advance(2 * time.Minute)
		if got, err := r.Get(t.Context(), "tenant-a-key"); err == nil || errors.Is(err, ErrNotFound) {
			t.Errorf("%s: Get() = %q, %v after the hour, want the outage", code, got, err)
		}
		m.set("two", codes.OK)
		want(t, r, "tenant-a-key", "two")
	}
}

func TestAReaderDoesNotWaitForAnOutageToEnd(t *testing.T) {
	t.Parallel()
	m := &manager{value: "one"}
	r, clock := newReader(t, m)
	want(t, r, "tenant-a-key", "one")
	m.hang(t)
	clock.advance(10 * time.Minute)
	want(t, r, "tenant-a-key", "one")
}

func TestAnOutageIsNotAskedAboutWithEveryRead(t *testing.T) {
	t.Parallel()
	m := &manager{value: "one"}
	r, clock := newReader(t, m)
	want(t, r, "tenant-a-key", "one")
	m.set("", codes.PermissionDenied)
	clock.advance(10 * time.Minute)
	for range 5 {
		want(t, r, "tenant-a-key", "one")
	}
	if got := m.calls.Load(); got != 2 {
		t.Errorf("%d calls, want one before and one during the outage", got)
	}
}

func TestADeletedOrDisabledSecretIsGoneAtOnce(t *testing.T) {
	t.Parallel()
	for _, code := range []codes.Code{codes.NotFound, codes.FailedPrecondition} {
		m := &manager{value: "one"}
		r, clock := newReader(t, m)
		want(t, r, "tenant-a-key", "one")
		m.set("", code)
		clock.advance(10 * time.Minute)
		for range 3 {
			if got, err := r.Get(t.Context(), "tenant-a-key"); !errors.Is(err, ErrNotFound) {
				t.Errorf("%s: Get() = %q, %v, want ErrNotFound", code, got, err)
			}
		}
		if got := m.calls.Load(); got != 2 {
			t.Errorf("%s: %d calls, want the absence to be remembered", code, got)
		}
		m.set("two", codes.OK)
		clock.advance(31 * time.Second)
		want(t, r, "tenant-a-key", "two")
	}
}

func TestACorruptedSecretIsRefused(t *testing.T) {
	t.Parallel()
	r, _ := newReader(t, &manager{value: "one", flip: 1})
	if got, err := r.Get(t.Context(), "tenant-a-key"); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("Get() = %q, %v, want a checksum error", got, err)
	}
}

func TestANameCannotLeaveTheProject(t *testing.T) {
	t.Parallel()
	m := &manager{value: "one"}
	r, _ := newReader(t, m)
	for _, name := range []string{"", "../x", "tenant-a-key/versions/1", "projects/other/secrets/x", "a b", strings.Repeat("x", 256)} {
		if got, err := r.Get(t.Context(), name); !errors.Is(err, ErrNotFound) {
			t.Errorf("Get(%q) = %q, %v, want ErrNotFound", name, got, err)
		}
	}
	if got := m.calls.Load(); got != 0 {
		t.Errorf("%d calls were made with malformed names", got)
	}
}

func TestConfigReportsEveryProblem(t *testing.T) {
	t.Parallel()
	err := (&Config{}).Validate()
	for _, name := range []string{"GOOGLE_CLOUD_PROJECT", "SECRET_TTL"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("Validate() = %v, want it to name %s", err, name)
		}
	}
}
