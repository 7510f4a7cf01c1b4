package storage

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// algorithm is what the query of an address says that was signed by V4.
const algorithm = "GOOG4-RSA-SHA256"

// refused is an answer of the XML API to what is not allowed.
type refused struct {
	XMLName xml.Name `xml:"Error"`
	Code    string   `xml:"Code"`
	Message string   `xml:"Message"`
	status  int
}

// checkSigned refuses what Cloud Storage refuses of a signed address: another method, object
// or header than was signed, an upload of another size, and everything after it has expired.
func checkSigned(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		if query.Get("X-Goog-Algorithm") == "" {
			next.ServeHTTP(w, r)
			return
		}
		if problem := problemOf(r, query, time.Now()); problem != nil {
			w.Header().Set("Content-Type", "application/xml; charset=UTF-8")
			w.WriteHeader(problem.status)
			_ = xml.NewEncoder(w).Encode(problem) // the caller has gone
			return
		}
		next.ServeHTTP(&overridden{ResponseWriter: w, query: query}, r)
	})
}

func problemOf(r *http.Request, query url.Values, now time.Time) *refused {
	signed, err := time.Parse("20060102T150405Z", query.Get("X-Goog-Date"))
	seconds, err2 := strconv.Atoi(query.Get("X-Goog-Expires"))
	if err != nil || err2 != nil || query.Get("X-Goog-Algorithm") != algorithm {
		return &refused{Code: "AuthenticationRequired", Message: "The query string authentication is malformed.", status: http.StatusBadRequest}
	}
	if now.After(signed.Add(time.Duration(seconds) * time.Second)) {
		return &refused{Code: "ExpiredToken", Message: "The provided token has expired.", status: http.StatusBadRequest}
	}
	want := signature(r, query)
	if subtle.ConstantTimeCompare([]byte(want), []byte(query.Get("X-Goog-Signature"))) != 1 {
		return &refused{
			Code: "SignatureDoesNotMatch", status: http.StatusForbidden,
			Message: "Access denied. The request signature we calculated does not match the signature you provided.",
		}
	}
	return sizeProblem(r)
}

// signature returns the signature of a request as it was made: a digest, which on a laptop
// stands for what a service account's key would make of it.
func signature(r *http.Request, query url.Values) string {
	rest := url.Values{}
	for name, values := range query {
		if name != "X-Goog-Signature" {
			rest[name] = values
		}
	}
	names := query.Get("X-Goog-SignedHeaders")
	var headers []string
	for name := range strings.SplitSeq(names, ";") {
		headers = append(headers, name+":"+strings.Join(strings.Fields(headerOf(r, name)), " "))
	}
	slices.Sort(headers)
	canonical := sha256.Sum256([]byte(strings.Join([]string{
		r.Method, r.URL.EscapedPath(), strings.ReplaceAll(rest.Encode(), "+", "%20"),
		strings.Join(headers, "\n"), "", names, "UNSIGNED-PAYLOAD",
	}, "\n")))
	_, scope, _ := strings.Cut(query.Get("X-Goog-Credential"), "/")
	toSign := strings.Join([]string{algorithm, query.Get("X-Goog-Date"), scope, hex.EncodeToString(canonical[:])}, "\n")
	digest := sha256.Sum256([]byte(toSign))
	return hex.EncodeToString(digest[:])
}

func headerOf(r *http.Request, name string) string {
	if name != "host" {
		return strings.Join(r.Header.Values(name), ",")
	}
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		return host // the client library signs it without a port
	}
	return r.Host
}

// sizeProblem holds an upload to the sizes that its header allows.
func sizeProblem(r *http.Request) *refused {
	allowed := r.Header.Get("x-goog-content-length-range")
	if allowed == "" {
		return nil
	}
	var least, most int64
	if _, err := fmt.Sscanf(allowed, "%d,%d", &least, &most); err != nil {
		return &refused{Code: "InvalidArgument", Message: "The content length range is malformed.", status: http.StatusBadRequest}
	}
	switch {
	case r.ContentLength < 0:
		return &refused{Code: "MissingContentLength", Message: "You must provide the Content-Length HTTP header.", status: http.StatusLengthRequired}
	case r.ContentLength < least:
		return &refused{Code: "EntityTooSmall", Message: "Your proposed upload is smaller than the minimum size.", status: http.StatusBadRequest}
	case r.ContentLength > most:
		return &refused{Code: "EntityTooLarge", Message: "Your proposed upload exceeds the maximum size.", status: http.StatusBadRequest}
	}
	return nil
}

// overridden is an answer with the headers that the address asks for.
type overridden struct {
	http.ResponseWriter
	query url.Values
}

func (o *overridden) WriteHeader(status int) {
	if status == http.StatusOK || status == http.StatusPartialContent {
		for name, header := range map[string]string{
			"response-content-type": "Content-Type", "response-content-disposition": "Content-Disposition",
		} {
			if value := o.query.Get(name); value != "" {
				o.Header().Set(header, value)
			}
		}
	}
	o.ResponseWriter.WriteHeader(status)
}
