package gcp

import "testing"

func TestEndpointAcceptsTLSAndThisMachine(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		raw     string
		options int
		ok      bool
	}{
		{"", 0, true},
		{"us-speech.googleapis.com:443", 1, true},
		{"us-speech.googleapis.com", 1, true},
		{"https://secretmanager.us-east1.rep.googleapis.com", 1, true},
		{"http://127.0.0.1:9000", 4, true},
		{"http://[::1]:9000", 4, true},
		{"http://localhost:9000", 4, true},
		{"http://us-speech.googleapis.com", 0, false},
		{"http://10.0.0.7:9000", 0, false},
		{"http://127.0.0.1.example.com", 0, false},
		{"https://example.com/path", 0, false},
		{"ftp://127.0.0.1", 0, false},
		{"https://", 0, false},
	} {
		opts, err := Endpoint(test.raw)
		if (err == nil) != test.ok || len(opts) != test.options {
			t.Errorf("Endpoint(%q) = %d options, %v, want %d, ok %t", test.raw, len(opts), err, test.options, test.ok)
		}
	}
}
