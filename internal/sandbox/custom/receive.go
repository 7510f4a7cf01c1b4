package custom

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

// maxBody is the size of the largest delivery; the standard advises against a tenth of it.
const maxBody = 256 << 10

// refusal says why a delivery is not taken.
type refusal struct {
	status int
	reason string
}

func refuse(status int, reason string) *refusal { return &refusal{status, reason} }

// delivery is what came under one idempotency key.
type delivery struct {
	key         string
	fingerprint [sha256.Size]byte
	taken       bool // false: it is still being worked on
	id          string
	webhookID   string
	method      string
	path        string
	body        any
	attempts    int // how often it came
}

// fields are a delivery's for inspection.
func (d *delivery) fields() map[string]any {
	return map[string]any{
		"webhook_id": d.webhookID, "idempotency_key": d.key, "method": d.method, "path": d.path, "body": d.body, "attempts": d.attempts,
	}
}

// receive takes a delivery.
func (s *Server) receive(w http.ResponseWriter, r *http.Request) {
	e := s.at(r.URL.Path)
	if e == nil {
		writeRefusal(w, refuse(http.StatusNotFound, "there is no endpoint"))
		return
	}
	journal.SetTenant(r.Context(), e.TenantID)
	d, err := e.read(r, s.now())
	if err != nil {
		writeRefusal(w, err)
		return
	}
	kept, err := s.begin(e, d)
	if err != nil {
		writeRefusal(w, err)
		return
	}
	if kept != d {
		w.Header().Set("Idempotent-Replayed", "true")
	} else {
		s.finish(e, d)
	}
	answer(w, http.StatusCreated, map[string]string{"id": kept.id})
}

// read returns the delivery in a request, verified but not yet kept.
func (e *endpoint) read(r *http.Request, now time.Time) (*delivery, *refusal) {
	if err := e.checkRequest(r); err != nil {
		return nil, err
	}
	key, err := idempotencyKey(r.Header.Get("Idempotency-Key"))
	if err != nil {
		return nil, err
	}
	raw, bad := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if bad != nil {
		return nil, refuse(http.StatusRequestEntityTooLarge, "body is too large or broke off")
	}
	if err := e.verify(r.Header, raw, now); err != nil {
		return nil, err
	}
	d := &delivery{
		key: key, webhookID: r.Header.Get("Webhook-Id"), method: r.Method, path: r.URL.Path, attempts: 1,
		fingerprint: sha256.Sum256([]byte(r.Method + " " + r.URL.Path + "\n" + string(raw))),
	}
	if bad := json.Unmarshal(raw, &d.body); bad != nil {
		return nil, refuse(http.StatusBadRequest, "body is not JSON")
	}
	return d, nil
}

// idempotencyKey reads the header, whose value is a quoted string.
func idempotencyKey(quoted string) (string, *refusal) {
	key, err := strconv.Unquote(quoted)
	switch {
	case quoted == "":
		return "", refuse(http.StatusBadRequest, "Idempotency-Key is required")
	case err != nil || !strings.HasPrefix(quoted, `"`) || key == "":
		return "", refuse(http.StatusBadRequest, "Idempotency-Key has to be a quoted string")
	}
	return key, nil
}

// checkRequest refuses what need not be read.
func (e *endpoint) checkRequest(r *http.Request) *refusal {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.Method != http.MethodPost && r.Method != http.MethodPut && r.Method != http.MethodPatch:
		return refuse(http.StatusMethodNotAllowed, "use POST, PUT or PATCH")
	case e.Bearer != "" && r.Header.Get("Authorization") != "Bearer "+e.Bearer:
		return refuse(http.StatusUnauthorized, "authorization is missing or wrong")
	case err != nil || kind != "application/json":
		return refuse(http.StatusUnsupportedMediaType, "use application/json")
	}
	return nil
}

// begin keeps a delivery, or returns the one that has its key already. While that one is
// being worked on, and for another request under its key, it refuses.
func (s *Server) begin(e *endpoint, d *delivery) (*delivery, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, kept := range e.deliveries {
		switch {
		case kept.key != d.key:
			continue
		case kept.fingerprint != d.fingerprint:
			return nil, refuse(http.StatusUnprocessableEntity, "this Idempotency-Key was used for another request")
		case !kept.taken:
			return nil, refuse(http.StatusConflict, "a request with this Idempotency-Key is under way")
		}
		kept.attempts++
		return kept, nil
	}
	s.id++
	d.id = fmt.Sprintf("dlv_%06d", s.id)
	e.deliveries = append(e.deliveries, d)
	return d, nil
}

// finish does what there is to do with a delivery.
func (s *Server) finish(e *endpoint, d *delivery) {
	if e.Work != nil {
		e.Work()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d.taken = true
}

func writeRefusal(w http.ResponseWriter, err *refusal) {
	if err.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", "POST, PUT, PATCH")
	}
	answer(w, err.status, map[string]string{"error": err.reason})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have gone
}

// WriteError answers with a status, for faults that are injected. A redirect leads to a
// path of the same endpoint, which takes what comes: whoever follows it is found out.
func WriteError(w http.ResponseWriter, r *http.Request, status int) {
	if status < http.StatusBadRequest {
		w.Header().Set("Location", path.Base(r.URL.Path)+"/moved")
	}
	answer(w, status, map[string]string{"error": http.StatusText(status)})
}
