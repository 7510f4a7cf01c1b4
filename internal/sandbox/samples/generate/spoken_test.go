package main

import "testing"

func TestSpoken(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		line line
		want string
	}{
		{"plain words are read as they stand", line{Text: "See you then. Bye."}, "See you then. Bye."},
		{"a phone number is read digit by digit", line{Text: "It's 303-555-0142."},
			"It's three oh three, five five five, oh one four two."},
		{"an address is read with its dots", line{Text: "Use a.b@example.com. That's it."},
			"Use a dot b at example dot com. That's it."},
		{"a spelled name is read letter by letter", line{Text: "That's H-A-L, at example dot com."},
			"That's H, A, L, at example dot com."},
		{"a hyphenated word is no spelling", line{Text: "A walk-in shower, e-mail."}, "A walk-in shower, e-mail."},
		{"what the script says to read wins", line{Text: "1420 Larkspur", Say: "fourteen twenty"}, "fourteen twenty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.line.spoken(); got != tt.want {
				t.Errorf("spoken() = %q, want %q", got, tt.want)
			}
		})
	}
}
