package secret

import (
	"context"
	"fmt"
	"strings"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Keep is Put that makes the secret first if there is none. The label says whose it is, for
// whoever looks through a project's secrets. A secret that may not be written may not exist
// either (ErrDenied): to make it shows which.
func (r *Reader) Keep(ctx context.Context, name, value, tenantID string) error {
	_, err := r.Put(ctx, name, value)
	if code := status.Code(err); code != codes.NotFound && code != codes.PermissionDenied {
		return err
	}
	if err := r.create(ctx, name, tenantID); err != nil {
		return err
	}
	_, err = r.Put(ctx, name, value)
	return err
}

// create makes a secret without a version. One that somebody else has just made will do.
func (r *Reader) create(ctx context.Context, name, tenantID string) error {
	_, err := r.client.CreateSecret(ctx, &secretmanagerpb.CreateSecretRequest{
		Parent: "projects/" + r.cfg.Project, SecretId: name,
		Secret: &secretmanagerpb.Secret{
			Labels: map[string]string{"tenant": label(tenantID)},
			Replication: &secretmanagerpb.Replication{Replication: &secretmanagerpb.Replication_Automatic_{
				Automatic: &secretmanagerpb.Replication_Automatic{CustomerManagedEncryption: r.encryption()},
			}},
		},
	})
	if err != nil && status.Code(err) != codes.AlreadyExists {
		return fmt.Errorf("create secret %s: %w", name, err)
	}
	return nil
}

func (r *Reader) encryption() *secretmanagerpb.CustomerManagedEncryption {
	if r.cfg.Key == "" {
		return nil
	}
	return &secretmanagerpb.CustomerManagedEncryption{KmsKeyName: r.cfg.Key}
}

// maxLabel is Google's, who also wants small letters.
const maxLabel = 63

func label(tenantID string) string {
	return strings.ToLower(tenantID[:min(len(tenantID), maxLabel)])
}

// Drop deletes a secret for good. One that is not there is no error.
func (r *Reader) Drop(ctx context.Context, name string) error {
	if !idPattern.MatchString(name) {
		return nil // there can be none
	}
	err := r.client.DeleteSecret(ctx, &secretmanagerpb.DeleteSecretRequest{Name: r.resource(name)})
	if err != nil && status.Code(err) != codes.NotFound {
		return fmt.Errorf("delete secret %s: %w", name, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.entries, name)
	return nil
}
