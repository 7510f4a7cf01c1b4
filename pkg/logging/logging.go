// Package logging makes the process's slog.Logger: JSON in the shape that Cloud Logging
// reads, or text for a terminal. Every record made with a context carries its trace.
package logging

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"

	"go.opentelemetry.io/otel/trace"
)

// Formats.
const (
	JSON = "json"
	Text = "text"
)

// Config chooses how much is logged, and in which shape.
type Config struct {
	Level   slog.Level `env:"LOG_LEVEL, default=INFO"`
	Format  string     `env:"LOG_FORMAT, default=json"`
	Project string     `env:"GOOGLE_CLOUD_PROJECT"` // makes trace names that the console links; empty: bare ids
}

// Validate reports every problem at once.
func (c *Config) Validate() error {
	if c.Format != JSON && c.Format != Text {
		return fmt.Errorf("LOG_FORMAT %q is neither %s nor %s", c.Format, JSON, Text)
	}
	return nil
}

// New returns a logger that writes to w.
func New(w io.Writer, cfg Config) *slog.Logger {
	if cfg.Format == Text {
		return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: cfg.Level, ReplaceAttr: hide}))
	}
	base := slog.NewJSONHandler(w, &slog.HandlerOptions{Level: cfg.Level, ReplaceAttr: shape})
	return slog.New(&handler{Handler: base, project: cfg.Project})
}

// handler adds the trace to each record, at the top level even below a group.
type handler struct {
	slog.Handler // without what came since the first group
	project      string
	grouped      []func(slog.Handler) slog.Handler // groups, and attributes inside them
}

// Handle writes the record with the trace of ctx.
func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	attrs := h.trace(ctx)
	if len(h.grouped) == 0 {
		r = r.Clone()
		r.AddAttrs(attrs...)
		return h.Handler.Handle(ctx, r)
	}
	next := h.Handler.WithAttrs(attrs)
	for _, apply := range h.grouped {
		next = apply(next)
	}
	return next.Handle(ctx, r)
}

func (h *handler) trace(ctx context.Context) []slog.Attr {
	sc := trace.SpanContextFromContext(ctx)
	if !sc.IsValid() {
		return nil
	}
	name := sc.TraceID().String()
	if h.project != "" {
		name = "projects/" + h.project + "/traces/" + name
	}
	return []slog.Attr{
		slog.String("logging.googleapis.com/trace", name),
		slog.String("logging.googleapis.com/spanId", sc.SpanID().String()),
		slog.Bool("logging.googleapis.com/trace_sampled", sc.IsSampled()),
	}
}

// WithAttrs returns a handler whose records also have attrs.
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	if len(h.grouped) == 0 {
		return &handler{Handler: h.Handler.WithAttrs(attrs), project: h.project}
	}
	return h.with(func(next slog.Handler) slog.Handler { return next.WithAttrs(attrs) })
}

// WithGroup returns a handler whose further attributes stand in a group.
func (h *handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	return h.with(func(next slog.Handler) slog.Handler { return next.WithGroup(name) })
}

func (h *handler) with(apply func(slog.Handler) slog.Handler) slog.Handler {
	grouped := append(slices.Clone(h.grouped), apply)
	return &handler{Handler: h.Handler, project: h.project, grouped: grouped}
}

// shape renames slog's own fields to Cloud Logging's.
func shape(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return hide(groups, a)
	}
	switch a.Key {
	case slog.TimeKey:
		a.Key = "timestamp"
	case slog.MessageKey:
		a.Key = "message"
	case slog.LevelKey:
		level, _ := a.Value.Any().(slog.Level)
		return slog.String("severity", severity(level))
	default:
		return hide(groups, a)
	}
	return a
}

// severity names a level as Cloud Logging does.
func severity(l slog.Level) string {
	switch {
	case l >= slog.LevelError:
		return "ERROR"
	case l >= slog.LevelWarn:
		return "WARNING"
	case l >= slog.LevelInfo:
		return "INFO"
	default:
		return "DEBUG"
	}
}

// personal are keys under which nothing may be logged. Code must not log such values at
// all; this is the net below it.
var personal = []string{
	"transcript", "phone", "caller", "email", "name", "address", "payload", "body",
	"secret", "password", "token", "api_key", "authorization",
}

func hide(_ []string, a slog.Attr) slog.Attr {
	if slices.Contains(personal, a.Key) {
		return slog.String(a.Key, "REDACTED")
	}
	return a
}
