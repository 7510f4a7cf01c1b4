package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"cloud.google.com/go/spanner"
	database "cloud.google.com/go/spanner/admin/database/apiv1"
	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"
	instance "cloud.google.com/go/spanner/admin/instance/apiv1"
	"cloud.google.com/go/spanner/admin/instance/apiv1/instancepb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

//go:embed schema/*.sql schema/search/*.sql schema/roles/*.sql
var schemaFiles embed.FS

// migrationsTable remembers which files were applied. It is not in a file itself, since
// it must be there before the first one.
const migrationsTable = `CREATE TABLE IF NOT EXISTS schema_migrations (
  version    STRING(128) NOT NULL,
  applied_at TIMESTAMP   NOT NULL OPTIONS (allow_commit_timestamp = true),
) PRIMARY KEY (version)`

// migration is one file of the schema.
type migration struct {
	version    string
	statements []string
}

// migrations returns the files of the schema's directories in order.
func migrations(dirs ...string) ([]migration, error) {
	var names []string
	for _, dir := range dirs {
		found, err := fs.Glob(schemaFiles, dir+"/*.sql")
		if err != nil {
			return nil, fmt.Errorf("list schema files: %w", err)
		}
		names = append(names, found...)
	}
	var all []migration
	for _, name := range names {
		text, err := schemaFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read schema file: %w", err)
		}
		all = append(all, migration{
			version:    strings.TrimSuffix(strings.TrimPrefix(name, "schema/"), ".sql"),
			statements: statements(string(text)),
		})
	}
	return all, nil
}

// statements splits a schema file. Comments go, because the emulator refuses some of
// them; no string in the schema holds "--" or ";".
func statements(text string) []string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		code, _, _ := strings.Cut(line, "--")
		b.WriteString(strings.TrimRight(code, " \n"))
		b.WriteByte('\n')
	}
	var all []string
	for _, s := range strings.Split(b.String(), ";") {
		if s = strings.TrimSpace(s); s != "" {
			all = append(all, s)
		}
	}
	return all
}

// Migrate applies the schema files that the database does not have yet, in order, and
// returns their versions. It may be run again at any time; two at once are not supported.
func Migrate(ctx context.Context, cfg Config) ([]string, error) {
	admin, err := database.NewDatabaseAdminClient(ctx)
	if err != nil {
		return nil, fmt.Errorf("open database admin: %w", err)
	}
	defer admin.Close()
	if err := updateDDL(ctx, admin, cfg, migrationsTable); err != nil {
		return nil, fmt.Errorf("create table of migrations: %w", err)
	}
	s, err := Open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	missing, err := s.missing(ctx)
	if err != nil {
		return nil, err
	}
	var applied []string
	for _, m := range missing {
		if err := m.apply(ctx, admin, cfg); err != nil {
			return applied, fmt.Errorf("apply schema %s: %w", m.version, err)
		}
		mark := spanner.InsertOrUpdate("schema_migrations", []string{"version", "applied_at"}, []any{m.version, spanner.CommitTimestamp})
		if err := s.sessions.apply(ctx, "step=migrate,op=mark", []*spanner.Mutation{mark}); err != nil {
			return applied, err
		}
		applied = append(applied, m.version)
	}
	return applied, nil
}

// missing returns the schema files that the database does not have yet, in order.
func (s *Store) missing(ctx context.Context) ([]migration, error) {
	dirs := []string{"schema"}
	if s.fullText {
		dirs = append(dirs, "schema/search")
	}
	if s.makesRoles {
		dirs = append(dirs, rolesDir)
	}
	all, err := migrations(dirs...)
	if err != nil {
		return nil, err
	}
	var missing []migration
	for _, m := range all {
		done, err := s.migrated(ctx, m.version)
		if err != nil {
			return nil, err
		}
		if !done {
			missing = append(missing, m)
		}
	}
	return missing, nil
}

// PendingMigrations returns the versions of the schema files that the database does not have
// yet, in order. It changes nothing.
func (s *Store) PendingMigrations(ctx context.Context) ([]string, error) {
	missing, err := s.missing(ctx)
	if err != nil {
		return nil, err
	}
	versions := make([]string, 0, len(missing))
	for _, m := range missing {
		versions = append(versions, m.version)
	}
	return versions, nil
}

// apply changes the schema. Spanner goes on with a change when nobody waits for it any more, so
// the change has a name: who comes again waits for the one that is under way, or is done, and
// repeats of one that failed only what it has not done.
func (m migration) apply(ctx context.Context, admin *database.DatabaseAdminClient, cfg Config) error {
	left := m.statements
	for attempt := 1; len(left) > 0; attempt++ {
		name := fmt.Sprintf("schema_%s_%d", strings.ReplaceAll(m.version, "/", "_"), attempt)
		op, err := admin.UpdateDatabaseDdl(ctx, &databasepb.UpdateDatabaseDdlRequest{Database: cfg.Name(), OperationId: name, Statements: left})
		if status.Code(err) != codes.AlreadyExists {
			if err != nil {
				return err
			}
			return op.Wait(ctx)
		}
		before := admin.UpdateDatabaseDdlOperation(cfg.Name() + "/operations/" + name)
		if err := before.Wait(ctx); err == nil || ctx.Err() != nil {
			return err
		}
		done, err := before.Metadata()
		if err != nil {
			return fmt.Errorf("look at operation %s: %w", name, err)
		}
		left = left[len(done.GetCommitTimestamps()):]
	}
	return nil
}

func updateDDL(ctx context.Context, admin *database.DatabaseAdminClient, cfg Config, statements ...string) error {
	op, err := admin.UpdateDatabaseDdl(ctx, &databasepb.UpdateDatabaseDdlRequest{Database: cfg.Name(), Statements: statements})
	if err != nil {
		return err
	}
	return op.Wait(ctx)
}

func (s *Store) migrated(ctx context.Context, version string) (bool, error) {
	var found bool
	err := s.sessions.read(ctx, "step=migrate,op=check", func(ctx context.Context, r reader) error {
		_, err := r.ReadRow(ctx, "schema_migrations", spanner.Key{version}, []string{"version"})
		found = err == nil
		if spanner.ErrCode(err) == codes.NotFound {
			return nil
		}
		return err
	})
	return found, err
}

// CreateDatabase creates the instance and the database if they are missing. In the cloud
// Terraform does that; this is for the emulator.
func CreateDatabase(ctx context.Context, cfg Config) error {
	instances, err := instance.NewInstanceAdminClient(ctx)
	if err != nil {
		return fmt.Errorf("open instance admin: %w", err)
	}
	defer instances.Close()
	project := "projects/" + cfg.Project
	op, err := instances.CreateInstance(ctx, &instancepb.CreateInstanceRequest{
		Parent: project, InstanceId: cfg.Instance,
		Instance: &instancepb.Instance{Config: project + "/instanceConfigs/emulator-config", DisplayName: cfg.Instance, NodeCount: 1},
	})
	if err == nil {
		_, err = op.Wait(ctx)
	}
	if err != nil && status.Code(err) != codes.AlreadyExists {
		return fmt.Errorf("create instance: %w", err)
	}
	admin, err := database.NewDatabaseAdminClient(ctx)
	if err != nil {
		return fmt.Errorf("open database admin: %w", err)
	}
	defer admin.Close()
	dop, err := admin.CreateDatabase(ctx, &databasepb.CreateDatabaseRequest{
		Parent: project + "/instances/" + cfg.Instance, CreateStatement: "CREATE DATABASE `" + cfg.Database + "`",
	})
	if err == nil {
		_, err = dop.Wait(ctx)
	}
	if err != nil && status.Code(err) != codes.AlreadyExists {
		return fmt.Errorf("create database: %w", err)
	}
	return nil
}
