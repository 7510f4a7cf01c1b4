package tenant

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// loader is a fake store that counts its reads.
type loader struct {
	mu      sync.Mutex
	tenants []Tenant
	err     error
	reads   int
}

func (l *loader) Tenants(context.Context) ([]Tenant, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reads++
	return append([]Tenant(nil), l.tenants...), l.err
}

func (l *loader) set(err error, tenants ...Tenant) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tenants, l.err = tenants, err
}

func (l *loader) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reads
}

var demo = Tenant{ID: "tenant_demo", Sources: []Source{{ID: "src_1", CompanyID: "12345", CompanyResourceID: "COM1"}}}

func newDirectory(t *testing.T, l *loader) *Directory {
	t.Helper()
	d := NewDirectory(l, Options{Interval: time.Second})
	if err := d.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestLookupsNeverRead(t *testing.T) {
	t.Parallel()
	l := &loader{tenants: []Tenant{demo, {ID: "tenant_other"}}}
	d := NewDirectory(l, Options{Interval: time.Second})
	if _, ok := d.Lookup("tenant_demo"); ok || d.Ready() || d.All() != nil {
		t.Error("a directory that was not loaded knows tenants")
	}
	if _, _, ok := d.ByCompany("12345"); ok {
		t.Error("a directory that was not loaded knows companies")
	}
	if err := d.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if got, ok := d.Lookup("tenant_demo"); !ok || got.ID != "tenant_demo" {
			t.Errorf("Lookup = %v, %v", got, ok)
		}
		if _, ok := d.Lookup("tenant_nobody"); ok {
			t.Error("an unknown id was found")
		}
		for _, company := range []string{"12345", "COM1"} {
			if owner, src, ok := d.ByCompany(company); !ok || owner.ID != "tenant_demo" || src.ID != "src_1" {
				t.Errorf("ByCompany(%s) = %v, %v, %v", company, owner, src, ok)
			}
		}
		if _, _, ok := d.ByCompany(""); ok {
			t.Error("the empty company has an owner")
		}
	}
	if l.count() != 1 || len(d.All()) != 2 || !d.Ready() {
		t.Errorf("%d reads, %d tenants", l.count(), len(d.All()))
	}
}

func TestAFailedReloadKeepsWhatWasLoaded(t *testing.T) {
	t.Parallel()
	l := &loader{tenants: []Tenant{demo}}
	d := newDirectory(t, l)
	failure := errors.New("unavailable")
	l.set(failure)
	if err := d.Refresh(t.Context()); !errors.Is(err, failure) {
		t.Errorf("err = %v, want the loader's", err)
	}
	if _, ok := d.Lookup("tenant_demo"); !ok {
		t.Error("the tenant was lost")
	}
}

func TestAReloadGoesOnWithoutWhoGaveUpWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &slowLoader{begun: make(chan struct{}, 1), wait: make(chan struct{})}
		d := NewDirectory(l, Options{Interval: time.Second})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := d.Refresh(ctx); !errors.Is(err, context.DeadlineExceeded) || d.Ready() {
			t.Errorf("err = %v, ready %v", err, d.Ready())
		}
		close(l.wait)
		synctest.Wait()
		if _, ok := d.Lookup("t"); !ok {
			t.Error("the reload was given up")
		}
	})
}

func TestTenantReloadsOnceForANewOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &loader{tenants: []Tenant{demo}}
		d := newDirectory(t, l)
		l.set(nil, demo, Tenant{ID: "tenant_new"})
		if got, err := d.Tenant(t.Context(), "tenant_new"); err != nil || got.ID != "tenant_new" {
			t.Fatalf("Tenant = %v, %v", got, err)
		}
		for range 100 {
			if _, err := d.Tenant(t.Context(), "tenant_nobody"); !errors.Is(err, ErrUnknown) {
				t.Fatalf("err = %v, want ErrUnknown", err)
			}
		}
		if l.count() != 2 {
			t.Errorf("%d reads, want one load and one reload", l.count())
		}
		time.Sleep(missInterval)
		l.set(errors.New("unavailable"))
		if _, err := d.Tenant(t.Context(), "tenant_nobody"); err == nil || errors.Is(err, ErrUnknown) {
			t.Errorf("err = %v: without the store nobody knows", err)
		}
	})
}

func TestATenantThatIsHeldBackIsNeverOlderThanASecond(t *testing.T) {
	t.Parallel()
	for name, held := range map[string]Tenant{
		"paused":    {ID: "tenant_demo", Pauses: []Pause{{TenantID: AllTenants, Subject: PauseAll}}},
		"suspended": {ID: "tenant_demo", Status: Suspended},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := &loader{tenants: []Tenant{held}}
				d := newDirectory(t, l)
				for range 10 { // they cause one reload
					if _, err := d.Tenant(t.Context(), "tenant_demo"); err != nil {
						t.Fatal(err)
					}
				}
				if l.count() != 2 {
					t.Errorf("%d reads, want one load and one reload", l.count())
				}
				time.Sleep(missInterval)
				l.set(errors.New("unavailable"))
				if got, err := d.Tenant(t.Context(), "tenant_demo"); err != nil || got == nil {
					t.Errorf("Tenant = %v, %v; what was loaded serves", got, err)
				}
				time.Sleep(missInterval)
				l.set(nil, demo)
				if got, err := d.Tenant(t.Context(), "tenant_demo"); err != nil || got.Status == Suspended || len(got.Pauses) > 0 {
					t.Errorf("Tenant = %+v, %v; want it as it is now", got, err)
				}
			})
		})
	}
}

func TestPrepareSeesTenantsBeforeTheyAreServed(t *testing.T) {
	t.Parallel()
	var d *Directory
	prepared := 0
	d = NewDirectory(&loader{tenants: []Tenant{demo}}, Options{Interval: time.Second, Prepare: func(_ context.Context, all []Tenant) {
		prepared += len(all)
		if _, ok := d.Lookup("tenant_demo"); ok {
			t.Error("the tenant is served already")
		}
	}})
	if err := d.Refresh(t.Context()); err != nil || prepared != 1 {
		t.Errorf("%v, %d tenants prepared", err, prepared)
	}
}

func TestRunReloadsUntilItIsStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &loader{err: errors.New("unavailable")}
		d := NewDirectory(l, Options{Interval: 10 * time.Second})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); d.Run(ctx) }()

		synctest.Wait()
		if d.Ready() {
			t.Error("ready without tenants")
		}
		l.set(nil, demo)
		time.Sleep(10*time.Second + time.Millisecond)
		if _, ok := d.Lookup("tenant_demo"); !ok {
			t.Error("the tenant was not loaded after the interval")
		}
		cancel()
		<-done
	})
}

// Cloud Run takes the CPU of an instance that has no request. What it knows by then may be from
// long ago: a pause that was not there yet, a signing key that is gone.
func TestAnInstanceThatSleptCatchesUpOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &loader{tenants: []Tenant{demo}}
		d := NewDirectory(l, Options{Interval: 10 * time.Second})
		if err := d.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(29 * time.Second)
		if d.CatchUp(t.Context(), time.Second); l.count() != 1 {
			t.Errorf("%d reads, although Run may only be late", l.count())
		}
		l.set(nil, demo, Tenant{ID: "tenant_new"})
		time.Sleep(time.Hour)
		for range 3 {
			d.CatchUp(t.Context(), time.Second)
		}
		if _, ok := d.Lookup("tenant_new"); !ok || l.count() != 2 {
			t.Errorf("after an hour without CPU: new tenant known %v, %d reads", ok, l.count())
		}
	})
}

// When the CPU is back, Run's tick is overdue and begins a reload at once. The request that woke
// the instance must not be served before that reload is done.
func TestARequestWaitsForTheReloadThatIsUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &latentLoader{loader: loader{tenants: []Tenant{demo}}}
		d := NewDirectory(l, Options{Interval: 10 * time.Second})
		if err := d.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		l.set(nil, demo, Tenant{ID: "tenant_new"})
		time.Sleep(time.Hour)
		go func() { _ = d.Refresh(context.WithoutCancel(t.Context())) }() // it is seen to succeed below
		synctest.Wait()
		d.CatchUp(t.Context(), time.Second)
		if _, ok := d.Lookup("tenant_new"); !ok || l.count() != 2 {
			t.Errorf("new tenant known: %v, %d reads", ok, l.count())
		}
	})
}

// latentLoader takes a tenth of a second.
type latentLoader struct{ loader }

func (l *latentLoader) Tenants(ctx context.Context) ([]Tenant, error) {
	time.Sleep(100 * time.Millisecond)
	return l.loader.Tenants(ctx)
}

// When the store is away, requests are served with what is known, and do not wait one by one.
func TestNobodyWaitsForAStoreThatIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &loader{tenants: []Tenant{demo}}
		d := NewDirectory(l, Options{Interval: 10 * time.Second})
		if err := d.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		l.set(errors.New("unavailable"))
		time.Sleep(time.Hour)
		for range 3 {
			d.CatchUp(t.Context(), time.Second)
		}
		if _, ok := d.Lookup("tenant_demo"); !ok || l.count() != 2 {
			t.Errorf("what was known is gone (%v), or %d reads", !ok, l.count())
		}
	})
}

func TestACompanyIsNotTakenByItsIDInTheOtherPlace(t *testing.T) {
	t.Parallel()
	thief := Tenant{ID: "thief", Sources: []Source{{ID: "a", CompanyID: "COM1"}, {ID: "b", CompanyResourceID: "12345"}}}
	d := newDirectory(t, &loader{tenants: []Tenant{demo, thief}})
	for _, company := range []string{"12345", "COM1"} {
		if owner, _, ok := d.ByCompany(company); !ok || owner.ID != demo.ID {
			t.Errorf("company %s belongs to %+v, want %s", company, owner, demo.ID)
		}
	}
}

// Who changed something must not be served by a reload that had read before the change.
func TestChangedDoesNotTakeAReloadThatWasUnderWayForItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &slowLoader{begun: make(chan struct{}, 2), wait: make(chan struct{})}
		d := NewDirectory(l, Options{Interval: time.Second})
		var done sync.WaitGroup
		done.Go(func() { _ = d.Refresh(t.Context()) })
		<-l.begun // it has read
		l.name.Store("after")
		done.Go(func() {
			if err := d.Changed(t.Context()); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		close(l.wait)
		done.Wait()
		if got, _ := d.Lookup("t"); got.Name != "after" {
			t.Errorf("got %q, want what was changed", got.Name)
		}
	})
}

// slowLoader reads at once, but answers late.
type slowLoader struct {
	name  atomic.Value
	begun chan struct{}
	wait  chan struct{}
}

func (l *slowLoader) Tenants(context.Context) ([]Tenant, error) {
	name, _ := l.name.Load().(string)
	l.begun <- struct{}{}
	<-l.wait
	return []Tenant{{ID: "t", Name: name}}, nil
}
