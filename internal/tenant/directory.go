package tenant

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"
)

// ErrUnknown says that no tenant has the id.
var ErrUnknown = errors.New("unknown tenant")

const (
	missInterval = time.Second      // the least time between reloads that unknown ids cause
	loadTimeout  = 10 * time.Second // a store that takes longer is down
)

// Loader reads every tenant.
type Loader interface {
	Tenants(ctx context.Context) ([]Tenant, error)
}

// Options tune a Directory.
type Options struct {
	Interval time.Duration // between reloads
	HIPAA    bool          // every tenant is served in HIPAA mode
	// Prepare, if set, sees a loaded list before it is served, so that what belongs to a new
	// tenant (its keys) is there before the tenant is.
	Prepare func(ctx context.Context, tenants []Tenant)
}

// Directory serves tenants from memory: looking one up never reads, so that strangers who
// guess ids cost nothing. It is as fresh as its interval. What it returns is shared and must
// not be changed.
type Directory struct {
	loader   Loader
	opts     Options
	current  atomic.Pointer[snapshot]
	reloads  singleflight.Group
	misses   *rate.Limiter
	loaded   atomic.Int64        // when the last reload that succeeded began, in Unix nanoseconds
	failing  atomic.Bool         // the last reload failed
	stumbled atomic.Bool         // that was said, once
	late     atomic.Bool         // that deliveries are answered with what was loaded before was said, once
	ignored  map[string][]string // by tenant, where secrets of others stand: said once; of the reload under way
}

// NewDirectory returns a directory that is empty until Refresh or Run has loaded it.
func NewDirectory(loader Loader, opts Options) *Directory {
	return &Directory{loader: loader, opts: opts, misses: rate.NewLimiter(rate.Every(missInterval), 1)}
}

// Run reloads the directory until ctx is done.
func (d *Directory) Run(ctx context.Context) {
	ticker := time.NewTicker(d.opts.Interval)
	defer ticker.Stop()
	for {
		if err := d.Refresh(ctx); err != nil && ctx.Err() == nil && !d.stumbled.Swap(true) {
			slog.ErrorContext(ctx, "tenants not reloaded", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Refresh reloads the directory now. If it fails, what was loaded before stays. A reload goes on
// when ctx ends.
func (d *Directory) Refresh(ctx context.Context) error {
	_, err := d.reload(ctx)
	return err
}

// asleep is after how many intervals without a reload the process must have been without a CPU.
const asleep = 3

// CatchUp reloads the directory, for as long as wait, if Run has not had the chance to: Cloud Run
// takes an instance's CPU away between two requests. A reload that Run has just begun will do.
// While the store fails nobody waits.
func (d *Directory) CatchUp(ctx context.Context, wait time.Duration) {
	if time.Since(time.Unix(0, d.loaded.Load())) < asleep*d.opts.Interval || d.failing.Load() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if err := d.Refresh(ctx); err != nil && !d.late.Swap(true) { // once, not with each delivery of an outage
		slog.WarnContext(ctx, "tenants may be out of date", "error", err)
	}
}

// Changed is Refresh for who has changed something: what is served then is no older than
// that. A reload that was under way already may have read before the change, so that the one
// after it counts.
func (d *Directory) Changed(ctx context.Context) error {
	shared, err := d.reload(ctx)
	if shared && err == nil {
		_, err = d.reload(ctx)
	}
	return err
}

// reload also reports whether the reload may have begun before the call.
func (d *Directory) reload(ctx context.Context) (shared bool, err error) {
	result := d.reloads.DoChan("", func() (any, error) {
		// Others wait for this reload too, and must not fail because the first one gave up.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
		defer cancel()
		began := time.Now()
		tenants, err := d.loader.Tenants(ctx)
		d.failing.Store(err != nil)
		if err != nil {
			return nil, fmt.Errorf("load tenants: %w", err)
		}
		tenants = slices.Clone(tenants) // they are changed below, and the loader's own
		d.confine(ctx, tenants)
		for i := range tenants {
			tenants[i].protect(d.opts.HIPAA)
		}
		if d.opts.Prepare != nil {
			d.opts.Prepare(ctx, tenants)
		}
		d.current.Store(newSnapshot(tenants))
		d.loaded.Store(began.UnixNano())
		d.stumbled.Store(false)
		d.late.Store(false)
		return nil, nil
	})
	select {
	case r := <-result:
		return r.Shared, r.Err
	case <-ctx.Done():
		return false, fmt.Errorf("load tenants: %w", ctx.Err())
	}
}

// confine takes the names of other tenants' secrets out of a loaded list, before anybody can
// read one by them.
func (d *Directory) confine(ctx context.Context, tenants []Tenant) {
	before := d.ignored
	d.ignored = make(map[string][]string)
	for i := range tenants {
		t := &tenants[i]
		ignored := t.confine()
		if len(ignored) == 0 {
			continue
		}
		if d.ignored[t.ID] = ignored; !slices.Equal(before[t.ID], ignored) {
			slog.ErrorContext(ctx, "secrets of others ignored", "tenant_id", t.ID, "settings", ignored)
		}
	}
}

// Ready reports whether the directory has been loaded at least once.
func (d *Directory) Ready() bool { return d.current.Load() != nil }

// Lookup returns the tenant with the id. It never reads.
func (d *Directory) Lookup(id string) (*Tenant, bool) {
	s := d.current.Load()
	if s == nil {
		return nil, false
	}
	t, ok := s.byID[id]
	return t, ok
}

// ByCompany returns the owner of a CallRail company, by its number or its COM… id. It never
// reads.
func (d *Directory) ByCompany(id string) (*Tenant, *Source, bool) {
	s := d.current.Load()
	if s == nil || id == "" {
		return nil, nil, false
	}
	o, ok := s.byCompany[id]
	return o.tenant, o.source, ok
}

// All returns every tenant.
func (d *Directory) All() []*Tenant {
	s := d.current.Load()
	if s == nil {
		return nil
	}
	return s.all
}

// Tenant returns the tenant with the id, reloading the directory if it is not there yet. It
// is for callers who are known to speak of real tenants; even they cause at most one reload a
// second. An id that nobody has is ErrUnknown.
//
// One that is held back is reloaded too: when it no longer is, sweep announces what waited at
// once, and a step that did not know yet would leave it for another round.
func (d *Directory) Tenant(ctx context.Context, id string) (*Tenant, error) {
	known, ok := d.Lookup(id)
	if ok && known.Status != Suspended && len(known.Pauses) == 0 {
		return known, nil
	}
	if !d.Ready() || d.misses.Allow() {
		if err := d.Refresh(ctx); err != nil && !ok {
			return nil, err
		}
	}
	if t, ok := d.Lookup(id); ok {
		return t, nil
	}
	return nil, fmt.Errorf("%w %q", ErrUnknown, id)
}

// snapshot is one loaded state, never changed.
type snapshot struct {
	all       []*Tenant
	byID      map[string]*Tenant
	byCompany map[string]owner
}

type owner struct {
	tenant *Tenant
	source *Source
}

func newSnapshot(tenants []Tenant) *snapshot {
	s := &snapshot{byID: make(map[string]*Tenant, len(tenants)), byCompany: make(map[string]owner)}
	for i := range tenants {
		t := &tenants[i]
		s.all = append(s.all, t)
		s.byID[t.ID] = t
		for j := range t.Sources {
			src := &t.Sources[j]
			// The store keeps each of the two ids unique, but not one from standing in the
			// other's place, where it would take the company from its owner.
			if id := src.CompanyID; id != "" && !isResource(id) {
				s.byCompany[id] = owner{tenant: t, source: src}
			}
			if id := src.CompanyResourceID; isResource(id) {
				s.byCompany[id] = owner{tenant: t, source: src}
			}
		}
	}
	return s
}

// isResource tells CallRail's two ids of a company apart: COM… and the number.
func isResource(company string) bool { return strings.HasPrefix(company, "COM") }
