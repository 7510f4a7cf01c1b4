package main

import (
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"strconv"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// environment returns the variables of a service: those of production, with addresses on
// this machine. What is shorter than in production is so that a killed service's work is
// taken up while somebody watches.
func (s *stack) environment() map[string]string {
	env := map[string]string{
		"LISTEN_HOST":          "127.0.0.1",
		"GOOGLE_CLOUD_PROJECT": s.project,
		"SPANNER_INSTANCE":     s.config.Instance,
		"SPANNER_DATABASE":     s.config.Database,
		"SPANNER_ROLES":        string(store.UseRoles),

		"SECRETMANAGER_ENDPOINT": "http://" + s.sandbox.GRPCAddr(),
		"SECRET_TTL":             "5s",
		"SECRET_NEGATIVE_TTL":    "1s",
		"BOOTSTRAP_KEY_SECRET":   bootstrapSecret,
		"DIRECTORY_REFRESH":      "1s",

		"PUSH_AUDIENCE":        audience,
		"PUSH_SERVICE_ACCOUNT": pushAccount,
		"PUSH_ISSUER":          s.sandbox.Issuer().URL(),
		"PUSH_JWKS_URL":        s.sandbox.Issuer().KeysURL(),

		"SWEEP_EVERY":          "1s",
		"SWEEP_BACKOFF":        "5s",
		"STEP_SLOTS":           "8",
		"BUDGET_CHECK_EVERY":   "5s",
		"POLL_EVERY":           "60s",
		"ANNOUNCE_GRACE":       "5s",
		"STEP_LEASE":           "6s",
		"DELIVERY_LEASE":       "6s",
		"DELIVERY_BACKOFF":     "1s",
		"DELIVERY_BACKOFF_MAX": "10s",
		"STEP_BACKOFF_MAX":     "10s",

		"OUTBOUND_ALLOW_LOOPBACK": "true",
		"CALLRAIL_BASE_URL":       s.sandbox.URL() + "/callrail",
		"DASHBOARD_URL":           s.services["api"] + "/dashboard",
		"WEBHOOK_URL":             s.services["webhook"],
	}
	maps.Copy(env, s.emulators())
	maps.Copy(env, s.speech())
	maps.Copy(env, s.model())
	maps.Copy(env, s.mail())
	maps.Copy(env, s.access())
	maps.Copy(env, s.signIn())
	for _, name := range []string{
		"OTEL_EXPORTER_OTLP_ENDPOINT", "TELEMETRY_INTERVAL", "ANNOUNCE_GRACE", "POLL_EVERY", "POLL_SETTLE", "POLL_FIRST",
		"SWEEP_EVERY", "SWEEP_BACKOFF",
		"WEBHOOK_COMMIT_TIMEOUT", "WEBHOOK_PUBLISH_TIMEOUT", "CALLRAIL_REQUESTS_PER_HOUR", "CALLRAIL_REQUESTS_PER_DAY",
	} {
		if value := os.Getenv(name); value != "" {
			env[name] = value
		}
	}
	if os.Getenv(sabotageVariable) == "no-sweep" {
		env["SWEEP_EVERY"] = "0s"
	}
	if s.options.separate {
		env["LOG_FORMAT"], env["LOG_LEVEL"] = "text", "WARN"
		if s.options.verbose {
			env["LOG_LEVEL"] = "INFO"
		}
	}
	return env
}

func (s *stack) speech() map[string]string {
	if s.options.speech == "google" {
		return map[string]string{"RECORDINGS_BUCKET": os.Getenv("RECORDINGS_BUCKET")}
	}
	return map[string]string{
		"RECORDINGS_BUCKET": bucket,
		"SPEECH_ENDPOINT":   "http://" + s.sandbox.GRPCAddr(),
		"SPEECH_POLL_MIN":   "100ms",
		"SPEECH_PAUSE":      "2s",
		"RECORDING_WAITS":   "2s,5s,15s,30s",
		"UPLOAD_WAIT_MIN":   "1s",
		"UPLOAD_WAIT_MAX":   "5s",
	}
}

func (s *stack) model() map[string]string {
	if s.options.model == "google" {
		return nil
	}
	return map[string]string{"GEMINI_BASE_URL": s.sandbox.URL() + "/gemini"}
}

func (s *stack) mail() map[string]string {
	host, port := s.sandbox.SMTP()
	return map[string]string{
		"SMTP_HOST": host, "SMTP_PORT": strconv.Itoa(port), "SMTP_CA_PEM": s.sandbox.SMTPCA(),
		"SMTP_FROM": "Lead pipeline <leads@pipeline.example.com>",
	}
}

// access lets the sandbox's issuer sign tokens for the API.
func (s *stack) access() map[string]string {
	issuer := s.sandbox.Issuer()
	return map[string]string{"API_ISSUERS": fmt.Sprintf(
		`[{"issuer":%q,"jwks_url":%q,"audience":%q,"tenants":["*"],"max_role":"platform_admin"}]`,
		issuer.URL(), issuer.KeysURL(), apiAudience)}
}

// signIn lets people of the sandbox's issuer into the dashboard.
func (s *stack) signIn() map[string]string {
	return map[string]string{
		"DASHBOARD_ISSUER": s.sandbox.Issuer().URL(), "DASHBOARD_CLIENT_ID": "dashboard", "DASHBOARD_AUDIENCE": apiAudience,
		"DASHBOARD_KEYS":         base64.StdEncoding.EncodeToString([]byte(random())),
		"DASHBOARD_MEDIA_ORIGIN": "http://" + s.sandbox.StorageHost(),
	}
}
