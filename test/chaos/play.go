package main

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// How a patient sender sends again.
const (
	retryPause = 400 * time.Millisecond
	retries    = 40
)

// play sends everything of a load, each item at its time, and returns when all is sent.
func (s *stack) play(ctx context.Context, items []*item) {
	var all sync.WaitGroup
	begin := time.Now()
	for _, it := range items {
		if !pause(ctx, time.Until(begin.Add(it.at))) {
			break
		}
		all.Go(func() { s.send(ctx, it) })
	}
	all.Wait()
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(max(0, d))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// send plays one item.
func (s *stack) send(ctx context.Context, it *item) {
	switch it.shape {
	case webForm:
		s.sendWebForm(ctx, it)
	case formFirst:
		form := s.form(it)
		s.deliver(ctx, it, "form_submission", form)
		s.deliver(ctx, it, "form_submission", form)
	default:
		s.sendCall(ctx, it)
	}
}

func (s *stack) sendCall(ctx context.Context, it *item) {
	call := s.call(it)
	change := maps.Clone(call)
	change["note"], change["changes"] = "called back "+strconv.Itoa(it.number), []string{"note"}
	if it.shape == lateAudio {
		s.sendLate(ctx, it, call)
		return
	}
	if err := s.register(ctx, call, recording(it.number, it.seconds), it.said); err != nil {
		it.fail(err)
		return
	}
	switch it.shape {
	case repeated:
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { s.deliver(ctx, it, "post_call", call) })
		}
		all.Wait()
		pause(ctx, 2*time.Second)
		s.deliver(ctx, it, "post_call", call)
	case modified:
		s.deliver(ctx, it, "post_call", call)
		pause(ctx, rand.N(3*time.Second)) //nolint:gosec // any moment
		s.deliver(ctx, it, "call_modified", change)
	case early:
		s.deliver(ctx, it, "call_modified", change)
		s.deliver(ctx, it, "post_call", call)
	default:
		s.deliver(ctx, it, "post_call", call)
	}
}

// sendLate delivers a call that nobody has recorded, and then its recording.
func (s *stack) sendLate(ctx context.Context, it *item, recorded map[string]any) {
	missed := maps.Clone(recorded)
	maps.Copy(missed, map[string]any{
		"call_type": "missed", "answered": false, "recording": "", "recording_duration": "", "duration": "20",
	})
	if err := s.register(ctx, missed, nil, nil); err != nil {
		it.fail(err)
		return
	}
	s.deliver(ctx, it, "post_call", missed)
	pause(ctx, time.Second+rand.N(3*time.Second)) //nolint:gosec // any moment
	recorded["changes"] = []string{"recording_duration"}
	if err := s.register(ctx, recorded, recording(it.number, it.seconds), it.said); err != nil {
		it.fail(err)
		return
	}
	s.deliver(ctx, it, "call_modified", recorded)
}

// call is the item as CallRail tells it.
func (s *stack) call(it *item) map[string]any {
	t := s.Tenants[it.tenant]
	start := time.Now().Add(-5 * time.Minute).Format("2006-01-02T15:04:05.000-07:00")
	return map[string]any{
		"resource_id": it.id, "company_id": t.CompanyID, "company_resource_id": t.CompanyResourceID,
		"call_type": "answered", "direction": "inbound", "answered": true, "voicemail": false,
		"duration": strconv.Itoa(it.seconds), "recording_duration": it.seconds,
		"start_time": start, "created_at": start, "timestamp": start,
		"customer_name": it.person.last + " " + it.person.first, "customer_phone_number": it.person.phone,
		"source": "Google Ads", "source_name": "Website",
		"business_phone_number": "+13035550100", "tracking_phone_number": "+13035550111",
		"recording": "https://app.callrail.com/calls/" + it.id + "/recording/redirect?access_key=0",
	}
}

const wish = "We would like a quote for a new kitchen, and to start within two weeks. We have eighty thousand dollars set aside."

func (s *stack) form(it *item) map[string]any {
	t := s.Tenants[it.tenant]
	now := time.Now().Format("2006-01-02T15:04:05.000-07:00")
	return map[string]any{
		"resource_id": it.id, "company_id": t.CompanyID, "company_resource_id": t.CompanyResourceID,
		"form_data": map[string]any{
			"full_name": it.person.name(), "your_email": it.person.email, "best_number": it.person.phone, "tell_us_more": wish,
		},
		"form_url": "https://www.example.com/estimate", "source": "Google Ads",
		"submitted_at": now, "created_at": now, "timestamp": now,
	}
}

// deliver posts a delivery as CallRail does.
func (s *stack) deliver(ctx context.Context, it *item, kind string, payload map[string]any) {
	t := s.Tenants[it.tenant]
	body, err := json.Marshal(payload)
	if err != nil {
		it.fail(err)
		return
	}
	s.insist(ctx, it, kind, func(ctx context.Context) (answer, error) {
		return s.post(ctx, "/v1/callrail/webhook/"+t.ID+"/"+kind, signCall(t.SigningKey, body), body)
	})
}

func (s *stack) sendWebForm(ctx context.Context, it *item) {
	t := s.Tenants[it.tenant]
	body, err := json.Marshal(map[string]any{
		"submission_id": it.id, "name": it.person.name(), "email": it.person.email, "phone": it.person.phone, "message": wish,
	})
	if err != nil {
		it.fail(err)
		return
	}
	for range 2 {
		s.insist(ctx, it, "web form", func(ctx context.Context) (answer, error) {
			return s.post(ctx, "/v1/forms/"+t.ID, signForm(t.SigningKey, body), body)
		})
	}
}

// insist sends until it is acknowledged, or once if the sender has no patience.
func (s *stack) insist(ctx context.Context, it *item, what string, post poster) {
	if s.balancer != nil {
		post = s.balancer.spread(post)
	}
	for try := range retries {
		begin := time.Now()
		a, err := post(ctx)
		it.note(sending{what, try > 0, time.Since(begin), a, err}, it.requestID(s.Tenants[it.tenant]))
		if err == nil || errors.Is(err, context.Canceled) || !it.patient {
			return
		}
		time.Sleep(retryPause)
	}
}

// sending is one try to deliver something, and what came of it.
type sending struct {
	what   string
	again  bool
	took   time.Duration
	answer answer
	err    error
}

// note remembers a sending. The request must be the one that the item stands for.
func (it *item) note(s sending, requestID string) {
	it.mu.Lock()
	defer it.mu.Unlock()
	it.sent++
	if s.again {
		it.again++
	}
	if s.err != nil {
		it.refused = append(it.refused, s.what+": "+s.err.Error())
	}
	var status *statusError
	switch {
	case s.err == nil:
		it.acked = append(it.acked, ack{s.what, s.took})
		if id := s.answer.RequestID; id != nil && *id != requestID {
			it.wrong = append(it.wrong, s.what+" was acknowledged as "+*id)
		}
	case errors.As(s.err, &status) && status.status != http.StatusServiceUnavailable:
		it.wrong = append(it.wrong, s.what+" was answered with "+s.err.Error())
	}
}

func (it *item) fail(err error) {
	it.mu.Lock()
	defer it.mu.Unlock()
	it.wrong = append(it.wrong, err.Error())
}
