package outbound

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/textproto"
	"strings"
)

// ErrMalformed says that a response broke the rules of HTTP.
var ErrMalformed = errors.New("malformed response")

// discreet keeps a server's words out of errors, which are logged: net/http quotes what it
// cannot read, and a server may repeat there what it was sent, such as a webhook's secret
// path, or the signed address of a redirect.
type discreet struct{ next http.RoundTripper }

func (d discreet) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := d.next.RoundTrip(req)
	if err != nil {
		return nil, unquoted(err)
	}
	// http.Client fails, quoting it, also where it would not follow the redirect.
	if _, err := req.URL.Parse(resp.Header.Get("Location")); err != nil && resp.StatusCode/100 == 3 {
		return nil, errors.Join(ErrMalformed, resp.Body.Close())
	}
	return resp, nil
}

// unquoted replaces an error that quotes the server. Those of the network and of
// certificates name addresses and authorities only.
func unquoted(err error) error {
	var network net.Error
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &network) || errors.As(err, &certificate) || errors.Is(err, ErrBlocked) {
		return err
	}
	var protocol textproto.ProtocolError
	if errors.As(err, &protocol) || strings.ContainsAny(err.Error(), `"`) {
		return ErrMalformed
	}
	return err
}
