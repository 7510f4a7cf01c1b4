package logging

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/trace"
)

// record logs once through a fresh JSON logger and returns the line, without its time.
func record(t *testing.T, project string, log func(context.Context, *slog.Logger)) map[string]any {
	t.Helper()
	var out bytes.Buffer
	log(traced(t), New(&out, Config{Level: slog.LevelDebug, Format: JSON, Project: project}))
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("read line %q: %v", out.String(), err)
	}
	if _, ok := line["timestamp"]; !ok {
		t.Errorf("line %s has no timestamp", out.String())
	}
	delete(line, "timestamp")
	return line
}

func traced(t *testing.T) context.Context {
	t.Helper()
	return trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{0xab, 1}, SpanID: trace.SpanID{0xcd, 2}, TraceFlags: trace.FlagsSampled,
	}))
}

const (
	traceID = "ab010000000000000000000000000000"
	spanID  = "cd02000000000000"
)

func TestLinesHaveTheShapeOfCloudLogging(t *testing.T) {
	t.Parallel()
	got := record(t, "demo", func(ctx context.Context, log *slog.Logger) {
		log.WarnContext(ctx, "step failed", "tenant_id", "tenant_demo", "attempt", 2)
	})
	want := map[string]any{
		"severity": "WARNING", "message": "step failed", "tenant_id": "tenant_demo", "attempt": 2.0,
		"logging.googleapis.com/trace":         "projects/demo/traces/" + traceID,
		"logging.googleapis.com/spanId":        spanID,
		"logging.googleapis.com/trace_sampled": true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("line differs (-want +got):\n%s", diff)
	}
}

func TestTraceStaysAtTheTopBelowGroups(t *testing.T) {
	t.Parallel()
	got := record(t, "", func(ctx context.Context, log *slog.Logger) {
		log.With("a", 1).WithGroup("g").With("b", 2).InfoContext(ctx, "grouped", "c", 3)
	})
	want := map[string]any{
		"severity": "INFO", "message": "grouped", "a": 1.0, "g": map[string]any{"b": 2.0, "c": 3.0},
		"logging.googleapis.com/trace":         traceID,
		"logging.googleapis.com/spanId":        spanID,
		"logging.googleapis.com/trace_sampled": true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("line differs (-want +got):\n%s", diff)
	}
}

func TestLoggersOfOneParentKeepTheirOwnAttributes(t *testing.T) {
	t.Parallel()
	got := record(t, "", func(ctx context.Context, log *slog.Logger) {
		group := log.WithGroup("g")
		group.With("other", 1)
		group.With("mine", 2).InfoContext(trace.ContextWithSpanContext(ctx, trace.SpanContext{}), "x")
	})
	want := map[string]any{"severity": "INFO", "message": "x", "g": map[string]any{"mine": 2.0}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("line differs (-want +got):\n%s", diff)
	}
}

func TestEveryLevelHasASeverity(t *testing.T) {
	t.Parallel()
	for level, want := range map[slog.Level]string{
		slog.LevelDebug: "DEBUG", slog.LevelInfo: "INFO", slog.LevelInfo + 1: "INFO",
		slog.LevelWarn: "WARNING", slog.LevelError: "ERROR", slog.LevelError + 4: "ERROR",
	} {
		got := record(t, "", func(ctx context.Context, log *slog.Logger) { log.Log(ctx, level, "x") })
		if got["severity"] != want {
			t.Errorf("level %v = %v, want %s", level, got["severity"], want)
		}
	}
}

func TestPersonalKeysAreRedacted(t *testing.T) {
	t.Parallel()
	for _, format := range []string{JSON, Text} {
		var out bytes.Buffer
		log := New(&out, Config{Format: format})
		log.Info("oops", "phone", "+13035550142", slog.Group("caller_of", "email", "jane@example.com"))
		if got := out.String(); strings.Contains(got, "3035550142") || strings.Contains(got, "jane") {
			t.Errorf("%s line %s shows personal data", format, got)
		}
	}
}

func TestValidateKnowsTheFormats(t *testing.T) {
	t.Parallel()
	for format, ok := range map[string]bool{JSON: true, Text: true, "xml": false, "": false} {
		if err := (&Config{Format: format}).Validate(); (err == nil) != ok {
			t.Errorf("format %q: %v, want ok %t", format, err, ok)
		}
	}
}
