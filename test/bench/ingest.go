package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
)

// judged is the concurrency that the targets are about.
const judged = 32

// measureIngest delivers signed calls to the webhook's release binary as fast as it answers.
// The bare loop makes the same commits and publishes with the same clients, but takes no
// delivery: no connection, signature, body or answer.
func measureIngest(ctx context.Context, s scale, r *report) error {
	w, err := newWorld(ctx, 1)
	if err != nil {
		return err
	}
	defer w.Close()
	dir, remove, err := releases(ctx, "cmd/webhook")
	if err != nil {
		return err
	}
	defer remove()
	port, err := freePort(ctx)
	if err != nil {
		return err
	}
	webhook, err := launch(ctx, filepath.Join(dir, "webhook"), w.environment(port))
	if err != nil {
		return err
	}
	defer webhook.stop()
	publisher := topic.NewPublisher(w.client)
	defer publisher.Stop()

	sent := newSender(webhook.url)
	bare := &committer{world: w, publisher: publisher}
	for _, op := range []operation{sent.deliver, bare.commit} { // connections, caches, the first row
		if _, err := drive(ctx, 8, s.window, op); err != nil {
			return err
		}
	}
	for _, workers := range s.concurrency {
		lines, err := compare(ctx, s, workers, [2]operation{sent.deliver, bare.commit})
		if err != nil {
			return err
		}
		for _, l := range lines {
			r.add(l)
		}
	}
	return nil
}

// compare drives something and its baseline in turns.
func compare(ctx context.Context, s scale, workers int, pair [2]operation) ([]line, error) {
	var rates, p50s, p99s pairs
	for range s.rounds {
		bare, err := drive(ctx, workers, s.window, pair[1])
		if err != nil {
			return nil, fmt.Errorf("bare loop: %w", err)
		}
		got, err := drive(ctx, workers, s.window, pair[0])
		if err != nil {
			return nil, err
		}
		rates.add(got.rate, bare.rate)
		p50s.add(got.p50, bare.p50)
		p99s.add(got.p99, bare.p99)
	}
	var rate, p99 *target
	if workers == judged {
		rate, p99 = atLeast(.85).ofRatio(), atMost(2).ofRatio()
	}
	name := func(what string) string { return fmt.Sprintf("%s at %d", what, workers) }
	return []line{
		rates.line(line{Section: "ingest", Name: name("accepted"), Unit: "/s", Target: rate}),
		p50s.line(line{Section: "ingest", Name: name("p50"), Unit: "ms"}),
		p99s.line(line{Section: "ingest", Name: name("p99"), Unit: "ms", Target: p99}),
	}, nil
}

// pathOf is where a tenant's calls are delivered.
func pathOf(tenant int) string { return "/v1/callrail/webhook/" + tenantOf(tenant) + "/post_call" }

// payload is a tenant's call as CallRail delivers it.
func payload(tenant int, n int64) ([]byte, error) {
	id := number(n)
	start := time.Now().Add(-5 * time.Minute).Format("2006-01-02T15:04:05.000-07:00")
	return json.Marshal(map[string]any{
		"resource_id": id, "company_id": 12345 + tenant, "company_resource_id": fmt.Sprintf("COM%032d", 12345+tenant), "company_name": "Bench Remodeling",
		"call_type": "answered", "direction": "inbound", "answered": true, "voicemail": false, "first_call": true, "spam": false,
		"duration": callSeconds, "recording_duration": callSeconds, "start_time": start, "created_at": start, "timestamp": start,
		"customer_name": "EXAMPLE DANA", "customer_phone_number": "+13035550142", "customer_city": "Denver", "customer_state": "CO",
		"customer_country": "US", "business_phone_number": "+13035550100", "tracking_phone_number": "+13035550111",
		"source": "Google Ads", "source_name": "Website Pool", "medium": "cpc", "campaign": "Kitchen Remodel", "gclid": "bench-gclid",
		"landing_page_url": "https://www.example.com/kitchen?gclid=bench-gclid", "tags": []string{"kitchen"}, "note": "", "value": "",
		"recording":   "https://app.callrail.com/calls/" + id + "/recording/redirect?access_key=0",
		"total_calls": 1, "prior_calls": 0, "lead_status": nil, "milestones": map[string]any{"first_touch": map[string]any{"medium": "cpc"}},
	})
}

// number is an external id of CallRail's form.
func number(n int64) string { return fmt.Sprintf("CAL%032d", n) }

// numbered is the first tenant's call with another number: made once, since the bare loop makes
// none.
func numbered(n int64) ([]byte, error) {
	body, err := firstPayload()
	return bytes.ReplaceAll(body, []byte(number(0)), []byte(number(n))), err
}

var firstPayload = sync.OnceValues(func() ([]byte, error) { return payload(0, 0) })

// committer makes the commit and the publish of a delivery, and nothing else.
type committer struct {
	world     *world
	publisher *topic.Publisher
}

func (c *committer) commit(ctx context.Context, n int64) error {
	in, err := intake(n)
	if err != nil {
		return err
	}
	accepted, err := c.world.store.ForTenant(tenantID).Accept(ctx, in)
	if err != nil {
		return err
	}
	if accepted.Outcome != request.Accepted {
		return fmt.Errorf("commit was not accepted: %s", accepted.Outcome)
	}
	return c.publisher.Announce(ctx, accepted.Status, tenantID, in.Request.ID, accepted.Run)
}

// intake is what the webhook makes of a delivery, made once and given other ids.
func intake(n int64) (request.Intake, error) {
	in, err := template()
	if err != nil {
		return in, err
	}
	r := *in.Request
	r.ExternalID = number(n)
	r.ID = request.ID(r.TenantID, r.Namespace, r.ExternalID)
	in.Request = &r
	return in, nil
}
