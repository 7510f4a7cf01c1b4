// Package config reads configuration from the environment: every package declares its
// own struct with env tags and a Validate method, a service composes them, and Load
// fills the whole.
package config

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/sethvargo/go-envconfig"
)

// Validator is a configuration that knows when it cannot work. Validate reports every
// problem at once, joined, each naming its variable.
type Validator interface {
	Validate() error
}

// Load fills cfg, a pointer to a struct with env tags, from the environment and
// validates it.
func Load(ctx context.Context, cfg Validator) error {
	return LoadFrom(ctx, cfg, envconfig.OsLookuper())
}

// LoadFrom is Load with another source of variables.
func LoadFrom(ctx context.Context, cfg Validator, from envconfig.Lookuper) error {
	if err := envconfig.ProcessWith(ctx, &envconfig.Config{Target: cfg, Lookuper: from}); err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	if err := cfg.Validate(); err != nil {
		return fmt.Errorf("check configuration: %w", err)
	}
	return nil
}

// Require returns an error that names the variable if its value is empty.
func Require(name, value string) error {
	if value == "" {
		return fmt.Errorf("%s must be set", name)
	}
	return nil
}

// HTTPURL returns an error that names the variable unless its value is an absolute
// https URL, or an http URL of this very machine (the sandbox).
func HTTPURL(name, value string) error {
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "":
		return fmt.Errorf("%s must be an absolute URL", name)
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && Loopback(u.Hostname()):
		return nil
	default:
		return errors.New(name + " must be an https URL (http only on this machine)")
	}
}

// Loopback reports whether host is this very machine, by address or as localhost.
func Loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
