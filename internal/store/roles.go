package store

import (
	"context"
	"regexp"
	"strings"

	"cloud.google.com/go/spanner/apiv1/spannerpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Roles says how far database roles have come. A service that acts in a role which is not there
// cannot work, so they are made before they are used.
type Roles string

// The settings of SPANNER_ROLES.
const (
	NoRoles   Roles = "none" // every service may do what its account may
	MakeRoles Roles = "make" // migrate makes them, nobody uses them yet
	UseRoles  Roles = "use"  // and every service acts in its own
)

// makesRoles reports whether the schema has roles. The emulator's has none: it knows no roles.
func (c *Config) makesRoles() bool {
	return c.EmulatorHost == "" && (c.Roles == MakeRoles || c.Roles == UseRoles)
}

// rolesDir holds what each service is granted.
const rolesDir = "schema/roles"

// privileges are what a database role may do, by table and statement: SELECT, INSERT, UPDATE, DELETE.
type privileges map[string]map[string]bool

var grant = regexp.MustCompile(`(?s)^GRANT\s+(.+)\s+ON\s+TABLE\s+(.+)\s+TO\s+ROLE\s+(\w+)$`)

// privilegesOf returns what the schema's files grant to role.
func privilegesOf(role string) (privileges, error) {
	files, err := migrations(rolesDir)
	if err != nil {
		return nil, err
	}
	granted := privileges{}
	for _, file := range files {
		for _, s := range file.statements {
			m := grant.FindStringSubmatch(s)
			if m == nil || m[3] != role {
				continue
			}
			for _, table := range words(m[2]) {
				if granted[table] == nil {
					granted[table] = map[string]bool{}
				}
				for _, verb := range words(m[1]) {
					granted[table][verb] = true
				}
			}
		}
	}
	return granted, nil
}

func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' })
}

// enforce returns options for a connection on which role may do what it was granted, and nothing
// else. Spanner itself sees to that; the emulator takes a role and ignores it.
func enforce(role string) ([]grpc.DialOption, error) {
	granted, err := privilegesOf(role)
	if err != nil {
		return nil, err
	}
	guard := guard{role: role, granted: granted}
	return []grpc.DialOption{grpc.WithChainUnaryInterceptor(guard.unary), grpc.WithChainStreamInterceptor(guard.stream)}, nil
}

// guard refuses what a role was not granted, in Spanner's stead.
type guard struct {
	role    string
	granted privileges
}

func (g guard) unary(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error { //nolint:revive // gRPC names the arguments
	if err := g.check(req); err != nil {
		return err
	}
	return invoke(ctx, method, req, reply, cc, opts...)
}

func (g guard) stream(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, open grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) { //nolint:revive // gRPC names the arguments
	s, err := open(ctx, desc, cc, method, opts...)
	if err != nil {
		return nil, err
	}
	return guardedStream{ClientStream: s, guard: g}, nil
}

type guardedStream struct {
	grpc.ClientStream

	guard guard
}

func (s guardedStream) SendMsg(m any) error {
	if err := s.guard.check(m); err != nil {
		return err
	}
	return s.ClientStream.SendMsg(m)
}

// readFrom finds the tables of a query. The store writes by mutations alone.
var readFrom = regexp.MustCompile(`(?i)(?:^|[^@\w])(?:FROM|JOIN)\s+([a-z_]+)\b(?:[^.(a-z_]|$)`)

func (g guard) check(message any) error {
	switch m := message.(type) {
	case *spannerpb.ReadRequest:
		return g.may("SELECT", m.GetTable())
	case *spannerpb.ExecuteSqlRequest:
		for _, table := range readFrom.FindAllStringSubmatch(m.GetSql(), -1) {
			if err := g.may("SELECT", table[1]); err != nil {
				return err
			}
		}
	case *spannerpb.CommitRequest:
		return g.mutations(m.GetMutations())
	case *spannerpb.BeginTransactionRequest:
		return g.mutations([]*spannerpb.Mutation{m.GetMutationKey()})
	}
	return nil
}

func (g guard) mutations(all []*spannerpb.Mutation) error {
	for _, m := range all {
		var err error
		switch op := m.GetOperation().(type) {
		case *spannerpb.Mutation_Insert:
			err = g.may("INSERT", op.Insert.GetTable())
		case *spannerpb.Mutation_Update:
			err = g.may("UPDATE", op.Update.GetTable())
		case *spannerpb.Mutation_InsertOrUpdate:
			if err = g.may("INSERT", op.InsertOrUpdate.GetTable()); err == nil {
				err = g.may("UPDATE", op.InsertOrUpdate.GetTable())
			}
		case *spannerpb.Mutation_Delete_:
			err = g.may("DELETE", op.Delete.GetTable())
		case nil:
		default:
			err = status.Errorf(codes.PermissionDenied, "role %s: %T is not known here", g.role, op)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (g guard) may(verb, table string) error {
	if g.granted[table][verb] {
		return nil
	}
	return status.Errorf(codes.PermissionDenied, "role %s does not have privilege %s on table %s", g.role, verb, table)
}
