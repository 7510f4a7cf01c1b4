package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
)

func TestWhatSignPrintsVerifies(t *testing.T) {
	t.Parallel()
	body := []byte(`{"call_id":"CAL1"}`)
	file := filepath.Join(t.TempDir(), "body.json")
	keyFile := filepath.Join(t.TempDir(), "key")
	for path, data := range map[string]string{file: string(body), keyFile: "secret\n"} {
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name  string
		args  []string
		stdin string
		want  callrail.Scheme
	}{
		{"file and key", []string{"--key", "secret", file}, "", callrail.SHA256},
		{"standard input", []string{"--key", "secret"}, string(body), callrail.SHA256},
		{"key file", []string{"--key-file", keyFile, file}, "", callrail.SHA256},
		{"as CallRail signs", []string{"--key", "secret", "--form", "callrail", file}, "", callrail.SHA1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			cmd := newSign()
			cmd.SetArgs(tt.args)
			cmd.SetIn(strings.NewReader(tt.stdin))
			cmd.SetOut(&out)
			if err := cmd.ExecuteContext(t.Context()); err != nil {
				t.Fatal(err)
			}
			name, value, _ := strings.Cut(strings.TrimSpace(out.String()), ": ")
			header := http.Header{}
			header.Set(name, value)
			if got := callrail.Verify(header, body, []string{"secret"}); got != tt.want {
				t.Errorf("%q: got %q, want %q", out.String(), got, tt.want)
			}
		})
	}
}

func TestSignRefusesAnUnknownForm(t *testing.T) {
	t.Parallel()
	cmd := newSign()
	cmd.SetArgs([]string{"--key", "k", "--form", "md5"})
	cmd.SetIn(strings.NewReader("x"))
	cmd.SetErr(&bytes.Buffer{})
	cmd.SetOut(&bytes.Buffer{})
	if err := cmd.ExecuteContext(t.Context()); err == nil {
		t.Error("accepted")
	}
}
