package insight

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

// done returns to the page of operations with what was done, or with why not.
func done(w http.ResponseWriter, r *web.Request, err error, said string) error {
	back := web.Path("operations")
	if err != nil {
		return r.RedirectRefused(w, back, err)
	}
	return r.Redirect(w, back, said)
}

func redrive(w http.ResponseWriter, r *web.Request) error {
	_, err := web.Read[struct{}](r.API.RedriveDeadLetter(r.Context(), r.Param("letter_id")))
	return done(w, r, err, "The message is published again.")
}

func redriveAll(w http.ResponseWriter, r *web.Request) error {
	published, err := web.Read[client.Retried](r.API.RedriveDeadLetters(r.Context()))
	said := strconv.FormatInt(published.Retried, 10) + " messages are published again. What is left cannot be read."
	if published.Retried == 1 {
		said = "One message is published again."
	}
	return done(w, r, err, said)
}

func dismiss(w http.ResponseWriter, r *web.Request) error {
	_, err := web.Read[struct{}](r.API.DismissDeadLetter(r.Context(), r.Param("letter_id")))
	return done(w, r, err, "The message is dismissed.")
}

// pause holds something back for every company.
func pause(w http.ResponseWriter, r *web.Request) error {
	subject, order := r.PostFormValue("subject"), client.PauseOrder{Reason: strings.TrimSpace(r.PostFormValue("reason"))}
	if subject == "destination:" {
		subject += strings.TrimSpace(r.PostFormValue("destination"))
	}
	if length, err := strconv.Atoi(r.PostFormValue("hours")); err == nil && length > 0 {
		until := r.Now.Add(time.Duration(length) * time.Hour)
		order.Until = &until
	}
	_, err := web.Read[struct{}](r.API.PutPlatformPause(r.Context(), subject, order))
	return done(w, r, err, "Paused for every company. What arrives is kept.")
}

func liftPause(w http.ResponseWriter, r *web.Request) error {
	_, err := web.Read[struct{}](r.API.DeletePlatformPause(r.Context(), r.Param("subject")))
	return done(w, r, err, "The pause is lifted. What was held back goes on.")
}
