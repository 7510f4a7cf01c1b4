package relay_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/pubsub/v2"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/fault"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/relay"
)

// disturbed starts a relay whose modes can be set.
func disturbed(t *testing.T) (*fault.Modes, *pubsub.Client, *handler) {
	t.Helper()
	handler, client, modes := newHandler(t, http.StatusOK), newPubsub(t), fault.NewModes(1)
	start(t, client, relay.Config{
		Subscriptions: []relay.Subscription{{ID: "notify", Topic: "request-pushed", Endpoint: handler.url}}, Modes: modes,
	})
	return modes, client, handler
}

func set(t *testing.T, modes *fault.Modes, m fault.Mode) {
	t.Helper()
	m.System = "relay"
	if err := modes.Replace([]fault.Mode{m}); err != nil {
		t.Fatal(err)
	}
}

func TestAMessageIsDeliveredTwice(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"duplicate", "redeliver"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			modes, client, handler := disturbed(t)
			set(t, modes, fault.Mode{Mode: mode, Times: 1})
			publish(t, client, "request-pushed", &pubsub.Message{Data: []byte("twice")})
			first, second := handler.next(t), handler.next(t)
			if string(first.body) != string(second.body) {
				t.Errorf("the second differs: %s, %s", first.body, second.body)
			}
			if fired := modes.List()[0].Fired; fired != 1 {
				t.Errorf("fired %d times, want 1", fired)
			}
		})
	}
}

func TestAMessageIsLost(t *testing.T) {
	t.Parallel()
	modes, client, handler := disturbed(t)
	set(t, modes, fault.Mode{Mode: "lose", Times: 1})
	publish(t, client, "request-pushed", &pubsub.Message{Data: []byte("never")})
	for modes.List()[0].Fired == 0 { // its fate is drawn when it is pulled
		time.Sleep(time.Millisecond)
	}
	publish(t, client, "request-pushed", &pubsub.Message{Data: []byte("once")})
	if got := handler.next(t); !strings.Contains(string(got.body), `"b25jZQ=="`) {
		t.Errorf("got %s, want the second message", got.body)
	}
}

func TestWhatNobodyElseHasIsNotLost(t *testing.T) {
	t.Parallel()
	handler, client, modes := newHandler(t, http.StatusOK), newPubsub(t), fault.NewModes(1)
	start(t, client, relay.Config{
		Subscriptions: []relay.Subscription{{ID: "intake", Topic: "intake", Endpoint: handler.url, OnlyCopy: true}}, Modes: modes,
	})
	set(t, modes, fault.Mode{Mode: "lose"})
	publish(t, client, "intake", &pubsub.Message{Data: []byte("kept")})
	if got := handler.next(t); !strings.Contains(string(got.body), `"a2VwdA=="`) {
		t.Errorf("got %s, want the message", got.body)
	}
	if fired := modes.List()[0].Fired; fired != 0 {
		t.Errorf("fired %d times, want never", fired)
	}
}

func TestAMessageIsOvertaken(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]fault.Mode{
		"by the next one": {Mode: "reorder", Times: 1},
		"by time":         {Mode: "delay", DelayMS: 1, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			modes, client, handler := disturbed(t)
			set(t, modes, m)
			publish(t, client, "request-pushed", &pubsub.Message{Data: []byte("first")})
			for modes.List()[0].Fired == 0 {
				time.Sleep(time.Millisecond)
			}
			publish(t, client, "request-pushed", &pubsub.Message{Data: []byte("second")})
			got := string(handler.next(t).body) + string(handler.next(t).body)
			if !strings.Contains(got, `"Zmlyc3Q="`) || !strings.Contains(got, `"c2Vjb25k"`) {
				t.Fatalf("not both came: %s", got)
			}
			if m.Mode == "reorder" && strings.Index(got, `"Zmlyc3Q="`) < strings.Index(got, `"c2Vjb25k"`) {
				t.Error("the first message was not overtaken")
			}
		})
	}
}
