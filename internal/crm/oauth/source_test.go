package oauth

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

func TestAHerdOnThreeInstancesRenewsOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t, &provider{rotate: true})
	instances := []*instance{b.instance(), b.instance(), b.instance()}
	var herd sync.WaitGroup
	for n := range 150 {
		herd.Go(func() { instances[n%3].want(t, "access-1") })
	}
	herd.Wait()
	if got := b.provider.count(); got != 1 {
		t.Errorf("the provider was asked %d times, want once", got)
	}
}

func TestATokenServesUntilAMinuteBeforeItsEnd(t *testing.T) {
	t.Parallel()
	b := newBed(t, &provider{rotate: true})
	i := b.instance()
	i.want(t, "access-1")
	b.advance(27 * time.Minute)
	i.want(t, "access-1")
	b.advance(2 * time.Minute) // one minute left, with any jitter at least
	i.want(t, "access-2")
	if got := b.cloud.newest(t); got.RefreshToken != "refresh-2" || got.AccessToken != "access-2" || !got.ExpiresAt.Equal(start.Add(59*time.Minute)) {
		t.Errorf("saved credentials = %+v", got)
	}
	if got := i.source(t).Domain(); got != "https://demo.example.com" {
		t.Errorf("domain = %q", got)
	}
}

func TestInstancesRenewInTurnsAlthoughLatestIsBehind(t *testing.T) {
	t.Parallel()
	b := newBed(t, &provider{rotate: true})
	b.cloud.lag = 3
	one, two := b.instance(), b.instance()
	for n := 1; n < 10; n++ {
		renewer, other := one, two
		if n%2 == 0 {
			renewer, other = two, one
		}
		renewer.want(t, fmt.Sprintf("access-%d", n))
		other.want(t, fmt.Sprintf("access-%d", n))
		b.advance(time.Hour)
	}
}

func TestANewRefreshTokenIsSavedBeforeItsAccessTokenIsUsed(t *testing.T) {
	t.Parallel()
	b := newBed(t, &provider{rotate: true})
	i := b.instance()
	b.cloud.putErr = errors.New("secret manager is down")
	i.wantFault(t, crm.Transient)
	if b.cloud.puts < 2 {
		t.Errorf("%d attempts to save, want several", b.cloud.puts)
	}
	i.wantFault(t, crm.Transient)
	b.cloud.set(func() { b.cloud.putErr = nil })
	i.want(t, "access-1") // the one that could not be saved: asking again would revoke the connection
	if got := b.provider.count(); got != 1 {
		t.Errorf("the provider was asked %d times, want once", got)
	}
	b.instance().want(t, "access-1")
}

func TestAnAccessTokenOfALastingGrantIsUsedUnsaved(t *testing.T) {
	t.Parallel()
	b := newBed(t, &provider{})
	b.cloud.putErr = errors.New("secret manager is down")
	i := b.instance()
	i.want(t, "access-1")
	i.want(t, "access-1")
	if got := b.provider.count(); got != 1 {
		t.Errorf("the provider was asked %d times, want once", got)
	}
}

// The documented consequence of a crash between the provider's answer and the save.
func TestACrashBeforeTheSaveCostsAConnectionThatRotates(t *testing.T) {
	t.Parallel()
	for name, rotate := range map[string]bool{"a grant that lasts": false, "a refresh token that works once": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t, &provider{rotate: rotate})
			b.cloud.putErr = errors.New("the process ends here")
			_, _ = b.instance().source(t).Token(t.Context())
			b.cloud.putErr = nil
			after := b.instance() // knows nothing of the first
			if rotate {
				after.wantFault(t, crm.AuthRevoked)
			} else {
				after.want(t, "access-2")
			}
		})
	}
}

func TestADraftDoesNotOverwriteANewConnection(t *testing.T) {
	t.Parallel()
	b := newBed(t, &provider{rotate: true})
	i := b.instance()
	b.cloud.putErr = errors.New("secret manager is down")
	i.wantFault(t, crm.Transient)
	b.cloud.set(func() {
		b.cloud.putErr = nil
		b.cloud.versions = append(b.cloud.versions, secretOf(t, credentials{RefreshToken: "reconnected"}))
	})
	b.provider.set(func() { b.provider.grant = "reconnected" })
	i.want(t, "access-2")
}

func TestARevokedConnectionIsAskedAboutOnceAMinute(t *testing.T) {
	t.Parallel()
	b := newBed(t, &provider{revoked: true})
	i := b.instance()
	e := i.wantFault(t, crm.AuthRevoked)
	if e.Code != "invalid_grant" || e.Message != "the grant is no more" {
		t.Errorf("code %q, message %q", e.Code, e.Message)
	}
	if strings.Contains(e.Error(), e.Message) {
		t.Errorf("error %q holds the provider's words, and is logged", e)
	}
	i.wantFault(t, crm.AuthRevoked)
	if got := b.provider.count(); got != 1 {
		t.Errorf("the provider was asked %d times, want once", got)
	}
	b.advance(2 * time.Minute)
	i.wantFault(t, crm.AuthRevoked)
	if got := b.provider.count(); got != 2 {
		t.Errorf("the provider was asked %d times, want twice", got)
	}
	// Somebody connects again: at once, although the instance's cache holds the old secret.
	b.provider.set(func() { b.provider.revoked, b.provider.grant = false, "reconnected" })
	b.cloud.versions = append(b.cloud.versions, secretOf(t, credentials{RefreshToken: "reconnected"}))
	i.want(t, "access-3")
}

func TestAnotherAccountIsUsedAtOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t, &provider{})
	i := b.instance()
	i.want(t, "access-1")
	i.cached = secretOf(t, credentials{RefreshToken: "other", AccessToken: "of-the-other", ExpiresAt: start.Add(20 * time.Minute)})
	i.want(t, "of-the-other")
}

func TestARefusedTokenIsReplacedOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t, &provider{rotate: true})
	one, two := b.instance(), b.instance()
	one.want(t, "access-1")
	two.want(t, "access-1")
	for range 3 {
		one.source(t).Expired("access-1")
		one.want(t, "access-2")
	}
	two.source(t).Expired("access-1")
	two.want(t, "access-2")
	two.cached = b.cloud.versions[1] // a cache that is behind offers the refused token again
	two.want(t, "access-2")
	if got := b.provider.count(); got != 2 {
		t.Errorf("the provider was asked %d times, want twice", got)
	}
}

func TestAnOutageOfTheProviderIsBridgedWhileTheTokenLasts(t *testing.T) {
	t.Parallel()
	b := newBed(t, &provider{})
	i := b.instance()
	i.want(t, "access-1")
	b.provider.set(func() {
		b.provider.fail = func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) }
	})
	b.advance(29 * time.Minute)
	for range 3 {
		i.want(t, "access-1")
	}
	if got := b.provider.count(); got != 2 {
		t.Errorf("the provider was asked %d times, want once during the outage", got)
	}
	b.advance(time.Minute)
	i.wantFault(t, crm.Transient)
	b.provider.set(func() { b.provider.fail = nil })
	i.want(t, "access-4")
}

func TestALockThatStaysHeldMakesTheDeliveryDueLater(t *testing.T) {
	t.Parallel()
	b := newBed(t, &provider{})
	b.cloud.held = true
	i := b.instance()
	i.vaults.lockWait = 20 * time.Millisecond
	if e := i.wantFault(t, crm.RateLimited); !e.RetryAt.Equal(start.Add(retryAfter)) {
		t.Errorf("retry at %v, want %v", e.RetryAt, start.Add(retryAfter))
	}
}

func TestWithoutAVaultOnlyTheStoredTokenServes(t *testing.T) {
	t.Parallel()
	b := newBed(t, &provider{})
	s, err := NewSources(b.clock).Source(crm.Settings{
		Credentials: secretOf(t, credentials{RefreshToken: "r", AccessToken: "stored", ExpiresAt: start.Add(time.Hour)}),
	}, Endpoint{URL: b.url}, http.DefaultClient)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Token(t.Context()); err != nil || got != "stored" {
		t.Errorf("token = %q, %v", got, err)
	}
	b.advance(2 * time.Hour)
	if _, err := s.Token(t.Context()); crm.FaultOf(err) != crm.Transient || err == nil {
		t.Errorf("error = %v, want transient", err)
	}
}
