package oauth

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

const (
	// minEarly is how long before its end an access token is renewed at the latest: one
	// second was too little for a provider. Up to as much again is added, so that instances
	// do not come to the lock at the same moment.
	minEarly = time.Minute
	// denialTime is how long a refused refresh token is not tried again. A person who
	// retries a thousand parked deliveries must not make a thousand calls: providers count
	// them against all accounts of the application.
	denialTime = time.Minute
	// restTime is how long a token that still lasts is used after a renewal failed, before
	// the next one is tried.
	restTime = 10 * time.Second
	// renewTimeout bounds a renewal with its wait for the lock.
	renewTimeout = 40 * time.Second
)

// Sources are a process's connected accounts with one provider.
type Sources struct {
	now    func() time.Time
	shared crm.Shared[Source] // by tenant, integration and endpoint
}

// NewSources returns an empty set.
func NewSources(now func() time.Time) *Sources {
	return &Sources{now: now}
}

// Source returns the integration's source of tokens, the same one each time.
func (s *Sources) Source(settings crm.Settings, endpoint Endpoint, client *http.Client) (*Source, error) {
	c, err := parse(settings.Credentials)
	if err != nil {
		return nil, err
	}
	key := settings.TenantID + " " + settings.IntegrationID + " " + endpoint.URL
	found := s.shared.Get(key, func() *Source {
		return &Source{endpoint: endpoint, now: s.now, early: minEarly + rand.N(minEarly)} //nolint:gosec // spreads load, guards nothing
	})
	found.offer(settings, c, client)
	return found, nil
}

// Source gives access tokens of one connected account. It is safe for concurrent use.
type Source struct {
	endpoint Endpoint
	now      func() time.Time
	early    time.Duration
	group    singleflight.Group

	mu      sync.Mutex
	secret  string // as it was last offered
	current credentials
	refused string // the access token that the provider refused last
	denied  denial
	rest    time.Time // a renewal failed: not before this again, if there is a choice
	vault   crm.Vault
	client  *http.Client
}

// denial remembers that the provider refused a refresh token.
type denial struct {
	refreshToken string
	until        time.Time
	err          error
}

// offer hears what the secret holds now. It is adopted if it is news: another instance has
// renewed the token, or somebody has connected another account. A cache may offer something
// older than what is in memory; the renewal that this costs finds the newest again.
func (s *Source) offer(settings crm.Settings, c credentials, client *http.Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.vault, s.client = settings.Vault, client
	if settings.Credentials == s.secret {
		return
	}
	s.secret = settings.Credentials
	if c.AccessToken == s.refused {
		c.AccessToken = ""
	}
	if c.RefreshToken != s.current.RefreshToken || c.ClientID != s.current.ClientID || c.ExpiresAt.After(s.current.ExpiresAt) {
		s.current = c
	}
}

// Token returns an access token that lasts for a while. Every error is a *crm.Error.
func (s *Source) Token(ctx context.Context) (string, error) {
	t, refused, rest := s.known()
	now := s.now()
	if t.lasts(now.Add(s.early)) || t.lasts(now) && now.Before(rest) {
		return t.AccessToken, nil
	}
	fresh, err := s.share(ctx, refused)
	if err == nil || crm.FaultOf(err) == crm.AuthRevoked || !t.lasts(s.now()) {
		return fresh, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rest = s.now().Add(restTime) // there is time for another try
	return t.AccessToken, nil
}

// Expired says that the provider refused an access token, which it may do before the
// token's time is over. It is not given out again.
func (s *Source) Expired(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if token == s.current.AccessToken {
		s.refused, s.current.AccessToken = token, ""
	}
}

// Domain returns the address that the provider wants the account to be asked at, empty if
// it did not say.
func (s *Source) Domain() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current.APIDomain
}

func (s *Source) known() (current credentials, refused string, rest time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current, s.refused, s.rest
}

// share lets one caller renew for all who ask at the same time. It must not fail for all
// because that one's own delivery was cancelled.
func (s *Source) share(ctx context.Context, refused string) (string, error) {
	ch := s.group.DoChan(refused, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewTimeout)
		defer cancel()
		return s.renew(ctx, refused)
	})
	select {
	case <-ctx.Done():
		return "", &crm.Error{Fault: crm.Transient, Op: opRenew, Err: ctx.Err()}
	case res := <-ch:
		token, _ := res.Val.(string)
		return token, res.Err
	}
}

// renew replaces the credentials in the vault and in memory.
func (s *Source) renew(ctx context.Context, refused string) (string, error) {
	s.mu.Lock()
	vault, client := s.vault, s.client
	s.mu.Unlock()
	if vault == nil {
		return "", &crm.Error{Fault: crm.Transient, Op: opRenew, Err: errors.New("there is no vault to keep the new token in")}
	}
	var before credentials
	secret, err := vault.Renew(ctx, func(ctx context.Context, current string) (string, error) {
		var err error
		if before, err = parse(current); err != nil {
			return "", &crm.Error{Fault: crm.Invalid, Op: opRenew, Message: err.Error(), Err: err}
		}
		if before.AccessToken != refused && before.lasts(s.now().Add(s.early)) {
			return current, nil // somebody else was faster
		}
		after, err := s.ask(ctx, client, before)
		if err != nil {
			return "", err
		}
		return after.merge(current)
	})
	if secret == "" {
		return "", err
	}
	after, parseErr := parse(secret)
	if parseErr != nil {
		return "", &crm.Error{Fault: crm.Transient, Op: opRenew, Err: parseErr}
	}
	if err != nil {
		if after.RefreshToken != before.RefreshToken {
			return "", err // the new refresh token is kept before the access token is used
		}
		slog.WarnContext(ctx, "access token not saved", "error", err) // the other instances get one of their own
	}
	s.adopt(after)
	return after.AccessToken, nil
}

func (s *Source) adopt(c credentials) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current = c
}

// ask exchanges the refresh token, unless the provider refused it just now.
func (s *Source) ask(ctx context.Context, client *http.Client, c credentials) (credentials, error) {
	s.mu.Lock()
	denied := s.denied
	s.mu.Unlock()
	if denied.refreshToken == c.RefreshToken && s.now().Before(denied.until) {
		return credentials{}, denied.err
	}
	after, err := s.endpoint.exchange(ctx, client, c, s.now)
	if err != nil && crm.FaultOf(err) == crm.AuthRevoked {
		s.mu.Lock()
		s.denied = denial{refreshToken: c.RefreshToken, until: s.now().Add(denialTime), err: err}
		s.mu.Unlock()
	}
	return after, err
}
