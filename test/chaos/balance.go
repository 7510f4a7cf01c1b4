package main

import (
	"context"
	"errors"
	"net/http/httptrace"
	"sync"
	"syscall"
	"time"
)

// refusals is how long a load balancer goes on trying other instances. Where there is only one
// of each, it is as long as a busy machine needs to start its successor; the report says how
// long it was.
const refusals = 30 * time.Second

// busy is how long an instance that is to be ended waits for something to do.
const busy = 3 * time.Second

// balancer does for the webhook what Cloud Run is taken to do: it sends nothing to an instance that
// is being ended, and goes elsewhere if a connection is refused. Without it a request can
// meet the end of its connection, and HTTP cannot say whether it was read.
type balancer struct {
	ending sync.RWMutex
	begun  chan struct{} // takes one for each delivery that the instance has begun, if somebody waits
}

func newBalancer() *balancer { return &balancer{begun: make(chan struct{})} }

// poster sends one delivery.
type poster func(context.Context) (answer, error)

// spread returns a poster that sends by way of the balancer.
func (b *balancer) spread(post poster) poster {
	return func(ctx context.Context) (answer, error) {
		begin := time.Now()
		for {
			a, err := b.admit(ctx, post)
			if !errors.Is(err, syscall.ECONNREFUSED) || time.Since(begin) > refusals {
				return a, err
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// admit holds up the end of the instance until it has begun to handle the delivery, which it
// says with its "100 Continue". From there on it must finish, whatever happens to it.
func (b *balancer) admit(ctx context.Context, post poster) (answer, error) {
	b.ending.RLock()
	admitted := sync.OnceFunc(b.ending.RUnlock)
	defer admitted()
	return post(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{Got100Continue: func() {
		admitted()
		select {
		case b.begun <- struct{}{}:
		default:
		}
	}}))
}

// end ends the instance while it handles a delivery, if one comes, and nothing is on its way
// to it. The function returns when the instance is gone.
func (b *balancer) end(instance func() error) error {
	select {
	case <-b.begun:
	case <-time.After(busy):
	}
	b.ending.Lock()
	defer b.ending.Unlock()
	return instance()
}
