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
