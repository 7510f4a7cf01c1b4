package service

import (
	"context"

	"github.com/sethvargo/go-envconfig"
)

// Service runs until ctx ends, configured by env.
type Service func(ctx context.Context, env envconfig.Lookuper, opts ...Option) error

// FromEnvironment returns the service configured by the process's environment.
func FromEnvironment(s Service, opts ...Option) func(context.Context) error {
	return func(ctx context.Context) error { return s(ctx, envconfig.OsLookuper(), opts...) }
}

// All returns the services by name: binary, Cloud Run service and package are called the same.
func All() map[string]Service {
	return map[string]Service{
		"webhook": Webhook, "transcribe": Transcribe, "analyze": Analyze, "push": Push,
		"notify": Notify, "api": API, "sweep": Sweep,
	}
}
