package session

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// Config says who signs people in. Without an issuer there is no dashboard.
type Config struct {
	URL          string        `env:"DASHBOARD_URL"` // ends in /dashboard
	Issuer       string        `env:"DASHBOARD_ISSUER"`
	ClientID     string        `env:"DASHBOARD_CLIENT_ID"`
	ClientSecret config.Secret `env:"DASHBOARD_CLIENT_SECRET"`
	Audience     string        `env:"DASHBOARD_AUDIENCE"` // of access tokens; empty: the API is shown the ID token
	Scopes       []string      `env:"DASHBOARD_SCOPES,default=openid,profile,email"`
	Keys         config.Secret `env:"DASHBOARD_KEYS"` // the first seals, all open
	Lasts        time.Duration `env:"DASHBOARD_SESSION,default=12h"`
}

// Enabled reports whether people can sign in at all.
func (c *Config) Enabled() bool { return c.Issuer != "" }

// Validate reports every problem at once.
func (c *Config) Validate() error {
	if !c.Enabled() {
		return nil
	}
	errs := []error{
		config.HTTPURL("DASHBOARD_ISSUER", c.Issuer),
		config.HTTPURL("DASHBOARD_URL", c.URL),
		config.Require("DASHBOARD_CLIENT_ID", c.ClientID),
	}
	if !strings.HasSuffix(c.URL, "/dashboard") {
		errs = append(errs, errors.New("DASHBOARD_URL must end in /dashboard"))
	}
	if c.Lasts < time.Minute {
		errs = append(errs, errors.New("DASHBOARD_SESSION must be at least 1m"))
	}
	_, err := c.aeads()
	return errors.Join(append(errs, err)...)
}

// aeads returns what seals and opens cookies.
func (c *Config) aeads() ([]cipher.AEAD, error) {
	var all []cipher.AEAD
	for text := range strings.SplitSeq(c.Keys.Reveal(), ",") {
		key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
		if err != nil || len(key) != 32 {
			return nil, errors.New("DASHBOARD_KEYS must be 32 random bytes in base64, several with commas between them")
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("use DASHBOARD_KEYS: %w", err)
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("use DASHBOARD_KEYS: %w", err)
		}
		all = append(all, aead)
	}
	return all, nil
}
