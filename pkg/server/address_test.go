package server

import (
	"net/http"
	"testing"
)

func TestAnAddressIsTheOneThatOurOwnProxiesSaw(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		forwarded []string
		proxies   int
		want      string
	}{
		"no proxy":                     {nil, 1, "192.0.2.9"},
		"a load balancer":              {[]string{"198.51.100.7, 203.0.113.1"}, 1, "198.51.100.7"},
		"the front end alone":          {[]string{"198.51.100.7"}, 0, "198.51.100.7"},
		"an invented one before":       {[]string{"10.0.0.1, 198.51.100.7, 203.0.113.1"}, 1, "198.51.100.7"},
		"an invented line before":      {[]string{"10.0.0.1", "198.51.100.7, 203.0.113.1"}, 1, "198.51.100.7"},
		"fewer proxies than there are": {[]string{"198.51.100.7"}, 1, "198.51.100.7"},
		"IPv6":                         {[]string{"2001:db8::7,203.0.113.1"}, 1, "2001:db8::7"},
		"IPv4 in IPv6":                 {[]string{"::ffff:198.51.100.7,203.0.113.1"}, 1, "198.51.100.7"},
		"a zone of the caller's":       {[]string{"fe80::1%one,203.0.113.1"}, 1, "fe80::1"},
		"no address":                   {[]string{"unknown, 203.0.113.1"}, 1, ""},
		"empty":                        {[]string{""}, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &http.Request{RemoteAddr: "192.0.2.9:4711", Header: http.Header{}}
			for _, line := range test.forwarded {
				r.Header.Add("X-Forwarded-For", line)
			}
			if got := Address(r, test.proxies); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
