package custom_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestDelivery_may_be_signed_with_any_secret_among_other_signatures(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	old := valid()
	old.key = oldKey
	if got := f.deliver(t, old); got.status != 201 {
		t.Errorf("old secret = %d %s, want 201", got.status, got.raw)
	}
	several := valid()
	several.id = "several"
	several.header["Webhook-Signature"] = "v1a,eA== v1,eA== " + several.sign(f.now.Unix())
	if got := f.deliver(t, several); got.status != 201 {
		t.Errorf("several signatures = %d %s, want 201", got.status, got.raw)
	}
	below := valid()
	below.path, below.id = "/a/crm/leads", "below"
	if got := f.deliver(t, below); got.status != 201 {
		t.Errorf("a path below = %d %s, want 201", got.status, got.raw)
	}
}

func TestDelivery_is_refused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	change := func(edit func(d *delivery)) delivery {
		d := valid()
		edit(&d)
		return d
	}
	tests := map[string]struct {
		delivery delivery
		want     int
	}{
		"an unknown path":        {change(func(d *delivery) { d.path = "/abc" }), 404},
		"a GET":                  {change(func(d *delivery) { d.method = "GET" }), 405},
		"a form":                 {with("Content-Type", "application/x-www-form-urlencoded"), 415},
		"no id":                  {with("Webhook-Id", ""), 400},
		"no timestamp":           {with("Webhook-Timestamp", ""), 400},
		"no signature":           {with("Webhook-Signature", ""), 400},
		"no idempotency key":     {with("Idempotency-Key", ""), 400},
		"a bare idempotency key": {with("Idempotency-Key", "req_0001"), 400},
		"an id with a full stop": {change(func(d *delivery) { d.id = "req.1" }), 400},
		"words as the time":      {with("Webhook-Timestamp", "now"), 400},
		"a time long ago":        {with("Webhook-Timestamp", fmt.Sprint(f.now.Add(-6*time.Minute).Unix())), 400},
		"a time to come":         {with("Webhook-Timestamp", fmt.Sprint(f.now.Add(6*time.Minute).Unix())), 400},
		"another time":           {with("Webhook-Timestamp", fmt.Sprint(f.now.Add(time.Second).Unix())), 401},
		"a stranger's signature": {change(func(d *delivery) { d.key = "stranger" }), 401},
		"the secret not decoded": {change(func(d *delivery) { d.key = secret(newKey) }), 401},
		"a signature as hex":     {with("Webhook-Signature", "v1,00ff"), 401},
		"no JSON":                {change(func(d *delivery) { d.body = "<lead/>" }), 400},
		"a huge body":            {change(func(d *delivery) { d.body = `"` + strings.Repeat("x", 256<<10) + `"` }), 413},
		"no token":               {change(func(d *delivery) { d.path = "/hooks/b" }), 401},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := f.deliver(t, tt.delivery); got.status != tt.want || len(f.Objects("")) != 0 {
				t.Errorf("answer = %d %s, want %d and nothing kept", got.status, got.raw, tt.want)
			}
		})
	}
}
