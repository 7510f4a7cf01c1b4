// Package gcp connects Google's client libraries to Google, or to a stand-in on this
// machine.
package gcp

import (
	"fmt"
	"net"
	"net/url"
	"strings"

	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// Endpoint returns the options that point a gRPC client at raw:
//
//	""                                    the library's own endpoint
//	us-speech.googleapis.com[:443]        a regional endpoint; https:// may stand before it
//	http://127.0.0.1:PORT                 a stand-in on this machine: plaintext, no credentials
//
// Plaintext to any other machine is refused: it would send data and tokens in the open.
func Endpoint(raw string) ([]option.ClientOption, error) {
	if raw == "" {
		return nil, nil
	}
	if !strings.Contains(raw, "://") {
		raw = "https://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || strings.Trim(u.Path, "/") != "" {
		return nil, fmt.Errorf("parse endpoint %q: want https://host[:port] or http://127.0.0.1:port", raw)
	}
	switch u.Scheme {
	case "https":
		return []option.ClientOption{option.WithEndpoint(hostPort(u, "443"))}, nil
	case "http":
		return plaintext(u)
	default:
		return nil, fmt.Errorf("parse endpoint %q: scheme is neither https nor http", raw)
	}
}

func plaintext(u *url.URL) ([]option.ClientOption, error) {
	if !config.Loopback(u.Hostname()) {
		return nil, fmt.Errorf("refuse endpoint %q: plaintext is for this machine only", u)
	}
	return []option.ClientOption{
		option.WithEndpoint(hostPort(u, "80")),
		option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())),
		option.WithTelemetryDisabled(),
	}, nil
}

func hostPort(u *url.URL, port string) string {
	if u.Port() != "" {
		port = u.Port()
	}
	return net.JoinHostPort(u.Hostname(), port)
}
