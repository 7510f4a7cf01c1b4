package custom

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// secretPrefix marks a signing secret; what follows is base64 of the key.
const secretPrefix = "whsec_"

// Lengths of a signing key in bytes, by the standard.
const (
	minKey = 24
	maxKey = 64
)

// credentials is what the integration's secret holds: JSON, or one signing secret alone.
type credentials struct {
	Secrets []string `json:"secrets"` // several while one is replaced by another: all sign
	Auth    struct {
		Token    string `json:"token"`    // bearer
		Username string `json:"username"` // basic
		Password string `json:"password"`
		Value    string `json:"value"` // header
	} `json:"auth"`

	keys [][]byte
}

// parseCredentials never quotes what it reads.
func parseCredentials(secret string) (credentials, error) {
	var c credentials
	secret = strings.TrimSpace(secret)
	if strings.HasPrefix(secret, secretPrefix) {
		c.Secrets = []string{secret}
	} else if err := json.Unmarshal([]byte(secret), &c); err != nil {
		return c, errors.New("credentials are neither a signing secret nor the expected JSON")
	}
	if len(c.Secrets) == 0 {
		return c, errors.New("credentials lack secrets")
	}
	for i, s := range c.Secrets {
		key, err := keyOf(s)
		if err != nil {
			return c, fmt.Errorf("secret %d: %w", i+1, err)
		}
		c.keys = append(c.keys, key)
	}
	return c, nil
}

func keyOf(secret string) ([]byte, error) {
	encoded, ok := strings.CutPrefix(secret, secretPrefix)
	if !ok {
		return nil, errors.New("does not begin with " + secretPrefix)
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, errors.New("is not base64 after " + secretPrefix)
	}
	if len(key) < minKey || len(key) > maxKey {
		return nil, fmt.Errorf("holds %d bytes, which must be %d to %d", len(key), minKey, maxKey)
	}
	return key, nil
}

// sign returns the signature header of a message: one signature for each key.
func (c credentials) sign(id string, at time.Time, body []byte) string {
	prefix := id + "." + strconv.FormatInt(at.Unix(), 10) + "."
	all := make([]string, 0, len(c.keys))
	for _, key := range c.keys {
		mac := hmac.New(sha256.New, key)
		_, _ = mac.Write([]byte(prefix)) // a hash never fails
		_, _ = mac.Write(body)
		all = append(all, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(all, " ")
}
