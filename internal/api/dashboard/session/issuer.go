package session

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"
)

const (
	answersWithin = 10 * time.Second
	// remembered is how long a refreshed session is given to requests that were sent with the
	// old cookie: many issuers accept a refresh token once.
	remembered = time.Minute
	// unsaid is how long a token is taken to last of which the issuer does not say it.
	unsaid = 5 * time.Minute
)

var errNoRefresh = errors.New("the session cannot be refreshed")

// issuer speaks to the identity provider. It is safe for concurrent use.
type issuer struct {
	cfg Config
	ctx context.Context // the service's: keys are fetched beyond a request's end
	now func() time.Time

	http *http.Client // reaches the provider

	mu       sync.Mutex
	provider *oidc.Provider // nil until it could be asked

	flights   singleflight.Group
	refreshed sync.Map // hash of a refresh token: refreshed
}

type refreshed struct {
	session *Session
	at      time.Time
}

func newIssuer(ctx context.Context, cfg Config, now func() time.Time) *issuer {
	// Connections of its own: who closes the shared ones' idle connections breaks no sign-in.
	client := &http.Client{Timeout: answersWithin, Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, IdleConnTimeout: time.Minute, // no longer than an issuer keeps them
	}}
	return &issuer{cfg: cfg, http: client, ctx: oidc.ClientContext(ctx, client), now: now}
}

// addresses returns the provider, which is asked for its addresses once.
func (i *issuer) addresses() (*oidc.Provider, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.provider == nil {
		p, err := oidc.NewProvider(i.ctx, i.cfg.Issuer)
		if err != nil {
			return nil, fmt.Errorf("discover issuer: %w", err)
		}
		i.provider = p
	}
	return i.provider, nil
}

func (i *issuer) client(p *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: i.cfg.ClientID, ClientSecret: i.cfg.ClientSecret.Reveal(), Endpoint: p.Endpoint(),
		RedirectURL: i.cfg.URL + "/callback", Scopes: i.cfg.Scopes,
	}
}

// attempt is a sign-in under way. The browser keeps it, sealed.
type attempt struct {
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"` // PKCE
	To       string    `json:"to"`
	At       time.Time `json:"at"`
}

// begin returns where the person signs in.
func (i *issuer) begin(a *attempt) (string, error) {
	p, err := i.addresses()
	if err != nil {
		return "", err
	}
	opts := []oauth2.AuthCodeOption{oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)}
	if i.cfg.Audience != "" {
		opts = append(opts, oauth2.SetAuthURLParam("audience", i.cfg.Audience))
	}
	return i.client(p).AuthCodeURL(a.State, opts...), nil
}

// finish turns the code into a session.
func (i *issuer) finish(ctx context.Context, a *attempt, code string) (*Session, error) {
	p, err := i.addresses()
	if err != nil {
		return nil, err
	}
	ctx = oidc.ClientContext(ctx, i.http)
	token, err := i.client(p).Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return nil, fmt.Errorf("exchange code: %w", err)
	}
	id, raw, err := i.verified(ctx, p, token)
	if err != nil {
		return nil, err
	}
	if id.Nonce != a.Nonce {
		return nil, errors.New("verify id token: it answers another sign-in")
	}
	return i.session(token, id, raw)
}

func (i *issuer) verified(ctx context.Context, p *oidc.Provider, token *oauth2.Token) (*oidc.IDToken, string, error) {
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return nil, "", errors.New("verify id token: there is none")
	}
	id, err := p.VerifierContext(i.ctx, &oidc.Config{ClientID: i.cfg.ClientID, Now: i.now}).Verify(ctx, raw)
	if err != nil {
		return nil, "", fmt.Errorf("verify id token: %w", err)
	}
	return id, raw, nil
}

func (i *issuer) session(token *oauth2.Token, id *oidc.IDToken, raw string) (*Session, error) {
	var claims struct{ Name, Email string }
	if err := id.Claims(&claims); err != nil {
		return nil, fmt.Errorf("read id token: %w", err)
	}
	s := &Session{Subject: id.Subject, Name: cmp.Or(claims.Name, claims.Email, id.Subject), Refresh: token.RefreshToken, Since: i.now()}
	if i.cfg.Audience == "" {
		s.Token, s.Expires, s.IDToken = raw, id.Expiry, true
		return s, nil
	}
	s.Token, s.Expires = token.AccessToken, i.expiry(token, id)
	return s, nil
}

// expiry returns when an access token ends. That issuers say so is recommended, no more (RFC 6749,
// 5.1): else it ends with the ID token that came along, or soon. Id is nil if none was looked at.
func (i *issuer) expiry(token *oauth2.Token, id *oidc.IDToken) time.Time {
	switch {
	case !token.Expiry.IsZero():
		return token.Expiry
	case id != nil:
		return id.Expiry
	default:
		return i.now().Add(unsaid)
	}
}

// refresh returns the session with a new token. Requests that come with the same old cookie
// share one refresh.
func (i *issuer) refresh(ctx context.Context, s *Session) (*Session, error) {
	if s.Refresh == "" {
		return nil, errNoRefresh
	}
	key := fmt.Sprintf("%x", sha256.Sum256([]byte(s.Refresh)))
	fresh, err, _ := i.flights.Do(key, func() (any, error) {
		if kept, ok := i.refreshed.Load(key); ok && i.now().Sub(kept.(refreshed).at) < remembered {
			return kept.(refreshed).session, nil
		}
		fresh, err := i.exchange(context.WithoutCancel(ctx), s)
		if err != nil {
			return nil, err
		}
		i.forget()
		i.refreshed.Store(key, refreshed{fresh, i.now()})
		return fresh, nil
	})
	if err != nil {
		return nil, err
	}
	return fresh.(*Session), nil
}

func (i *issuer) forget() {
	i.refreshed.Range(func(key, kept any) bool {
		if i.now().Sub(kept.(refreshed).at) >= remembered {
			i.refreshed.Delete(key)
		}
		return true
	})
}

func (i *issuer) exchange(ctx context.Context, s *Session) (*Session, error) {
	p, err := i.addresses()
	if err != nil {
		return nil, err
	}
	ctx = oidc.ClientContext(ctx, i.http)
	token, err := i.client(p).TokenSource(ctx, &oauth2.Token{RefreshToken: s.Refresh}).Token()
	if err != nil {
		return nil, fmt.Errorf("refresh token: %w", err)
	}
	fresh := *s
	fresh.Refresh = cmp.Or(token.RefreshToken, s.Refresh)
	if !s.IDToken {
		fresh.Token, fresh.Expires = token.AccessToken, i.expiry(token, nil)
		return &fresh, nil
	}
	id, raw, err := i.verified(ctx, p, token)
	if err != nil {
		return nil, err
	}
	if id.Subject != s.Subject {
		return nil, errors.New("refresh token: the answer is about somebody else")
	}
	fresh.Token, fresh.Expires = raw, id.Expiry
	return &fresh, nil
}
