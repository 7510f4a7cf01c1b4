package callrail

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // CallRail signs its deliveries with HMAC-SHA1
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Reply is what one registered address answered to a delivery.
type Reply struct {
	URL    string
	Status int
	Body   []byte
}

// delivery is one signed body on its way to every address that is registered for it.
type delivery struct {
	urls      []string
	body      []byte
	signature string
}

// preCallMembers are what a delivery tells before a call is connected.
var preCallMembers = []string{
	"resource_id", "person_resource_id", "tracker_resource_id", "company_id", "company_name", "company_resource_id",
	"company_time_zone", "customer_name", "customer_phone_number", "customer_city", "customer_state",
	"customer_country", "start_time", "created_at", "timestamp", "direction", "source_name", "tracking_phone_number",
	"prior_calls", "total_calls",
}

// Deliver posts a call or form to the addresses that its company registered for the
// kind, signed as CallRail signs, and returns their replies. An answer that is not 2xx
// is an error; CallRail would not try again, and neither does Deliver.
func (s *Server) Deliver(ctx context.Context, id, kind string) ([]Reply, error) {
	s.mu.Lock()
	d, err := s.prepareByID(id, kind)
	s.mu.Unlock()
	if err != nil {
		return nil, fmt.Errorf("deliver %s of %s: %w", kind, id, err)
	}
	replies, err := s.post(ctx, d)
	if err != nil {
		return replies, fmt.Errorf("deliver %s of %s: %w", kind, id, err)
	}
	return replies, nil
}

func (s *Server) prepareByID(id, kind string) (delivery, error) {
	if i := slices.IndexFunc(s.calls, func(c *call) bool { return c.id == id }); i >= 0 {
		c := s.calls[i]
		return s.prepare(c.company, kind, c.members, []string{"recording_duration"})
	}
	if i := slices.IndexFunc(s.forms, func(f *form) bool { return f.id == id }); i >= 0 {
		return s.prepare(s.forms[i].company, kind, s.forms[i].members, nil)
	}
	return delivery{}, errors.New("unknown call or form")
}

// prepare writes and signs a delivery. The caller holds the lock.
func (s *Server) prepare(company *Company, kind string, members map[string]any, changed []string) (delivery, error) {
	i := s.integrationOf(company)
	if i == nil || i.state != "active" || len(i.config[configKeys[kind]]) == 0 {
		return delivery{}, fmt.Errorf("%w for %s", ErrNotRegistered, kind)
	}
	body, err := json.Marshal(shape(kind, members, changed))
	if err != nil {
		return delivery{}, fmt.Errorf("encode: %w", err)
	}
	d := delivery{body: body, signature: sign(company.SigningKey, body)}
	for _, address := range i.config[configKeys[kind]] {
		withLegacy, err := appendLegacy(address, members)
		if err != nil {
			return delivery{}, err
		}
		d.urls = append(d.urls, withLegacy)
	}
	return d, nil
}

// shape returns the members that a kind of delivery carries.
func shape(kind string, members map[string]any, changed []string) map[string]any {
	switch kind {
	case KindPreCall:
		early := map[string]any{"answered": false, "call_type": "missed", "duration": 0}
		for _, name := range preCallMembers {
			if v, ok := members[name]; ok {
				early[name] = v
			}
		}
		return early
	case KindCallModified, KindOutboundModified:
		modified := maps.Clone(members)
		modified["changes"] = changed
		return modified
	default:
		return members
	}
}

// sign returns the value of the Signature header: the key is used as its characters.
func sign(key string, body []byte) string {
	mac := hmac.New(sha1.New, []byte(key))
	_, _ = mac.Write(body) // never fails
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// appendLegacy adds the query parameters that CallRail has appended to every address
// since before there were bodies.
func appendLegacy(address string, members map[string]any) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("parse registered address: %w", err)
	}
	query := u.Query()
	at := timeOf(members["timestamp"])
	for name, value := range map[string]string{
		"datetime":       at.UTC().Format(time.DateTime),
		"trackingnum":    text(members["tracking_phone_number"]),
		"callernum":      text(members["customer_phone_number"]),
		"destinationnum": text(members["business_phone_number"]),
	} {
		query.Set(name, value)
	}
	u.RawQuery = query.Encode()
	return u.String(), nil
}

func (s *Server) post(ctx context.Context, d delivery) ([]Reply, error) {
	var (
		replies []Reply
		errs    []error
	)
	for _, address := range d.urls {
		reply, err := s.postOne(ctx, address, d)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		replies = append(replies, reply)
		if reply.Status/100 != 2 {
			errs = append(errs, fmt.Errorf("receiver answered %d", reply.Status))
		}
	}
	return replies, errors.Join(errs...)
}

func (s *Server) postOne(ctx context.Context, address string, d delivery) (Reply, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(d.body))
	if err != nil {
		return Reply{}, fmt.Errorf("make request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Signature", d.signature)
	resp, err := s.cfg.Client.Do(req)
	if err != nil {
		return Reply{}, fmt.Errorf("post: %w", err)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return Reply{}, fmt.Errorf("read reply: %w", err)
	}
	return Reply{URL: address, Status: resp.StatusCode, Body: body}, nil
}
