// Package secretmanager stands in for Google's Secret Manager, which has no emulator:
// secrets and their versions in memory, served over gRPC to the real client.
package secretmanager

import (
	"context"
	"hash/crc32"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

// maxPayload is the service's limit on a secret's size.
const maxPayload = 64 << 10

var (
	parentPattern = regexp.MustCompile(`^projects/[^/]+(/locations/[^/]+)?$`)
	idPattern     = regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`)
)

// Server is Secret Manager. It is safe for concurrent use.
type Server struct {
	secretmanagerpb.UnimplementedSecretManagerServiceServer
	project string
	now     func() time.Time

	mu      sync.Mutex
	secrets map[string]*secret // by resource name
}

type secret struct {
	labels      map[string]string
	replication *secretmanagerpb.Replication // nil: made by Put
	created     time.Time
	versions    []version // version 1 first
}

type version struct {
	payload []byte
	created time.Time
	state   secretmanagerpb.SecretVersion_State
}

// New returns a server without secrets. Put's secrets belong to the project.
func New(project string, now func() time.Time) *Server {
	return &Server{project: project, now: now, secrets: map[string]*secret{}}
}

// Register adds the service to a gRPC server.
func (s *Server) Register(server *grpc.Server) {
	secretmanagerpb.RegisterSecretManagerServiceServer(server, s)
}

// Put adds a version to a secret of the project, and makes the secret if there is none.
// The name is an id or a full resource name, with or without a version.
func (s *Server) Put(name, value string) {
	name, _, _ = strings.Cut(name, "/versions/")
	if !strings.Contains(name, "/") {
		name = "projects/" + s.project + "/secrets/" + name
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.secrets[name]
	if !ok {
		found = &secret{created: s.now()}
		s.secrets[name] = found
	}
	found.add([]byte(value), s.now())
}

// Reset forgets all secrets.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secrets = map[string]*secret{}
}

// tenantPrefix and the label say whose a secret is: tenant-{id}-{purpose}.
const tenantPrefix = "tenant-"

// Objects lists the secrets, never their payloads.
func (s *Server) Objects(tenantID string) []journal.Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	objects := []journal.Object{}
	for name, found := range s.secrets {
		owner := found.labels["tenant_id"]
		if owner == "" && tenantID != "" && strings.HasPrefix(idOf(name), tenantPrefix+tenantID+"-") {
			owner = tenantID
		}
		if tenantID != "" && owner != tenantID {
			continue
		}
		objects = append(objects, journal.Object{
			Type: "Secret", ID: name, TenantID: owner,
			Fields: map[string]any{"versions": len(found.versions), "create_time": found.created},
		})
	}
	slices.SortFunc(objects, func(a, b journal.Object) int { return strings.Compare(a.ID, b.ID) })
	return objects
}

func idOf(name string) string { return name[strings.LastIndex(name, "/")+1:] }

func (x *secret) add(payload []byte, now time.Time) {
	x.versions = append(x.versions, version{
		payload: slices.Clone(payload), created: now, state: secretmanagerpb.SecretVersion_ENABLED,
	})
}

// find returns the version that a resource name means, and its number.
func (s *Server) find(name string) (found *secret, number int, err error) {
	parent, id, ok := strings.Cut(name, "/versions/")
	if !ok {
		return nil, 0, status.Errorf(codes.InvalidArgument, "The provided secret version ID [%s] does not match the expected format [projects/*/secrets/*/versions/*]", name)
	}
	found, ok = s.secrets[parent]
	if !ok {
		return nil, 0, notFound(parent, "Secret")
	}
	if id == "latest" {
		number = len(found.versions) // which may be disabled or destroyed: latest does not skip it
	} else if number, err = strconv.Atoi(id); err != nil {
		return nil, 0, status.Errorf(codes.InvalidArgument, "Invalid secret version [%s]", id)
	}
	if number < 1 || number > len(found.versions) {
		return nil, 0, notFound(name, "Secret Version")
	}
	return found, number, nil
}

func notFound(name, kind string) error {
	return status.Errorf(codes.NotFound, "%s [%s] not found or has no versions.", kind, name)
}

func describe(secretName string, number int, v version) *secretmanagerpb.SecretVersion {
	return &secretmanagerpb.SecretVersion{
		Name:  secretName + "/versions/" + strconv.Itoa(number),
		State: v.state, CreateTime: timestamppb.New(v.created),
		ClientSpecifiedPayloadChecksum: true,
	}
}

func checksum(payload []byte) *int64 {
	return proto.Int64(int64(crc32.Checksum(payload, crc32.MakeTable(crc32.Castagnoli))))
}

// AccessSecretVersion returns a version's payload with its CRC32C.
func (s *Server) AccessSecretVersion(ctx context.Context, req *secretmanagerpb.AccessSecretVersionRequest) (*secretmanagerpb.AccessSecretVersionResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, number, err := s.find(req.GetName())
	if err != nil {
		return nil, err
	}
	journal.SetTenant(ctx, found.labels["tenant_id"])
	v := found.versions[number-1]
	if v.state != secretmanagerpb.SecretVersion_ENABLED {
		return nil, status.Errorf(codes.FailedPrecondition, "Secret Version [%s] is in %s state.", req.GetName(), v.state)
	}
	parent, _, _ := strings.Cut(req.GetName(), "/versions/")
	return &secretmanagerpb.AccessSecretVersionResponse{
		Name:    parent + "/versions/" + strconv.Itoa(number),
		Payload: &secretmanagerpb.SecretPayload{Data: slices.Clone(v.payload), DataCrc32C: checksum(v.payload)},
	}, nil
}
