package crmtest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
)

// fault is what happens to one remote call instead of the usual.
type fault func(w *wire, req *http.Request) (*http.Response, error)

// wire carries the connector's requests to the CRM and spoils one of them.
type wire struct {
	next http.RoundTripper

	mu    sync.Mutex
	count int
	at    int // the call to spoil, from 1; 0: none
	fault fault
	seen  func(req *http.Request) bool // further condition; nil: any call
	crash context.CancelFunc           // kills the delivery under way
}

var errCut = errors.New("connection cut")

// RoundTrip implements http.RoundTripper.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	w.mu.Lock()
	spoil := false
	if w.seen == nil || w.seen(req) {
		w.count++
		spoil = w.count == w.at
	}
	w.mu.Unlock()
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	if spoil {
		return w.fault(w, req)
	}
	return w.next.RoundTrip(req)
}

// spoil lets the n-th call from now meet a fault; 0 lets all calls pass.
func (w *wire) spoil(n int, f fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count, w.at, w.fault, w.seen = 0, n, f, nil
}

// calls returns how many calls there were since the last spoil.
func (w *wire) calls() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.count
}

// deliver sends the request for real and drops the answer.
func (w *wire) deliver(req *http.Request) error {
	resp, err := w.next.RoundTrip(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return errors.Join(err, resp.Body.Close())
}

func requestLost(_ *wire, req *http.Request) (*http.Response, error) {
	return nil, errors.Join(errCut, req.Body.Close())
}

func answerLost(w *wire, req *http.Request) (*http.Response, error) {
	return nil, errors.Join(w.deliver(req), errCut)
}

// crashed kills the delivery once the CRM has done its work: neither the answer nor any
// later ledger write happens.
func crashed(w *wire, req *http.Request) (*http.Response, error) {
	err := w.deliver(req)
	w.crash()
	return nil, errors.Join(err, context.Canceled)
}

// slow answers after the client has given up.
func slow(w *wire, req *http.Request) (*http.Response, error) {
	err := w.deliver(req)
	<-req.Context().Done()
	return nil, errors.Join(err, req.Context().Err())
}

// instead answers in the CRM's place, which never sees the request.
func instead(r Reply) fault {
	return func(_ *wire, req *http.Request) (*http.Response, error) {
		return r.response(req), req.Body.Close()
	}
}

// after answers in the CRM's place once it has done its work.
func after(r Reply) fault {
	return func(w *wire, req *http.Request) (*http.Response, error) {
		return r.response(req), w.deliver(req)
	}
}

func (r Reply) response(req *http.Request) *http.Response {
	header := r.Header.Clone()
	if header == nil {
		header = http.Header{"Content-Type": {"application/json"}}
	}
	return &http.Response{
		StatusCode: r.Status, Status: http.StatusText(r.Status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(strings.NewReader(r.Body)), ContentLength: int64(len(r.Body)), Request: req,
	}
}
