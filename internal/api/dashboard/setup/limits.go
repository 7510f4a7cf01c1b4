package setup

import (
	"net/url"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// retention is how long what people say is kept, and what of it.
func retention() section {
	return section{
		path: "/settings/retention", file: "setup/retention.html", title: "Retention and masking", nav: "settings",
		saved: "Saved. What is older than that is deleted within a day.",
		fill: func(c *company, v url.Values) {
			keep, privacy := c.Settings.Retention, c.Settings.Privacy
			for name, value := range map[string]any{
				"settings.retention.recording_days": keep.RecordingDays, "settings.retention.transcript_days": keep.TranscriptDays,
				"settings.retention.request_days": keep.RequestDays, "settings.privacy.keep_card_numbers": privacy.KeepCardNumbers,
				"settings.privacy.mask_profanity": privacy.MaskProfanity, "settings.privacy.hipaa": privacy.HIPAA,
				"settings.privacy.covered": privacy.Covered,
			} {
				set(v, name, value)
			}
		},
		read: func(in *reader, c *company) {
			c.Settings.Retention = tenant.Retention{
				RecordingDays: in.whole("settings.retention.recording_days"), TranscriptDays: in.whole("settings.retention.transcript_days"),
				RequestDays: in.whole("settings.retention.request_days"),
			}
			c.Settings.Privacy = tenant.Privacy{
				KeepCardNumbers: in.on("settings.privacy.keep_card_numbers"), MaskProfanity: in.on("settings.privacy.mask_profanity"),
				HIPAA: in.on("settings.privacy.hipaa"), Covered: in.lines("settings.privacy.covered"),
			}
		},
	}
}

// budget is what a month may cost, and how much may come in.
func budget() section {
	return section{
		path: "/settings/budget", file: "setup/budget.html", title: "Budget and limits", nav: "settings", saved: "Budget and limits are saved.",
		fill: func(c *company, v url.Values) {
			spend, limit := c.Settings.Budget, c.Settings.Limits
			for name, value := range map[string]any{
				"settings.budget.monthly_usd": spend.MonthlyUSD, "settings.budget.warn_at": spend.WarnAt * 100, "settings.budget.on_limit": spend.OnLimit,
				"settings.limits.forms_per_minute": limit.FormsPerMinute, "settings.limits.forms_per_day": limit.FormsPerDay,
				"settings.limits.api_per_minute": limit.APIPerMinute, "settings.limits.api_per_day": limit.APIPerDay,
			} {
				set(v, name, value)
			}
		},
		read: func(in *reader, c *company) {
			c.Settings.Budget = tenant.Budget{
				MonthlyUSD: in.amount("settings.budget.monthly_usd"), WarnAt: in.amount("settings.budget.warn_at") / 100,
				OnLimit: in.text("settings.budget.on_limit"),
			}
			c.Settings.Limits = tenant.Limits{
				FormsPerMinute: in.whole("settings.limits.forms_per_minute"), FormsPerDay: in.whole("settings.limits.forms_per_day"),
				APIPerMinute: in.whole("settings.limits.api_per_minute"), APIPerDay: in.whole("settings.limits.api_per_day"),
			}
		},
		beside: func(r *web.Request, _ *company, page *sectionPage) error {
			state, err := web.Read[client.BudgetState](r.API.GetBudget(r.Context(), r.TenantID()))
			page.Beside = state
			return err
		},
	}
}
