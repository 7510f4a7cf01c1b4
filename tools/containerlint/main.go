// Command containerlint checks Dockerfiles with the rules of the engine that builds them, and Compose files with
// the library that runs them: containerlint FILE…. It is a module of its own, because what it needs is
// no part of the product.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
)

func main() {
	failed := len(os.Args) < 2
	for _, path := range os.Args[1:] {
		problems, err := check(context.Background(), path)
		if err != nil {
			problems = append(problems, err.Error())
		}
		for _, problem := range problems {
			fmt.Fprintf(os.Stderr, "%s: %s\n", path, problem)
		}
		failed = failed || len(problems) > 0
	}
	if failed {
		os.Exit(1)
	}
}

func check(ctx context.Context, path string) ([]string, error) {
	if strings.HasPrefix(filepath.Base(path), "Dockerfile") {
		return dockerfile(ctx, path)
	}
	return nil, compose(ctx, path)
}

// dockerfile returns what `docker build --check` would say of every stage.
func dockerfile(ctx context.Context, path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	source := llb.NewSourceMap(nil, path, "Dockerfile", text)
	source.Definition = &llb.Definition{} // of a file that nobody fetched
	results, err := dockerfile2llb.DockerfileLint(ctx, text, dockerfile2llb.ConvertOpt{
		MetaResolver: offline{},
		SourceMap:    source,
		Config:       dockerui.Config{BuildArgs: map[string]string{"VERSION": "v1", "PROGRAM": "webhook"}},
	})
	if err != nil {
		return nil, err
	}
	var problems []string
	for _, w := range results.Warnings {
		problems = append(problems, fmt.Sprintf("%s: %s", w.RuleName, w.Detail))
	}
	if results.Error != nil {
		problems = append(problems, results.Error.Message)
	}
	return problems, nil
}

// offline says of every base image that it is there and has nothing special.
type offline struct{}

func (offline) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	return ref, "", []byte(`{"architecture":"amd64","os":"linux","config":{}}`), nil
}

func (offline) ResolveSourceMetadata(_ context.Context, op *pb.SourceOp, _ sourceresolver.Opt) (*sourceresolver.MetaResponse, error) {
	return &sourceresolver.MetaResponse{Op: op}, nil
}

// compose reads a file as `docker compose config` does: schema, references between services, variables.
func compose(ctx context.Context, path string) error {
	options, err := cli.NewProjectOptions([]string{path}, cli.WithProfiles([]string{"*"}), cli.WithResolvedPaths(true), cli.WithConsistency(true), cli.WithInterpolation(true))
	if err != nil {
		return err
	}
	project, err := options.LoadProject(ctx)
	if err != nil {
		return err
	}
	for name, service := range project.Services {
		if service.Build != nil {
			if _, err := os.Stat(filepath.Join(service.Build.Context, service.Build.Dockerfile)); err != nil {
				return fmt.Errorf("service %s: %w", name, err)
			}
		}
		for _, port := range service.Ports {
			if port.HostIP != "127.0.0.1" {
				return fmt.Errorf("service %s: port %d can be reached from other machines", name, port.Target)
			}
		}
	}
	return nil
}
