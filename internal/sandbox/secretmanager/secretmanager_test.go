package secretmanager_test

import (
	"hash/crc32"
	"net"
	"testing"
	"time"

	client "cloud.google.com/go/secretmanager/apiv1"
	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/secretmanager"
)

const hubspot = "projects/p/secrets/tenant-tenant_demo-hubspot"

func TestPutIsReadByTheRealClient(t *testing.T) {
	t.Parallel()
	server, c := newClient(t)
	server.Put("tenant-tenant_demo-hubspot", "first")
	server.Put(hubspot, "second")
	for version, want := range map[string]string{"1": "first", "2": "second", "latest": "second"} {
		resp, err := access(t, c, hubspot+"/versions/"+version)
		if err != nil {
			t.Fatalf("version %s: %v", version, err)
		}
		if got := string(resp.GetPayload().GetData()); got != want {
			t.Errorf("version %s: got %q, want %q", version, got, want)
		}
		sum := crc32.Checksum([]byte(want), crc32.MakeTable(crc32.Castagnoli))
		if got := resp.GetPayload().GetDataCrc32C(); got != int64(sum) {
			t.Errorf("version %s: got checksum %d, want %d", version, got, sum)
		}
	}
	resp, err := access(t, c, hubspot+"/versions/latest")
	if err != nil || resp.GetName() != hubspot+"/versions/2" {
		t.Errorf("name of the latest version: got %q, %v; want the number 2", resp.GetName(), err)
	}
	server.Reset()
	if _, err := access(t, c, hubspot+"/versions/latest"); status.Code(err) != codes.NotFound {
		t.Errorf("after Reset: got %v, want NotFound", err)
	}
}

func TestSecretLifeThroughTheAPI(t *testing.T) {
	t.Parallel()
	server, c := newClient(t)
	create := &secretmanagerpb.CreateSecretRequest{
		Parent: "projects/p", SecretId: "tenant-tenant_demo-hubspot",
		Secret: &secretmanagerpb.Secret{
			Labels: map[string]string{"tenant_id": "tenant_demo"},
			Replication: &secretmanagerpb.Replication{Replication: &secretmanagerpb.Replication_Automatic_{
				Automatic: &secretmanagerpb.Replication_Automatic{},
			}},
		},
	}
	if _, err := c.CreateSecret(t.Context(), create); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateSecret(t.Context(), create); status.Code(err) != codes.AlreadyExists {
		t.Errorf("create it again: got %v, want AlreadyExists", err)
	}
	if _, err := access(t, c, hubspot+"/versions/latest"); status.Code(err) != codes.NotFound {
		t.Errorf("access without a version: got %v, want NotFound", err)
	}
	payload := &secretmanagerpb.SecretPayload{Data: []byte("token")}
	added, err := c.AddSecretVersion(t.Context(), &secretmanagerpb.AddSecretVersionRequest{Parent: hubspot, Payload: payload})
	if err != nil || added.GetName() != hubspot+"/versions/1" {
		t.Fatalf("add a version: got %q, %v", added.GetName(), err)
	}
	want := []journal.Object{{
		Type: "Secret", ID: hubspot, TenantID: "tenant_demo",
		Fields: map[string]any{"versions": 1, "create_time": noon},
	}}
	if diff := cmp.Diff(want, server.Objects("tenant_demo")); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
	if got := server.Objects("tenant_other"); len(got) != 0 {
		t.Errorf("objects of another tenant: got %v", got)
	}
	if _, err := c.DestroySecretVersion(t.Context(), &secretmanagerpb.DestroySecretVersionRequest{Name: added.GetName()}); err != nil {
		t.Fatal(err)
	}
	if _, err := access(t, c, hubspot+"/versions/latest"); status.Code(err) != codes.FailedPrecondition {
		t.Errorf("access a destroyed version: got %v, want FailedPrecondition", err)
	}
	if err := c.DeleteSecret(t.Context(), &secretmanagerpb.DeleteSecretRequest{Name: hubspot}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.GetSecret(t.Context(), &secretmanagerpb.GetSecretRequest{Name: hubspot}); status.Code(err) != codes.NotFound {
		t.Errorf("get a deleted secret: got %v, want NotFound", err)
	}
}

func TestInvalidRequestsAreRefused(t *testing.T) {
	t.Parallel()
	server, c := newClient(t)
	server.Put(hubspot, "token")
	add := func(payload *secretmanagerpb.SecretPayload) error {
		_, err := c.AddSecretVersion(t.Context(), &secretmanagerpb.AddSecretVersionRequest{Parent: hubspot, Payload: payload})
		return err
	}
	_, noVersion := access(t, c, hubspot)
	_, oddVersion := access(t, c, hubspot+"/versions/newest")
	_, badID := c.CreateSecret(t.Context(), &secretmanagerpb.CreateSecretRequest{Parent: "projects/p", SecretId: "a b"})
	_, noReplication := c.CreateSecret(t.Context(), &secretmanagerpb.CreateSecretRequest{Parent: "projects/p", SecretId: "ab"})
	for name, err := range map[string]error{
		"a name without a version": noVersion, "a version that is no number": oddVersion,
		"an id with a space": badID, "a global secret without replication": noReplication,
		"an empty payload": add(&secretmanagerpb.SecretPayload{}),
		"a large payload":  add(&secretmanagerpb.SecretPayload{Data: make([]byte, 64<<10+1)}),
		"a wrong checksum": add(&secretmanagerpb.SecretPayload{Data: []byte("a"), DataCrc32C: proto.Int64(1)}),
	} {
		if status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: got %v, want InvalidArgument", name, err)
		}
	}
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func newClient(t *testing.T) (*secretmanager.Server, *client.Client) {
	t.Helper()
	server := secretmanager.New("p", func() time.Time { return noon })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer()
	server.Register(s)
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(s.Stop)
	c, err := client.NewClient(t.Context(),
		option.WithEndpoint(listener.Addr().String()), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return server, c
}

func access(t *testing.T, c *client.Client, name string) (*secretmanagerpb.AccessSecretVersionResponse, error) {
	t.Helper()
	return c.AccessSecretVersion(t.Context(), &secretmanagerpb.AccessSecretVersionRequest{Name: name})
}
