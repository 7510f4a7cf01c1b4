package reanalyze

import (
	"context"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

const (
	surveyed  = 1000 // requests that a survey looks at: somebody waits for it
	perPage   = 200
	mostPages = 25 // of which each may be short, if few requests are chosen
)

// Surveyor says what another look would change or cost.
type Surveyor struct {
	Store  func(tenantID string) Lister
	Prices *cost.Table
	Now    func() time.Time
}

// survey calls see with the newest requests that are chosen, and returns how many times as many
// there are in all: those that were not seen are taken to come as often.
func (s *Surveyor) survey(ctx context.Context, tenantID string, c Choice, see func(store.Assessed)) (scale float64, err error) {
	from, seen, last := s.Store(tenantID), 0, store.Cursor{}
	for range mostPages {
		page, err := c.page(ctx, from, last, perPage)
		if err != nil {
			return 0, err
		}
		for _, found := range page.Requests {
			see(found)
			seen++
		}
		last = page.Next
		if last == (store.Cursor{}) {
			return 1, nil
		}
		if seen >= surveyed {
			break
		}
	}
	return s.scale(ctx, from, c, last)
}

// scale returns how much longer the chosen time is than the part that was looked at.
func (s *Surveyor) scale(ctx context.Context, from Lister, c Choice, last store.Cursor) (float64, error) {
	until := c.Until
	if now := s.Now(); until.After(now) {
		until = now
	}
	looked := until.Sub(last.ReceivedAt)
	if looked <= 0 {
		return 1, nil
	}
	begin, err := beginning(ctx, from, c.From, last.ReceivedAt, looked)
	return max(1, float64(until.Sub(begin))/float64(looked)), err
}

// beginning returns when a tenant's requests begin, not before the chosen time does: there is none
// before that to reckon with. It closes in on the oldest one, of which it is known that it is not
// newer than newest, to a hundredth of the time that was looked at.
func beginning(ctx context.Context, from Lister, earliest, newest time.Time, looked time.Duration) (time.Time, error) {
	begin := earliest
	for newest.Sub(begin) > looked/100 {
		middle := begin.Add(newest.Sub(begin) / 2)
		page, err := Choice{From: begin, Until: middle}.page(ctx, from, store.Cursor{}, 1)
		if err != nil {
			return time.Time{}, err
		}
		if len(page.Requests) == 0 {
			begin = middle
			continue
		}
		newest = page.Requests[0].Request.ReceivedAt
	}
	return begin, nil
}

// Preview is what weights would change, without changing it.
type Preview struct {
	Report
	Complete bool // false: only the newest of the requests were looked at
}

// Scores says what an order would change, now.
func (s *Surveyor) Scores(ctx context.Context, tenantID string, order Scores) (Preview, error) {
	var p Preview
	scale, err := s.survey(ctx, tenantID, order.Choice, func(found store.Assessed) {
		p.Looked++
		switch {
		case !found.Request.Status.Settled():
			p.Busy++
		case !weighable(found):
			p.Skipped++
		default:
			next := weighed(found.Answer, order.Weights)
			if next == nil {
				next = found.Answer
			}
			p.compare(found.Request.ID, found.Analysis(), next.Corrected(found.Corrections))
		}
	})
	p.Complete = scale == 1
	return p, err
}

// Estimate is what analysing anew would cost.
type Estimate struct {
	Requests int
	CostUSD  float64
	Complete bool // false: reckoned from the newest of the requests
}

// Answers says how many requests an order is about, and about what it would cost. It is by the
// dearest model that may answer, and without further attempts: those that a model needs come on
// top. An answer to the very question that would be asked is found again and costs nothing.
func (s *Surveyor) Answers(ctx context.Context, tenantID string, order Answers) (Estimate, error) {
	var e Estimate
	prices := s.Prices.At(s.Now())
	platform := prices.Of(request.Metering{}, 0).TotalUSD // that every request costs once
	scale, err := s.survey(ctx, tenantID, order.Choice, func(found store.Assessed) {
		if !found.Request.Status.Settled() || !order.matches(found.Answer) || order.Sample > 0 && e.Requests == order.Sample {
			return
		}
		e.Requests++
		dearest := 0.0
		for _, model := range []string{found.Answer.Model, ""} { // one that nobody knows costs as much as the dearest that is listed
			used := map[string]request.Usage{model: usageOf(found)}
			dearest = max(dearest, prices.Of(request.Metering{Models: used}, 0).TotalUSD-platform)
		}
		e.CostUSD += dearest
	})
	e.Complete = scale == 1
	if order.Sample == 0 {
		e.Requests, e.CostUSD = int(float64(e.Requests)*scale), e.CostUSD*scale
	}
	return e, err
}

// usageOf returns what analysing a request uses: what its present answer did, or what a call of
// its length usually does.
func usageOf(found store.Assessed) request.Usage {
	if used := found.Answer.Usage; used != (request.Usage{}) {
		return used
	}
	return cost.AnalysisOf(time.Duration(found.Request.Details.DurationS) * time.Second)
}
