package store

import (
	"context"
	"maps"
	"regexp"
	"slices"
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

// steps are the roles whose work transactions are tagged with: a claim by the status that it starts from.
var steps = map[string]string{
	"webhook": "webhook", "received": "transcribe", "transcribed": "analyze", "analyzed": "push", "push": "push", "pushed": "notify",
}

// enforce returns options for a connection on which role may do what it was granted, and nothing
// else. Spanner itself sees to that; the emulator takes a role and ignores it. Without a role,
// transactions that are tagged as a step's may do what that step is granted: so every test sees
// when a step does something new.
func enforce(role string) ([]grpc.DialOption, error) {
	g := guard{role: role, granted: map[string]privileges{}}
	for _, name := range append(slices.Collect(maps.Values(steps)), role) {
		var err error
		if g.granted[name], err = privilegesOf(name); err != nil {
			return nil, err
		}
	}
	return []grpc.DialOption{grpc.WithChainUnaryInterceptor(g.unary), grpc.WithChainStreamInterceptor(g.stream)}, nil
}

// guard refuses what a role was not granted, in Spanner's stead.
type guard struct {
	role    string
	granted map[string]privileges
}

// acting returns the role in which a request is made, empty if it may do everything.
func (g guard) acting(options *spannerpb.RequestOptions) string {
	if g.role != "" {
		return g.role
	}
	step, op, _ := strings.Cut(strings.TrimPrefix(options.GetTransactionTag(), "step="), ",op=")
	if op == "plan" || op == "notified" { // of push and notify alone; tests do not go all the way there
		step = map[string]string{"plan": "analyzed", "notified": "pushed"}[op]
	}
	return steps[step]
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
		return g.may(g.acting(m.GetRequestOptions()), "SELECT", m.GetTable())
	case *spannerpb.ExecuteSqlRequest:
		for _, table := range readFrom.FindAllStringSubmatch(m.GetSql(), -1) {
			if err := g.may(g.acting(m.GetRequestOptions()), "SELECT", table[1]); err != nil {
				return err
			}
		}
	case *spannerpb.CommitRequest:
		return g.mutations(g.acting(m.GetRequestOptions()), m.GetMutations())
	}
	return nil
}

func (g guard) mutations(role string, all []*spannerpb.Mutation) error {
	for _, m := range all {
		var err error
		switch op := m.GetOperation().(type) {
		case *spannerpb.Mutation_Insert:
			err = g.may(role, "INSERT", op.Insert.GetTable())
		case *spannerpb.Mutation_Update:
			err = g.may(role, "UPDATE", op.Update.GetTable())
		case *spannerpb.Mutation_InsertOrUpdate:
			if err = g.may(role, "INSERT", op.InsertOrUpdate.GetTable()); err == nil {
				err = g.may(role, "UPDATE", op.InsertOrUpdate.GetTable())
			}
		case *spannerpb.Mutation_Delete_:
			err = g.may(role, "DELETE", op.Delete.GetTable())
		default:
			err = status.Errorf(codes.PermissionDenied, "role %s: %T is not known here", role, op)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (g guard) may(role, verb, table string) error {
	if role == "" || g.granted[role][table][verb] {
		return nil
	}
	return status.Errorf(codes.PermissionDenied, "role %s does not have privilege %s on table %s", role, verb, table)
}
