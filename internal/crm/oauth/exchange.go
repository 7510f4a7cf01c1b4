package oauth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/oauth2"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

const (
	opRenew         = "renew access token"
	exchangeTimeout = 15 * time.Second
)

var tracer = otel.Tracer("github.com/your-org/multi-tenant-pipeline/internal/crm/oauth")

// Endpoint is where a provider exchanges tokens.
type Endpoint struct {
	Name  string // of the provider: names spans
	URL   string
	Basic bool // the client's id and secret go into the Authorization header; otherwise into the form
}

// exchange trades the refresh token for an access token, and maybe for a new refresh token.
// Every error is a *crm.Error.
func (e Endpoint) exchange(ctx context.Context, client *http.Client, c credentials, now func() time.Time) (credentials, error) {
	ctx, span := tracer.Start(ctx, e.Name+".renew_token", trace.WithSpanKind(trace.SpanKindClient))
	defer span.End()
	ctx, cancel := context.WithTimeout(ctx, exchangeTimeout)
	defer cancel()
	style := oauth2.AuthStyleInParams
	if e.Basic {
		style = oauth2.AuthStyleInHeader
	}
	config := oauth2.Config{
		ClientID: c.ClientID, ClientSecret: c.ClientSecret,
		Endpoint: oauth2.Endpoint{TokenURL: e.URL, AuthStyle: style},
	}
	source := config.TokenSource(context.WithValue(ctx, oauth2.HTTPClient, client), &oauth2.Token{RefreshToken: c.RefreshToken})
	t, err := source.Token()
	if err != nil {
		fault := refusal(err, now())
		span.SetStatus(codes.Error, string(fault.Fault))
		return credentials{}, fault
	}
	c.AccessToken, c.RefreshToken, c.ExpiresAt = t.AccessToken, cmp.Or(t.RefreshToken, c.RefreshToken), time.Time{}
	if t.ExpiresIn > 0 {
		c.ExpiresAt = now().Add(time.Duration(t.ExpiresIn) * time.Second).UTC().Truncate(time.Second)
	}
	if domain, ok := t.Extra("api_domain").(string); ok && domain != "" {
		c.APIDomain = domain
	}
	return c, nil
}

// errorBody is a provider's refusal: the standard's fields, and HubSpot's own.
type errorBody struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
	Status      string `json:"status"`
	Message     string `json:"message"`
}

// Codes that say that only a person can help: the grant or the application is no more.
var revoked = []string{
	"invalid_grant", "invalid_client", "unauthorized_client", "access_denied",
	"BAD_HUB", "BAD_REFRESH_TOKEN", "BAD_CLIENT_ID", "BAD_CLIENT_SECRET",
}

// Codes of the standard that ask for patience, whatever the status.
var patience = []string{"temporarily_unavailable", "server_error", "slow_down"}

// refusal says what a failed exchange means. The library's own text is dropped where it
// would quote the answer.
func refusal(err error, now time.Time) *crm.Error {
	var answered *oauth2.RetrieveError
	if !errors.As(err, &answered) {
		return silence(err)
	}
	e := &crm.Error{Fault: crm.Transient, Op: opRenew, Status: answered.Response.StatusCode}
	e.RetryAt = crm.RetryAfter(answered.Response.Header, now)
	var body errorBody
	ours := json.Unmarshal(answered.Body, &body) == nil
	e.Code = cmp.Or(body.Error, body.Status)
	e.Message = crm.CutWords(cmp.Or(body.Description, body.Message, body.Error))
	switch {
	case e.Status == http.StatusTooManyRequests:
		e.Fault = crm.RateLimited
		e.RetryAt = cmp.Or(e.RetryAt, now.Add(time.Minute))
	case e.Status >= http.StatusInternalServerError, !ours, slices.Contains(patience, e.Code):
		// A proxy's page says nothing about the grant.
	case slices.Contains(revoked, body.Error), slices.Contains(revoked, body.Status):
		e.Fault = crm.AuthRevoked
	default:
		e.Fault = crm.Invalid
	}
	return e
}

// silence is the error of an exchange without a usable answer. A refresh token that works
// only once may be used up; the next try will tell.
func silence(err error) *crm.Error {
	var ue *url.Error
	switch {
	case errors.As(err, &ue):
		err = ue.Err
	default:
		err = errors.New("the answer is not a token")
	}
	fault := crm.Transient
	if errors.Is(err, outbound.ErrBlocked) {
		fault = crm.Invalid
	}
	return &crm.Error{Fault: fault, Op: opRenew, Err: err}
}
