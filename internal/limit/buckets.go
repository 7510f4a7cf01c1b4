package limit

import (
	"container/list"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate is how fast a bucket fills and how much it holds.
type Rate struct {
	PerSecond float64
	Burst     int
}

// PerMinute is the rate of a minute's allowance, all of which may be used at once.
func PerMinute(n int) Rate { return Rate{PerSecond: float64(n) / time.Minute.Seconds(), Burst: n} }

// Buckets holds a token bucket per key, refilled evenly. Beyond its size the key that was idle
// longest is forgotten, which fills its bucket again.
type Buckets struct {
	now  func() time.Time
	size int

	mu     sync.Mutex
	byKey  map[string]*list.Element
	recent *list.List // of *bucket, the one used last in front
}

type bucket struct {
	key    string
	rate   Rate
	tokens *rate.Limiter
}

// NewBuckets returns buckets for up to size keys.
func NewBuckets(size int, now func() time.Time) *Buckets {
	return &Buckets{now: now, size: size, byKey: make(map[string]*list.Element), recent: list.New()}
}

// Take takes a token of key, or returns an *ExceededError. PerMinute may be another one than last
// time; it must be positive.
func (b *Buckets) Take(key string, perMinute int) error {
	return b.TakeAt(key, PerMinute(perMinute))
}

// TakeAt takes a token of key, whose bucket fills at a rate, or returns an *ExceededError. The rate
// may be another one than last time; it must be positive.
func (b *Buckets) TakeAt(key string, at Rate) error {
	now := b.now()
	reservation := b.of(key, at).ReserveN(now, 1)
	delay := reservation.DelayFrom(now)
	if delay == 0 {
		return nil
	}
	reservation.CancelAt(now)
	return &ExceededError{After: delay}
}

func (b *Buckets) of(key string, at Rate) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	element := b.byKey[key]
	if element == nil {
		element = b.add(key, at)
	}
	b.recent.MoveToFront(element)
	k := element.Value.(*bucket)
	if k.rate != at {
		now := b.now()
		k.rate = at
		k.tokens.SetLimitAt(now, rate.Limit(at.PerSecond))
		k.tokens.SetBurstAt(now, at.Burst)
	}
	return k.tokens
}

func (b *Buckets) add(key string, at Rate) *list.Element {
	if b.recent.Len() >= b.size {
		idle := b.recent.Back()
		delete(b.byKey, b.recent.Remove(idle).(*bucket).key)
	}
	element := b.recent.PushFront(&bucket{key: key, rate: at, tokens: rate.NewLimiter(rate.Limit(at.PerSecond), at.Burst)})
	b.byKey[key] = element
	return element
}
