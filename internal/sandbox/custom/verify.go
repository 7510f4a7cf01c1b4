package custom

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// tolerance is how far a delivery's time may be from now.
const tolerance = 5 * time.Minute

// verify checks a delivery's headers against the bytes that came.
func (e *endpoint) verify(h http.Header, body []byte, now time.Time) *refusal {
	id, stamp, signatures := h.Get("Webhook-Id"), h.Get("Webhook-Timestamp"), h.Get("Webhook-Signature")
	switch {
	case id == "" || stamp == "" || signatures == "":
		return refuse(http.StatusBadRequest, "webhook-id, webhook-timestamp and webhook-signature are required")
	case strings.Contains(id, "."):
		return refuse(http.StatusBadRequest, "webhook-id must not contain a full stop")
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return refuse(http.StatusBadRequest, "webhook-timestamp is not in seconds since 1970")
	}
	if off := now.Sub(time.Unix(seconds, 0)).Abs(); off > tolerance {
		return refuse(http.StatusBadRequest, "webhook-timestamp is too far from now")
	}
	if !e.signed(id+"."+stamp+".", body, signatures) {
		return refuse(http.StatusUnauthorized, "no signature is valid")
	}
	return nil
}

// signed reports whether one of the signatures is by one of the keys. Signatures of
// versions other than v1 are passed over.
func (e *endpoint) signed(prefix string, body []byte, signatures string) bool {
	valid := false
	for _, key := range e.keys {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(prefix)) // a hash never fails
		mac.Write(body)
		want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
		for signature := range strings.SplitSeq(signatures, " ") {
			if hmac.Equal([]byte(signature), []byte(want)) {
				valid = true
			}
		}
	}
	return valid
}
