package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// ready is what the ready file says. URLs are bases without a path.
type ready struct {
	WebhookURL          string           `json:"webhook_url"`
	APIURL              string           `json:"api_url"`
	APIAudience         string           `json:"api_audience"`
	DashboardURL        string           `json:"dashboard_url"`
	SandboxURL          string           `json:"sandbox_url"`
	AdminToken          string           `json:"admin_token"`
	SpannerEmulatorHost string           `json:"spanner_emulator_host"`
	SpannerDatabase     string           `json:"spanner_database"`
	PubsubEmulatorHost  string           `json:"pubsub_emulator_host"`
	PubsubProject       string           `json:"pubsub_project"`
	StorageEmulatorHost string           `json:"storage_emulator_host"`
	SecretManager       string           `json:"secretmanager_endpoint"`
	BootstrapKey        string           `json:"bootstrap_key"`
	Tenants             []readyTenant    `json:"tenants"`
	Pids                map[string][]int `json:"pids"`
}

type readyTenant struct {
	TenantID                  string `json:"tenant_id"`
	Token                     string `json:"token"`
	ViewerToken               string `json:"viewer_token"`
	SigningKey                string `json:"signing_key"`
	CallRailCompanyID         string `json:"callrail_company_id"`
	CallRailCompanyResourceID string `json:"callrail_company_resource_id"`
}

// readyFile keeps the file as true as the pids change.
type readyFile struct {
	path string

	mu      sync.Mutex
	content *ready // nil until everything answers
}

// publish writes the file for the first time.
func (f *readyFile) publish(content ready) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.content = &content
	return f.write()
}

// setPids rewrites the file once it was published.
func (f *readyFile) setPids(pids map[string][]int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.content == nil {
		return nil
	}
	f.content.Pids = pids
	return f.write()
}

// write replaces the file in one step: a reader sees the old one or the new one.
func (f *readyFile) write() error {
	if f.path == "" {
		return nil
	}
	data, err := json.MarshalIndent(f.content, "", "  ")
	if err != nil {
		return fmt.Errorf("encode ready file: %w", err)
	}
	temp, err := os.CreateTemp(filepath.Dir(f.path), ".ready-*") // 0600: it holds tokens and keys
	if err != nil {
		return fmt.Errorf("write ready file: %w", err)
	}
	_, err = temp.Write(append(data, '\n'))
	if closeErr := temp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(temp.Name(), f.path)
	}
	if err != nil {
		_ = os.Remove(temp.Name()) // what matters is said below
		return fmt.Errorf("write ready file: %w", err)
	}
	return nil
}

// remove takes the file away: nothing answers any more.
func (f *readyFile) remove() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.path != "" && f.content != nil {
		_ = os.Remove(f.path) //nolint:gosec // the path of the user's own flag; it may be gone already
	}
	f.content = nil
}
