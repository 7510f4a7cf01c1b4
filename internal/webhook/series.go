package webhook

import (
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// series keeps the attributes that deliveries are counted under, which would otherwise be made
// and sorted for each one. There are as many as verdicts, of which callers cannot make new ones.
type series struct {
	mu      sync.RWMutex
	options map[verdict][]metric.AddOption
}

type verdict struct{ outcome, reason string }

func (s *series) of(v verdict) []metric.AddOption {
	s.mu.RLock()
	options, ok := s.options[v]
	s.mu.RUnlock()
	if ok {
		return options
	}
	options = []metric.AddOption{metric.WithAttributeSet(attribute.NewSet(attribute.String("outcome", v.outcome), attribute.String("reason", v.reason)))}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.options == nil {
		s.options = map[verdict][]metric.AddOption{}
	}
	s.options[v] = options
	return options
}
