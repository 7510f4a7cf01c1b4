// Package emulator starts Google's Spanner emulator for devstack and for tests, and leaves
// nothing behind: not when it is stopped, and not when the program that started it is killed.
package emulator

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/sethvargo/go-envconfig"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

// ErrMissing says that this machine has no Spanner emulator. The error that wraps it
// tells how to install one.
var ErrMissing = errors.New("no Spanner emulator found")

// startTimeout covers a cold start on a busy machine; a warm one takes 50 ms.
const startTimeout = 60 * time.Second

type config struct {
	Host string `env:"SPANNER_EMULATOR_HOST"`
}

// Option changes an emulator that is started. One that runs already is what it is.
type Option func(*settings)

type settings struct{ arguments []string }

// WithAborts makes the emulator abort commits now and then, as Spanner does under load.
func WithAborts() Option {
	return func(s *settings) { s.arguments = append(s.arguments, "--enable_fault_injection") }
}

// Spanner returns the address of a running Spanner emulator and a function that stops it.
// It uses the one at SPANNER_EMULATOR_HOST, which it never stops; else starts the gcloud
// SDK's binary; else a container. The context bounds the start only.
func Spanner(ctx context.Context, opts ...Option) (host string, stop func(), err error) {
	var cfg config
	if err := envconfig.Process(ctx, &cfg); err != nil {
		return "", nil, fmt.Errorf("read emulator settings: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if cfg.Host != "" {
		if err := ready(ctx, cfg.Host); err != nil {
			return "", nil, fmt.Errorf("use the emulator at SPANNER_EMULATOR_HOST=%s: %w", cfg.Host, err)
		}
		return cfg.Host, func() {}, nil
	}
	var s settings
	for _, opt := range opts {
		opt(&s)
	}
	return start(ctx, s)
}

func start(ctx context.Context, s settings) (host string, stop func(), err error) {
	if binary, found := sdkBinary(ctx); found {
		host, stop, err = startBinary(ctx, binary, s)
	} else if docker, found := dockerEngine(ctx); found {
		host, stop, err = startContainer(ctx, docker, s)
	} else {
		return "", nil, fmt.Errorf("%w: %s", ErrMissing, howToInstall(runtime.GOOS))
	}
	if err != nil {
		return "", nil, err
	}
	if err := ready(ctx, host); err != nil {
		stop()
		return "", nil, err
	}
	return host, stop, nil
}

// sdkBinary finds the emulator in the gcloud SDK. It is started itself rather than its
// gateway: the gateway only adds REST, which nothing here uses, and when it is killed it
// leaves the emulator running as an orphan.
func sdkBinary(ctx context.Context) (string, bool) {
	gcloud, err := exec.LookPath("gcloud")
	if err != nil {
		return "", false
	}
	name := "emulator_main"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if target, err := filepath.EvalSymlinks(gcloud); err == nil {
		beside := filepath.Join(filepath.Dir(target), "cloud_spanner_emulator", name)
		if executable(beside) {
			return beside, true
		}
	}
	// Snap and Homebrew wrap gcloud in a script of their own: ask it, which takes a second.
	out, err := exec.CommandContext(ctx, gcloud, "info", "--format=value(installation.sdk_root)").Output() //nolint:gosec // found on PATH
	if err != nil {
		return "", false
	}
	path := filepath.Join(firstLine(out), "bin", "cloud_spanner_emulator", name)
	return path, executable(path)
}

func executable(path string) bool {
	_, err := exec.LookPath(path)
	return err == nil
}

// ready waits until a gRPC server answers. Any answer will do, the health service need
// not exist.
func ready(ctx context.Context, host string) error {
	conn, err := grpc.NewClient("passthrough:///"+host, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return fmt.Errorf("connect to Spanner emulator: %w", err)
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	request := &grpc_health_v1.HealthCheckRequest{}
	_, err = grpc_health_v1.NewHealthClient(conn).Check(ctx, request, grpc.WaitForReady(true))
	if _, answered := status.FromError(err); answered && ctx.Err() == nil {
		return nil
	}
	return fmt.Errorf("wait for Spanner emulator at %s: %w", host, err)
}

func howToInstall(goos string) string {
	const or = "; or start one yourself and set SPANNER_EMULATOR_HOST=host:port"
	switch goos {
	case "darwin":
		return "install Docker (brew install --cask docker), start it and run this again" + or
	case "windows":
		return "install Docker Desktop (winget install Docker.DockerDesktop), start it and run this again" + or
	default:
		return "run `gcloud components install cloud-spanner-emulator` " +
			"(Debian, Ubuntu: `sudo apt-get install google-cloud-cli google-cloud-cli-spanner-emulator`), " +
			"or install Docker (https://docs.docker.com/engine/install/)" + or
	}
}
