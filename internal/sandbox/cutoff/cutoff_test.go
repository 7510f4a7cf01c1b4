package cutoff

import (
	"io"
	"net"
	"testing"
	"time"
)

// patience bounds waits that end sooner unless something is wrong.
const patience = 30 * time.Second

// echo is a server that sends back what it gets.
func echo(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.Copy(c, c)
			}()
		}
	}()
	return listener.Addr().String()
}

func newProxy(t *testing.T) *Proxy {
	t.Helper()
	p, err := New(t.Context(), echo(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func dial(t *testing.T, p *Proxy) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return c
}

// ask sends a word and waits for it to come back.
func ask(c net.Conn, word string) error {
	if _, err := io.WriteString(c, word); err != nil {
		return err
	}
	_, err := io.ReadFull(c, make([]byte, len(word)))
	return err
}

// try connects anew and asks.
func try(t *testing.T, p *Proxy) error {
	t.Helper()
	c, err := net.Dial("tcp", p.Addr())
	if err != nil {
		return err
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return ask(c, "hello")
}

func TestConnectionsAreForwarded(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	c := dial(t, p)
	for range 3 {
		if err := ask(c, "hello"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCutEndsConnectionsUntilRestore(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	before := dial(t, p)
	if err := ask(before, "hello"); err != nil {
		t.Fatal(err)
	}
	p.Cut()
	if err := ask(before, "hello"); err == nil {
		t.Error("an old connection still works")
	}
	if err := try(t, p); err == nil {
		t.Error("a new connection works")
	}
	p.Restore()
	if err := try(t, p); err != nil {
		t.Error(err)
	}
}

func TestResetEndsConnectionsOnly(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	before := dial(t, p)
	if err := ask(before, "hello"); err != nil {
		t.Fatal(err)
	}
	p.Reset()
	if err := ask(before, "hello"); err == nil {
		t.Error("an old connection still works")
	}
	if err := try(t, p); err != nil {
		t.Error(err)
	}
}

func TestADelayIsPaidInEachDirection(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	c := dial(t, p)
	p.Delay(20 * time.Millisecond)
	start := time.Now()
	if err := ask(c, "hello"); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took < 40*time.Millisecond {
		t.Errorf("answered after %v, want at least 40 ms", took)
	}
}

func TestRestoreLetsThroughWhatWasHeldBack(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	c := dial(t, p)
	p.Delay(time.Hour)
	answered := make(chan error, 1)
	go func() { answered <- ask(c, "hello") }()
	select {
	case err := <-answered:
		t.Fatalf("answered: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	p.Restore()
	if err := <-answered; err != nil {
		t.Error(err)
	}
}

func TestCloseDoesNotWaitForADelay(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	c := dial(t, p)
	p.Delay(time.Hour)
	if _, err := io.WriteString(c, "hello"); err != nil {
		t.Fatal(err)
	}
	closed := make(chan struct{})
	go func() { p.Close(); close(closed) }()
	select {
	case <-closed:
	case <-time.After(patience):
		t.Fatal("Close hangs")
	}
}

func TestATargetThatIsNotThereIsAHangUp(t *testing.T) {
	t.Parallel()
	p, err := New(t.Context(), "127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	if err := try(t, p); err == nil {
		t.Error("somebody answered")
	}
}
