package callrail

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// getRecording answers where the recording is, 404 if nothing was recorded.
func (s *Server) getRecording(w http.ResponseWriter, r *http.Request, v viewer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.visibleCall(r, v)
	if !ok || c.audio == nil {
		refuse(w, http.StatusNotFound, "Recording not found.")
		return
	}
	answer(w, http.StatusOK, map[string]string{"url": s.recordingURL(c)})
}

func (s *Server) recordingURL(c *call) string {
	return fmt.Sprintf("%s/calls/%s/recording/redirect?access_key=%s", s.cfg.BaseURL, c.id, c.accessKey)
}

func (s *Server) playerURL(c *call) string {
	return fmt.Sprintf("%s/calls/%s/recording?access_key=%s", s.cfg.BaseURL, c.id, c.accessKey)
}

// redirectToMedia sends whoever holds the access key on to the storage behind.
func (s *Server) redirectToMedia(w http.ResponseWriter, r *http.Request) {
	if hasCredentials(r) {
		refuse(w, http.StatusBadRequest, "Bad Request")
		return
	}
	c, ok := s.recorded(r.PathValue("id"))
	if !ok {
		refuse(w, http.StatusNotFound, "Not Found")
		return
	}
	if r.URL.Query().Get("access_key") != c.accessKey {
		refuse(w, http.StatusForbidden, "Forbidden")
		return
	}
	query := url.Values{"X-Amz-Algorithm": {"AWS4-HMAC-SHA256"}, "X-Amz-Expires": {"3600"}, "X-Amz-Signature": {c.accessKey}}
	http.Redirect(w, r, s.cfg.BaseURL+"/media/"+c.id+".mp3?"+query.Encode(), http.StatusFound)
}

// serveMedia serves the audio as an object store does, ranges and length included. Like
// it, it refuses a request that is authorised twice: by its signature and by a header.
func (s *Server) serveMedia(w http.ResponseWriter, r *http.Request) {
	if hasCredentials(r) {
		refuseMedia(w, http.StatusBadRequest, "InvalidArgument", "Only one auth mechanism allowed")
		return
	}
	c, ok := s.recorded(strings.TrimSuffix(r.PathValue("file"), ".mp3"))
	if !ok || r.URL.Query().Get("X-Amz-Signature") != c.accessKey {
		refuseMedia(w, http.StatusForbidden, "AccessDenied", "Access Denied")
		return
	}
	w.Header().Set("Content-Type", mediaType(c.audio))
	http.ServeContent(w, r, "", c.startTime(), bytes.NewReader(c.audio))
}

// recorded returns a copy of the call, so that a large recording is served without
// holding the lock.
func (s *Server) recorded(id string) (call, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.calls, func(c *call) bool { return c.id == id })
	if i < 0 || s.calls[i].audio == nil {
		return call{}, false
	}
	return *s.calls[i], true
}

func hasCredentials(r *http.Request) bool { return r.Header.Get("Authorization") != "" }

// mediaType is MPEG audio, what CallRail records, unless a test brought a WAV file.
func mediaType(audio []byte) string {
	if bytes.HasPrefix(audio, []byte("RIFF")) {
		return "audio/wav"
	}
	return "audio/mpeg"
}

func refuseMedia(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>%s</Message></Error>`, code, message)
}
