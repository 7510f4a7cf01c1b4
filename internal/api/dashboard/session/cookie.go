package session

import (
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Browsers keep cookies of 4096 bytes, name and attributes included, and at least 50 of them.
const (
	chunkSize = 3800
	maxChunks = 6
)

// errNoCookie says that there is none, or none that we made.
var errNoCookie = errors.New("no such cookie")

// jar keeps values in cookies that only we can read and write.
type jar struct {
	aeads  []cipher.AEAD
	secure bool // the dashboard is served by TLS
}

// name has the prefix by which browsers take the cookie from this very host and by TLS alone.
func (j *jar) name(of string, chunk int) string {
	name := "dashboard_" + of
	if j.secure {
		name = "__Host-" + name
	}
	if chunk > 0 {
		name += "_" + strconv.Itoa(chunk)
	}
	return name
}

// put keeps a value. Its name is authenticated with it: a cookie cannot stand for another.
func (j *jar) put(w http.ResponseWriter, r *http.Request, of string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("seal cookie: %w", err)
	}
	sealed := base64.RawURLEncoding.EncodeToString(j.aeads[0].Seal(nil, nil, text, []byte(of))) //nolint:gosec // it draws its nonce itself
	if len(sealed) > maxChunks*chunkSize {
		return errors.New("seal cookie: the issuer's tokens are too long")
	}
	chunk := 0
	for ; len(sealed) > 0; chunk++ {
		size := min(chunkSize, len(sealed))
		j.set(w, j.name(of, chunk), sealed[:size], 0)
		sealed = sealed[size:]
	}
	j.clear(w, r, of, chunk)
	return nil
}

// get reads a value into what value points to.
func (j *jar) get(r *http.Request, of string, value any) error {
	var sealed strings.Builder
	for chunk := range maxChunks {
		cookie, err := r.Cookie(j.name(of, chunk))
		if err != nil {
			break
		}
		sealed.WriteString(cookie.Value)
	}
	raw, err := base64.RawURLEncoding.DecodeString(sealed.String())
	if err != nil {
		return errNoCookie
	}
	for _, aead := range j.aeads {
		if text, err := aead.Open(nil, nil, raw, []byte(of)); err == nil {
			return json.Unmarshal(text, value)
		}
	}
	return errNoCookie
}

// clear takes the chunks from this one on away.
func (j *jar) clear(w http.ResponseWriter, r *http.Request, of string, from int) {
	for chunk := from; chunk < maxChunks; chunk++ {
		if _, err := r.Cookie(j.name(of, chunk)); err == nil {
			j.set(w, j.name(of, chunk), "", -1)
		}
	}
}

func (j *jar) set(w http.ResponseWriter, name, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure but on a laptop
		Name: name, Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true, Secure: j.secure,
		SameSite: http.SameSiteLaxMode, // the issuer sends people back by a link
	})
}
