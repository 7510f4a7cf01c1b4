package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/sethvargo/go-envconfig"
)

const hidden = "hunter2"

func TestSecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	s := Secret(hidden)
	marshalled, err := json.Marshal(map[string]any{"password": s})
	if err != nil {
		t.Fatal(err)
	}
	var logged strings.Builder
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("config", "password", s)
	for name, got := range map[string]string{
		"%v": fmt.Sprintf("%v", s), "%q": fmt.Sprintf("%q", s), "%#v": fmt.Sprintf("%#v", s),
		"%+v in a struct": fmt.Sprintf("%+v", struct{ P Secret }{s}),
		"json":            string(marshalled),
		"slog":            logged.String(),
	} {
		if strings.Contains(got, hidden) || !strings.Contains(got, redacted) {
			t.Errorf("%s = %s, want it redacted", name, got)
		}
	}
	if got := s.Reveal(); got != hidden {
		t.Errorf("Reveal() = %q, want the value", got)
	}
	if got := Secret("").String(); got != "" {
		t.Errorf("an empty secret prints %q, want nothing", got)
	}
}

type sample struct {
	Name     string `env:"NAME"`
	Password Secret `env:"PASSWORD"`
	Endpoint string `env:"ENDPOINT, default=https://example.com"`
}

func (s *sample) Validate() error {
	return errors.Join(Require("NAME", s.Name), Require("PASSWORD", s.Password.Reveal()), HTTPURL("ENDPOINT", s.Endpoint))
}

func TestLoadReadsAndValidates(t *testing.T) {
	t.Parallel()
	var got sample
	env := envconfig.MapLookuper(map[string]string{"NAME": "a", "PASSWORD": hidden})
	if err := LoadFrom(t.Context(), &got, env); err != nil {
		t.Fatal(err)
	}
	if want := (sample{"a", hidden, "https://example.com"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestLoadReportsEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	err := LoadFrom(t.Context(), &sample{}, envconfig.MapLookuper(map[string]string{"ENDPOINT": "http://example.com"}))
	if err == nil {
		t.Fatal("an empty configuration was accepted")
	}
	for _, name := range []string{"NAME", "PASSWORD", "ENDPOINT"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("error %q does not name %s", err, name)
		}
	}
}

func TestHTTPURLAllowsPlainHTTPOnlyOnThisMachine(t *testing.T) {
	t.Parallel()
	for value, ok := range map[string]bool{
		"https://example.com":        true,
		"https://example.com/path":   true,
		"http://127.0.0.1:8080":      true,
		"http://localhost:8080/keys": true,
		"http://[::1]:8080":          true,
		"http://example.com":         false,
		"http://localhost.evil.com":  false,
		"http://10.0.0.1":            false,
		"ftp://127.0.0.1":            false,
		"example.com":                false,
		"/path":                      false,
		"":                           false,
	} {
		if err := HTTPURL("X", value); (err == nil) != ok {
			t.Errorf("HTTPURL(%q) = %v, want ok %t", value, err, ok)
		}
	}
}
