package secret

import (
	"context"
	"testing"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// guarded is a Secret Manager that does not tell whoever has no right to a secret whether it exists.
type guarded struct {
	secretmanagerpb.UnimplementedSecretManagerServiceServer
	exists    bool
	mayCreate bool
	mayAdd    bool
	added     string
}

func (g *guarded) AddSecretVersion(_ context.Context, in *secretmanagerpb.AddSecretVersionRequest) (*secretmanagerpb.SecretVersion, error) {
	if !g.exists || !g.mayAdd {
		return nil, status.Error(codes.PermissionDenied, "denied (or it may not exist)")
	}
	g.added = string(in.GetPayload().GetData())
	return &secretmanagerpb.SecretVersion{Name: in.GetParent() + "/versions/1"}, nil
}

func (g *guarded) CreateSecret(context.Context, *secretmanagerpb.CreateSecretRequest) (*secretmanagerpb.Secret, error) {
	if !g.mayCreate {
		return nil, status.Error(codes.PermissionDenied, "secretmanager.secrets.create denied")
	}
	if g.exists {
		return nil, status.Error(codes.AlreadyExists, "it is there")
	}
	g.exists = true
	return &secretmanagerpb.Secret{}, nil
}

func (*guarded) AccessSecretVersion(context.Context, *secretmanagerpb.AccessSecretVersionRequest) (*secretmanagerpb.AccessSecretVersionResponse, error) {
	return nil, status.Error(codes.PermissionDenied, "denied (or it may not exist)")
}

func TestASecretThatMayNotExistIsMade(t *testing.T) {
	t.Parallel()
	g := &guarded{mayCreate: true, mayAdd: true}
	r, _ := newReader(t, g)
	if err := r.Keep(t.Context(), "tenant-a-crm", "first", "a"); err != nil || g.added != "first" {
		t.Errorf("kept %q, %v, want it to be made", g.added, err)
	}
}

func TestARefusalIsNotHiddenByMakingTheSecret(t *testing.T) {
	t.Parallel()
	for name, g := range map[string]*guarded{
		"it may not be made":                    {mayAdd: true},
		"it exists and may not get a version":   {mayCreate: true, exists: true},
		"it was made and may not get a version": {mayCreate: true},
	} {
		r, _ := newReader(t, g)
		if err := r.Keep(t.Context(), "tenant-a-crm", "first", "a"); status.Code(err) != codes.PermissionDenied {
			t.Errorf("%s: got %v, want the refusal", name, err)
		}
	}
}
