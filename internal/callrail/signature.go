package callrail

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // CallRail signs with HMAC-SHA1, which collisions of SHA-1 do not break
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/http"
	"strings"
)

// The headers that carry a signature.
const (
	HeaderSHA1   = "Signature"            // CallRail: base64 of HMAC-SHA1
	HeaderSHA256 = "X-Callrail-Signature" // relays and tests: sha256= and hex of HMAC-SHA256

	sha256Prefix = "sha256="
)

// Scheme is the form of a signature.
type Scheme string

// The schemes. Unverified is the zero value, so that a forgotten check refuses.
const (
	Unverified Scheme = ""
	SHA1       Scheme = "sha1"
	SHA256     Scheme = "sha256"
)

// Verify returns the scheme by which one of keys signed the raw body, Unverified if none
// did. Every key is tried at full length, so that the time taken tells nothing about them.
// A key is used as its ASCII characters: CallRail's 32 hex digits are not decoded. Source:
// https://apidocs.callrail.com (Webhooks, signature).
func Verify(header http.Header, body []byte, keys []string) Scheme {
	scheme := Unverified
	if want, ok := sha1Header(header); ok && matches(sha1.New, want, body, keys) {
		scheme = SHA1
	}
	if want, ok := sha256Header(header); ok && matches(sha256.New, want, body, keys) {
		scheme = SHA256
	}
	return scheme
}

// Signed reports whether the headers carry something that has the form of a signature.
func Signed(header http.Header) bool {
	_, one := sha1Header(header)
	_, other := sha256Header(header)
	return one || other
}

// SignSHA1 returns the value of HeaderSHA1 for a body.
func SignSHA1(body []byte, key string) string {
	return base64.StdEncoding.EncodeToString(sum(nil, sha1.New, body, key))
}

// SignSHA256 returns the value of HeaderSHA256 for a body.
func SignSHA256(body []byte, key string) string {
	return sha256Prefix + hex.EncodeToString(sum(nil, sha256.New, body, key))
}

func sha1Header(header http.Header) ([]byte, bool) {
	mac, err := base64.StdEncoding.DecodeString(header.Get(HeaderSHA1))
	return mac, err == nil && len(mac) == sha1.Size
}

func sha256Header(header http.Header) ([]byte, bool) {
	digits, ok := strings.CutPrefix(header.Get(HeaderSHA256), sha256Prefix)
	if !ok {
		return nil, false
	}
	mac, err := hex.DecodeString(digits)
	return mac, err == nil && len(mac) == sha256.Size
}

func matches(h func() hash.Hash, want, body []byte, keys []string) bool {
	matched := false
	mac := make([]byte, 0, sha256.Size) // the longer of the two
	for _, key := range keys {
		// An empty key would let everybody sign.
		if hmac.Equal(sum(mac, h, body, key), want) && key != "" {
			matched = true
		}
	}
	return matched
}

// sum appends the body's code to a slice.
func sum(to []byte, h func() hash.Hash, body []byte, key string) []byte {
	mac := hmac.New(h, []byte(key))
	_, _ = mac.Write(body) // a hash never fails to write
	return mac.Sum(to)
}
