package tenant

import (
	"regexp"
	"slices"
	"strings"
)

// purposePattern is what follows the tenant in a secret's name. Without a hyphen the name has
// one reading only: tenant "acme" cannot mean a secret of tenant "acme-west".
var purposePattern = regexp.MustCompile(`^[A-Za-z0-9_]+$`)

// OwnsSecret reports whether a secret is the tenant's own: tenant-{tenant id}-{purpose}. The
// services may read every tenant's secrets, so that the name alone keeps them apart.
func (t *Tenant) OwnsSecret(name string) bool {
	purpose, ok := strings.CutPrefix(name, SecretName(t.ID, ""))
	return ok && purposePattern.MatchString(purpose)
}

// SecretName returns the name of a tenant's secret for a purpose.
func SecretName(tenantID, purpose string) string { return "tenant-" + tenantID + "-" + purpose }

// Purpose returns the purpose of a secret of one source or integration, whose ids may hold
// hyphens: "crm" and "hub-spot_eu" make crm_hub_hspot__eu, and no other id does.
func Purpose(what, id string) string {
	return what + "_" + strings.NewReplacer("_", "__", "-", "_h").Replace(id)
}

// UsesSecret reports whether one of the tenant's settings names the secret.
func (t *Tenant) UsesSecret(name string) bool {
	return slices.ContainsFunc(t.Sources, func(s Source) bool {
		return s.APIKeySecret == name || slices.Contains(s.SigningSecrets, name)
	}) || slices.ContainsFunc(t.Integrations, func(in Integration) bool {
		return in.Secret == name
	}) || slices.ContainsFunc(t.Settings.Notifications.Slack, func(s Slack) bool {
		return s.Secret == name
	})
}

// confine forgets the names of secrets that are not the tenant's own, and returns where they
// stood. What they were for fails as if they did not exist; a source keeps refusing
// deliveries rather than becoming one without keys.
func (t *Tenant) confine() (ignored []string) {
	check := func(name *string, place string) {
		if *name != "" && !t.OwnsSecret(*name) {
			*name = ""
			ignored = append(ignored, place)
		}
	}
	for i := range t.Sources {
		src := &t.Sources[i]
		check(&src.APIKeySecret, "sources."+src.ID+".api_key_secret")
		if foreign := func(name string) bool { return !t.OwnsSecret(name) }; slices.ContainsFunc(src.SigningSecrets, foreign) {
			src.SigningSecrets = slices.DeleteFunc(slices.Clone(src.SigningSecrets), foreign)
			ignored = append(ignored, "sources."+src.ID+".signing_secrets")
		}
	}
	for i := range t.Integrations {
		check(&t.Integrations[i].Secret, "integrations."+t.Integrations[i].ID+".secret")
	}
	for i := range t.Settings.Notifications.Slack {
		slack := &t.Settings.Notifications.Slack[i]
		check(&slack.Secret, "settings.notifications.slack."+slack.Name)
	}
	return ignored
}
