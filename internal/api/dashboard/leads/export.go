package leads

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

const (
	exportRows = 100              // read at once, the API's most
	patience   = 30 * time.Second // how long a write may wait for the reader
	// exportTakes is how long an export may take: a token that ends on the way breaks it off. Longer
	// ones are for tokens that last longer.
	exportTakes = 10 * time.Minute
)

var exportColumns = []string{
	"received_at", "kind", "name", "phone", "email", "score", "score_band", "intent", "project", "timeline", "budget",
	"source", "crm_state", "status", "summary", "request_id",
}

// exportList writes every lead of the filter as CSV, while it reads them.
func exportList(w http.ResponseWriter, r *web.Request) error {
	params, wrong := filterOf(r.URL.Query()).params(r.Zone(), exportRows, "")
	if wrong != "" {
		return r.Redirect(w, web.Path("tenants", r.TenantID(), "requests"), "Please check the value of "+web.Label(wrong)+".")
	}
	out := csv.NewWriter(w)
	began := false
	err := everyPage(r, params, func(rows []client.Request) error {
		if !began {
			began = true
			name := r.TenantID() + "-leads-" + r.Now.In(r.Zone()).Format(time.DateOnly) + ".csv"
			w.Header().Set("Content-Type", "text/csv; charset=utf-8")
			w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
			if _, err := io.WriteString(w, "\ufeff"); err != nil { // spreadsheets take it for UTF-8
				return fmt.Errorf("write export: %w", err)
			}
			_ = out.Write(exportColumns) // Error tells below
		}
		for _, row := range rows {
			_ = out.Write(exportRow(row, r.Zone()))
		}
		out.Flush()
		if err := out.Error(); err != nil {
			return fmt.Errorf("write export: %w", err)
		}
		return keepOpen(w)
	})
	if web.Refused(err, "invalid_request", "search_unavailable") && !began {
		return r.RedirectRefused(w, web.Path("tenants", r.TenantID(), "requests"), err)
	}
	return err
}

// keepOpen sends what was written and moves the deadline on: a long export takes longer than
// other answers may.
func keepOpen(w http.ResponseWriter) error {
	control := http.NewResponseController(w)
	if err := control.SetWriteDeadline(time.Now().Add(patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("set deadline: %w", err)
	}
	if err := control.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("flush export: %w", err)
	}
	return nil
}

func exportRow(row client.Request, zone *time.Location) []string {
	score := ""
	if row.LeadScore != nil {
		score = strconv.Itoa(*row.LeadScore)
	}
	cells := []string{
		row.ReceivedAt.In(zone).Format("2006-01-02 15:04:05"), row.Kind, row.Caller.Name, web.Phone(row.Caller.Phone), row.Caller.Email,
		score, word(row.ScoreBand), word(row.Intent), word(row.ProjectType), word(row.Timeline), word(row.Budget),
		row.Source, row.CRMState, row.Status, word(row.Summary), row.RequestID,
	}
	for i, cell := range cells {
		cells[i] = harmless(cell)
	}
	return cells
}

func word(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// harmless keeps a spreadsheet from taking what a caller said or typed for a formula. Some read
// full-width signs as the usual ones (OWASP, "CSV Injection").
func harmless(cell string) string {
	if strings.IndexAny(cell, "=+-@＝＋－＠\t\r\n") == 0 {
		return "'" + cell
	}
	return cell
}
