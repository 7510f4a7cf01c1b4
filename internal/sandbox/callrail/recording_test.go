package callrail_test

import (
	"net/http"
	"strings"
	"testing"
)

// mediaRequest asks for a recording as a player does: without the API key.
func mediaRequest(t *testing.T, address string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatalf("make request: %v", err)
	}
	return req
}

func TestRecording_is_one_redirect_away(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.add(t, "a", post, audio)
	link, _ := f.do(t, "key-a", "GET", "/v3/a/"+account+"/calls/"+callID+"/recording.json", "").body["url"].(string)
	if !strings.HasPrefix(link, f.url+"/calls/"+callID+"/recording/redirect?access_key=") {
		t.Fatalf("url = %q", link)
	}
	hop := send(t, mediaRequest(t, link))
	if hop.status != http.StatusFound {
		t.Fatalf("redirect: status = %d, want 302 (%s)", hop.status, hop.raw)
	}
	media := hop.header.Get("Location")
	got := send(t, mediaRequest(t, media))
	if got.status != 200 || got.raw != string(audio) || got.header.Get("Content-Type") != "audio/mpeg" || got.header.Get("Content-Length") != "26" {
		t.Errorf("media = %d %q %v, want the audio", got.status, got.raw, got.header)
	}
	part := mediaRequest(t, media)
	part.Header.Set("Range", "bytes=4-7")
	if got := send(t, part); got.status != http.StatusPartialContent || got.raw != "this" {
		t.Errorf("range = %d %q, want 206 \"this\"", got.status, got.raw)
	}
}

func TestRecording_refuses_the_API_key_and_strangers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.add(t, "a", post, audio)
	link, _ := f.do(t, "key-a", "GET", "/v3/a/"+account+"/calls/"+callID+"/recording.json", "").body["url"].(string)
	media := send(t, mediaRequest(t, link)).header.Get("Location")
	tests := []struct {
		name, address string
		key           bool
		want          int
	}{
		{"the API key at the redirect", link, true, 400},
		{"the API key at the media", media, true, 400},
		{"a wrong access key", link[:len(link)-4] + "0000x", false, 403},
		{"a wrong signature", media[:len(media)-4] + "0000x", false, 403},
		{"a call without a recording", strings.Replace(link, callID, "CAL1", 1), false, 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			req := mediaRequest(t, tt.address)
			if tt.key {
				req.Header.Set("Authorization", `Token token="key-a"`)
			}
			if got := send(t, req); got.status != tt.want {
				t.Errorf("status = %d, want %d (%s)", got.status, tt.want, got.raw)
			}
		})
	}
}

func TestAddCall_again_brings_a_late_recording(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.add(t, "a", post, nil)
	f.add(t, "a", post, audio)
	f.add(t, "a", post, nil) // does not lose it
	if got := f.do(t, "key-a", "GET", "/v3/a/"+account+"/calls/"+callID+"/recording.json", ""); got.status != 200 {
		t.Errorf("status = %d, want 200", got.status)
	}
	if got := idsOf(f.do(t, "key-a", "GET", "/v3/a/"+account+"/calls.json", "").body["calls"]); got != callID {
		t.Errorf("calls = %q, want one", got)
	}
}
