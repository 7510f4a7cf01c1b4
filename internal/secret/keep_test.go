package secret

import (
	"errors"
	"strings"
	"testing"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
)

func TestASecretIsMadeWhenItIsFirstKept(t *testing.T) {
	t.Parallel()
	r, manager := newWriter(t)
	const name = "tenant-Acme-crm_hubspot"
	if _, err := r.Get(t.Context(), name); !errors.Is(err, ErrNotFound) {
		t.Fatalf("got %v, want ErrNotFound", err)
	}
	for _, value := range []string{"first", "second"} {
		if err := r.Keep(t.Context(), name, value, "Acme"); err != nil {
			t.Fatal(err)
		}
		want(t, r, name, value) // at once, although its absence was remembered
	}
	labels := manager.Objects("Acme")
	if len(labels) != 1 {
		t.Errorf("secrets of the tenant: got %v", labels)
	}
	if err := r.Keep(t.Context(), "projects/x/secrets/y", "v", "Acme"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a name with a slash: got %v", err)
	}
	if err := r.Keep(t.Context(), strings.Repeat("x", 256), "v", "Acme"); err == nil {
		t.Error("a name that is too long was accepted")
	}
}

func TestANewSecretIsEncryptedWithTheDeploymentsKey(t *testing.T) {
	t.Parallel()
	r, manager := newWriter(t)
	for name, key := range map[string]string{"tenant-a-one": "", "tenant-a-two": "projects/demo/locations/global/keyRings/r/cryptoKeys/k"} {
		r.cfg.Key = key
		if err := r.Keep(t.Context(), name, "value", "a"); err != nil {
			t.Fatal(err)
		}
		made, err := manager.GetSecret(t.Context(), &secretmanagerpb.GetSecretRequest{Name: "projects/demo/secrets/" + name})
		if err != nil {
			t.Fatal(err)
		}
		if got := made.GetReplication().GetAutomatic().GetCustomerManagedEncryption().GetKmsKeyName(); got != key {
			t.Errorf("%s is encrypted with %q, want %q", name, got, key)
		}
	}
}

func TestADroppedSecretIsGone(t *testing.T) {
	t.Parallel()
	r, _ := newWriter(t)
	want(t, r, "tenant-a-oauth", "v1")
	for range 2 { // the second time there is nothing to drop
		if err := r.Drop(t.Context(), "tenant-a-oauth"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Get(t.Context(), "tenant-a-oauth"); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}
