package main

import (
	"errors"
	"net/http"

	"google.golang.org/api/googleapi"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// secretNames returns the secrets that a tenant's settings name and that are its own.
func secretNames(t tenant.Tenant) []string {
	var names []string
	add := func(name string) {
		if t.OwnsSecret(name) {
			names = append(names, name)
		}
	}
	for _, source := range t.Sources {
		add(source.APIKeySecret)
		for _, name := range source.SigningSecrets {
			add(name)
		}
	}
	for _, in := range t.Integrations {
		add(in.Secret)
	}
	for _, slack := range t.Settings.Notifications.Slack {
		add(slack.Secret)
	}
	return names
}

func isNotFound(err error) bool {
	failed := (*googleapi.Error)(nil)
	return errors.As(err, &failed) && failed.Code == http.StatusNotFound
}
