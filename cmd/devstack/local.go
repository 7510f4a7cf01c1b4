package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/internal/service"
	"github.com/your-org/multi-tenant-pipeline/internal/service/all"
)

// fleet is the running services.
type fleet interface {
	// Pids returns the processes of each service; empty where they share this one.
	Pids() map[string][]int
	// Failed is closed over with an error when a service cannot go on.
	Failed() <-chan error
	// Stop drains the services and returns when all have ended.
	Stop()
}

// local runs the services in this process.
type local struct {
	cancel context.CancelFunc
	done   sync.WaitGroup
	failed chan error
}

func startLocal(ctx context.Context, environments map[string]map[string]string, opts ...service.Option) *local {
	ctx, cancel := context.WithCancel(ctx)
	l := &local{cancel: cancel, failed: make(chan error, len(environments))}
	services := all.Services()
	for name, env := range environments {
		l.done.Go(func() {
			if err := services[name](ctx, envconfig.MapLookuper(env), opts...); err != nil && ctx.Err() == nil {
				l.failed <- fmt.Errorf("service %s: %w", name, err)
			}
		})
	}
	return l
}

func (l *local) Pids() map[string][]int { return map[string][]int{} }
func (l *local) Failed() <-chan error   { return l.failed }

func (l *local) Stop() {
	l.cancel()
	l.done.Wait()
}
