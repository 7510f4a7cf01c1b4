package callrail

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

const (
	maxHops   = 5   // redirects from the recording's address to the audio
	sniffSize = 512 // bytes that tell HTML from audio
)

// storageHost is where CallRail keeps audio: buckets of its own in Amazon S3.
var storageHost = regexp.MustCompile(`^calltrk[a-z0-9-]*\.s3(\.[a-z0-9-]+)*\.amazonaws\.com$`)

// Media is a recording's audio on its way. The caller closes Body.
type Media struct {
	Body        io.ReadCloser
	ContentType string // as the host says it; the bytes are the better witness
	Length      int64  // bytes, -1 if the host does not say
}

// Recording opens a call's recording. It takes two steps: the API tells the audio's address
// to who has the key, and the audio is fetched without it, because hosts of media refuse a
// request with a key of somebody else's. Call checks whose call it is; do that first.
func (c *Client) Recording(ctx context.Context, a Access, id string) (media *Media, err error) {
	ctx, span := c.tracer.Start(ctx, "callrail.open_recording")
	defer func() { endSpan(span, err) }()

	resp, err := c.get(ctx, a, c.address(a, "calls", id, "recording.json"), c.limits.follow)
	if errors.Is(err, ErrNotFound) {
		return nil, fmt.Errorf("locate recording: %w", ErrNoRecording)
	}
	if err != nil {
		return nil, fmt.Errorf("locate recording: %w", err)
	}
	if isAudio(resp.Header) { // some accounts are reported to get it at once
		return openMedia(resp)
	}
	root, err := decodeAnswer(resp)
	if err != nil {
		return nil, fmt.Errorf("locate recording: %w", err)
	}
	address := root.first("url")
	if address == "" {
		return nil, fmt.Errorf("locate recording: %w", ErrNoRecording)
	}
	return c.download(ctx, a, address)
}

// download follows an address to the audio, checking the host of every hop.
func (c *Client) download(ctx context.Context, a Access, address string) (*Media, error) {
	at := &url.URL{}
	for range maxHops + 1 {
		next, err := at.Parse(address)
		if err != nil {
			return nil, fmt.Errorf("download recording: %w: bad address", ErrForeignHost)
		}
		if at, err = c.allow(next, a.MediaHosts); err != nil {
			return nil, fmt.Errorf("download recording: %w", err)
		}
		resp, err := c.getMedia(ctx, at)
		if err != nil {
			return nil, fmt.Errorf("download recording: %w", err)
		}
		if address = resp.Header.Get("Location"); address == "" || resp.StatusCode < 300 {
			return openMedia(resp)
		}
		if err := resp.Body.Close(); err != nil {
			return nil, fmt.Errorf("download recording: %w", transportError(err))
		}
	}
	return nil, fmt.Errorf("download recording: %w: more than %d redirects", ErrForeignHost, maxHops)
}

// getMedia asks a media host, without any credential. The response is a 200 or a redirect.
func (c *Client) getMedia(ctx context.Context, at *url.URL) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("%w: bad address", ErrForeignHost)
	}
	req.Header.Set("Accept", "audio/*, application/octet-stream")
	resp, err := c.media.Do(req)
	if err != nil {
		return nil, transportError(err)
	}
	switch resp.StatusCode {
	case http.StatusOK, http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return resp, nil
	case http.StatusNotFound, http.StatusGone:
		err = ErrNoRecording
	case http.StatusUnauthorized, http.StatusForbidden:
		err = fmt.Errorf("%w: address expired", ErrTransient) // the next try asks for a new one
	default:
		err = c.statusError(resp)
	}
	return nil, errors.Join(err, resp.Body.Close())
}

// allow returns the address to ask for u, or ErrForeignHost. CallRail's answer shows http
// where https works; the guarded client would refuse it.
func (c *Client) allow(u *url.URL, extra []string) (*url.URL, error) {
	if c.sandboxed(u) {
		return u, nil
	}
	host := strings.ToLower(u.Hostname())
	known := host == "callrail.com" || strings.HasSuffix(host, ".callrail.com") ||
		storageHost.MatchString(host) ||
		slices.ContainsFunc(extra, func(e string) bool { return strings.EqualFold(e, host) })
	plain := u.Scheme == "http" && (u.Port() == "" || u.Port() == "80")
	secure := u.Scheme == "https" && (u.Port() == "" || u.Port() == "443")
	if !known || u.User != nil || (!plain && !secure) {
		return nil, fmt.Errorf("%w: %s", ErrForeignHost, host)
	}
	upgraded := *u
	upgraded.Scheme, upgraded.Host = "https", host
	return &upgraded, nil
}

// sandboxed reports whether u is on the very address of a stand-in on this machine.
func (c *Client) sandboxed(u *url.URL) bool {
	return c.base.Scheme == "http" && config.Loopback(c.base.Hostname()) &&
		u.Scheme == c.base.Scheme && u.Host == c.base.Host
}

// openMedia looks at the first bytes: an expired link may answer 200 with a page that says
// so, under whatever content type.
func openMedia(resp *http.Response) (*Media, error) {
	head := bufio.NewReaderSize(resp.Body, sniffSize)
	begin, err := head.Peek(sniffSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(fmt.Errorf("download recording: %w", transportError(err)), resp.Body.Close())
	}
	if why := notAudio(resp.Header, begin); why != "" {
		return nil, errors.Join(fmt.Errorf("download recording: %w: %s", ErrNotAudio, why), resp.Body.Close())
	}
	return &Media{
		Body:        body{Reader: head, Closer: resp.Body},
		ContentType: mediaType(resp.Header),
		Length:      resp.ContentLength,
	}, nil
}

type body struct {
	io.Reader
	io.Closer
}

// notAudio says why a response cannot be audio, "" if it can.
func notAudio(header http.Header, begin []byte) string {
	if len(begin) == 0 {
		return "it is empty"
	}
	if kind, _, _ := strings.Cut(http.DetectContentType(begin), ";"); kind == "text/html" || kind == "text/xml" {
		return "it is " + kind
	}
	if bytes.HasPrefix(bytes.TrimSpace(begin), []byte("{")) {
		return "it is JSON"
	}
	if declared := mediaType(header); declared != "" && !isAudio(header) && declared != "application/octet-stream" &&
		declared != "binary/octet-stream" { // what S3 says about objects without a type
		return "it is declared otherwise"
	}
	return ""
}

func isAudio(header http.Header) bool { return strings.HasPrefix(mediaType(header), "audio/") }

func mediaType(header http.Header) string {
	kind, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return kind
}
