package callrail

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

const testKey = "00112233445566778899aabbccddeeff"

func read(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func signed(name, value string) http.Header {
	h := http.Header{}
	h.Set(name, value)
	return h
}

// The samples' signatures were computed with another implementation (Python's hmac), the
// other two are test case 2 of RFC 2202 and of RFC 4231.
func TestVerifyKnownVectors(t *testing.T) {
	t.Parallel()
	rfc := []byte("what do ya want for nothing?")
	rfcSHA1, err := hex.DecodeString("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		header http.Header
		body   []byte
		key    string
		want   Scheme
	}{
		{"post-call in JSON", signed("Signature", "ulGTw3ubkhxCpOSgapzvw/sAAAQ="), read(t, "post_call.json"), testKey, SHA1},
		{"post-call form-encoded", signed("Signature", "wbGdEzpONT4G3/M/oaekhZ0cMwI="), read(t, "post_call.form"), testKey, SHA1},
		{"form submission", signed("Signature", "KuM1nhAB8K35XMzfDY1GI8dkgZE="), read(t, "form_submission.json"), testKey, SHA1},
		{"call modified", signed("Signature", "1cn7RMV16YzPnI7zfJcqoev+k2E="), read(t, "call_modified.json"), testKey, SHA1},
		{"RFC 2202", signed("Signature", base64.StdEncoding.EncodeToString(rfcSHA1)), rfc, "Jefe", SHA1},
		{"RFC 4231", signed("x-callrail-signature", "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"), rfc, "Jefe", SHA256},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Verify(tt.header, tt.body, []string{tt.key}); got != tt.want {
				t.Errorf("Verify = %q, want %q", got, tt.want)
			}
			if got := Verify(tt.header, tt.body, []string{"another key", tt.key, "a third"}); got != tt.want {
				t.Errorf("Verify among several keys = %q, want %q", got, tt.want)
			}
			if got := Verify(tt.header, tt.body, []string{"another key"}); got != Unverified {
				t.Errorf("Verify with another key = %q", got)
			}
		})
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	body := read(t, "post_call.json")
	good := SignSHA1(body, testKey)
	decoded, err := hex.DecodeString(testKey)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.StdEncoding.DecodeString(good)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		header http.Header
		body   []byte
		keys   []string
	}{
		{name: "a newline added to the body", header: signed(HeaderSHA1, good), body: append(body[:len(body):len(body)], '\n')},
		{name: "the signature of a body with a newline", header: signed(HeaderSHA1, "FmrYTkAdt0jjThRx3Iw/PzpmLn8=")},
		{name: "a hex-decoded key", header: signed(HeaderSHA1, SignSHA1(body, string(decoded)))},
		{name: "SHA-256 under CallRail's header", header: signed(HeaderSHA1, "k0x9jxe7qkqv850Kf3cxzicSxA63J5VHEsAq6aP4CAQ=")},
		{name: "hex instead of base64", header: signed(HeaderSHA1, hex.EncodeToString(raw))},
		{name: "a body written again", header: signed(HeaderSHA1, "xRQf8UYdQhP/6pL0TeBnt8lN/lw=")},
		{name: "another body's signature", header: signed(HeaderSHA1, "KuM1nhAB8K35XMzfDY1GI8dkgZE=")},
		{name: "an empty header", header: signed(HeaderSHA1, "")},
		{name: "no header", header: http.Header{}},
		{name: "no padding", header: signed(HeaderSHA1, good[:len(good)-1])},
		{name: "half a signature", header: signed(HeaderSHA1, base64.StdEncoding.EncodeToString(raw[:10]))},
		{name: "SHA-1 under the relay's header", header: signed(HeaderSHA256, "sha256="+hex.EncodeToString(raw))},
		{name: "the relay's form without its prefix", header: signed(HeaderSHA256, SignSHA256(body, testKey)[len("sha256="):])},
		{name: "no keys", header: signed(HeaderSHA1, good), keys: []string{}},
		{name: "an empty key", header: signed(HeaderSHA1, SignSHA1(body, "")), keys: []string{""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.body == nil {
				tt.body = body
			}
			if tt.keys == nil {
				tt.keys = []string{testKey}
			}
			if got := Verify(tt.header, tt.body, tt.keys); got != Unverified {
				t.Errorf("Verify = %q, want it refused", got)
			}
		})
	}
}

func TestSigned(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		header http.Header
		want   bool
	}{
		{"CallRail's form", signed(HeaderSHA1, SignSHA1(nil, "any")), true},
		{"the relay's form", signed(HeaderSHA256, SignSHA256(nil, "any")), true},
		{"a placeholder", signed(HeaderSHA256, "sha256=VALID_SIGNATURE"), false},
		{"nothing", http.Header{}, false},
	} {
		if got := Signed(tt.header); got != tt.want {
			t.Errorf("%s: Signed = %v, want %v", tt.name, got, tt.want)
		}
	}
}

// Vectors from outside: CALLRAIL_VECTORS names a file with samples and must_fail lists.
func TestVerifyVectorsFromFile(t *testing.T) {
	t.Parallel()
	path := os.Getenv("CALLRAIL_VECTORS")
	if path == "" {
		t.Skip("NOT CHECKED: CALLRAIL_VECTORS names no file")
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		SigningKey string `json:"signing_key"`
		Samples    []struct {
			Name     string `json:"name"`
			Body     []byte `json:"body_base64"`
			Expected string `json:"expected"`
		} `json:"samples"`
		MustFail []struct {
			Why       string `json:"why"`
			Sample    string `json:"sample"`
			Signature string `json:"signature"`
		} `json:"must_fail"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Samples) == 0 || len(file.MustFail) == 0 {
		t.Fatal("the file holds no vectors")
	}
	keys, bodies := []string{file.SigningKey}, map[string][]byte{}
	for _, s := range file.Samples {
		bodies[s.Name] = s.Body
		if got := Verify(signed(HeaderSHA1, s.Expected), s.Body, keys); got != SHA1 {
			t.Errorf("%s: Verify = %q", s.Name, got)
		}
	}
	for _, f := range file.MustFail {
		if got := Verify(signed(HeaderSHA1, f.Signature), bodies[f.Sample], keys); got != Unverified {
			t.Errorf("%s: Verify = %q, want it refused", f.Why, got)
		}
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("Signature", "ulGTw3ubkhxCpOSgapzvw/sAAAQ=", []byte("{}"))
	f.Add("X-Callrail-Signature", "sha256=00", []byte(""))
	f.Add("X-Callrail-Signature", SignSHA256([]byte("body"), testKey), []byte("body"))
	f.Fuzz(func(t *testing.T, name, value string, body []byte) {
		h := signed(name, value)
		got := Verify(h, body, []string{testKey})
		if got == Unverified {
			return
		}
		if !Signed(h) {
			t.Errorf("verified as %q without a signature", got)
		}
		if Verify(h, append(body[:len(body):len(body)], 'x'), []string{testKey}) != Unverified {
			t.Errorf("the signature of a body fits another")
		}
	})
}
