package main

import (
	"context"
	"slices"
	"syscall"
	"time"
)

// kill is the end of a service.
type kill struct {
	service string
	at      time.Time
}

// services are killed in turns, in an order that the seed draws.
var services = []string{"webhook", "transcribe", "analyze", "push", "notify", "sweep", "api"}

// killServices kills one service after the other, and once all together.
func (g *gale) killServices(ctx context.Context, begin time.Time, duration time.Duration) {
	restart := begin.Add(duration * 3 / 5)
	every := min(duration/time.Duration(len(services)+2), 3*time.Second)
	var order []string
	for n := 0; time.Since(begin) < duration || n < len(services); n++ {
		if !pause(ctx, every/2+time.Duration(g.rng.Int64N(int64(every)))) {
			return
		}
		if !restart.IsZero() && time.Now().After(restart) {
			restart = time.Time{}
			for _, service := range services {
				g.killOne(service)
			}
			g.mu.Lock()
			g.count["full restart"]++
			g.mu.Unlock()
		}
		if len(order) == 0 {
			order = slices.Clone(services)
			g.rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		}
		if g.killOne(order[0]) {
			order = order[1:]
		}
	}
}

func (g *gale) killOne(service string) bool {
	at := time.Now()
	if !g.signal(service, syscall.SIGKILL) {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.kills = append(g.kills, kill{service, at})
	g.count["kill "+service]++
	return true
}
