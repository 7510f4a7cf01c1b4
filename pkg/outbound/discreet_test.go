package outbound

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestClientKeepsAServersWordsOutOfErrors(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"a redirect to an unreadable address": "HTTP/1.1 302 Found\r\nLocation: https://media.example.com/%zz?access_key=hidden\r\nContent-Length: 0\r\n\r\n",
		"an answer that is the request":       "POST /services/hidden HTTP/1.1\r\n\r\n",
		"a wrong status":                      "HTTP/1.1 hidden\r\n\r\n",
		"a wrong header":                      "HTTP/1.1 200 OK\r\nhidden words\r\n\r\n",
		"a wrong length":                      "HTTP/1.1 200 OK\r\nContent-Length: hidden\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
				conn, _, err := w.(http.Hijacker).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = fmt.Fprint(conn, answer)
				_ = conn.Close()
			})
			_, _, err := get(t, New(Options{AllowLoopback: true}), srv.URL)
			var withURL *url.Error
			if !errors.As(err, &withURL) || !errors.Is(err, ErrMalformed) || strings.Contains(withURL.Err.Error(), "hidden") {
				t.Errorf("err = %v, want ErrMalformed without the server's words", err)
			}
		})
	}
}

func TestClientSaysWhatIsWrongWithTheNetwork(t *testing.T) {
	t.Parallel()
	srv := newServer(t, func(http.ResponseWriter, *http.Request) {})
	srv.Close()
	_, _, err := get(t, New(Options{AllowLoopback: true}), srv.URL)
	if err == nil || errors.Is(err, ErrMalformed) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("err = %v, want the network's", err)
	}
}
