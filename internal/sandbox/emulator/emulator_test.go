package emulator_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	instance "cloud.google.com/go/spanner/admin/instance/apiv1"
	"cloud.google.com/go/spanner/admin/instance/apiv1/instancepb"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/emulator"
)

// childEnv makes this test binary start an emulator, print its address and wait until
// it is killed.
const childEnv = "EMULATOR_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) == "" {
		os.Exit(m.Run())
	}
	host, _, err := emulator.Spanner(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(host)
	_, _ = io.Copy(io.Discard, os.Stdin) // until killed
}

func TestSpannerServesTheAPIAndStops(t *testing.T) {
	t.Setenv("SPANNER_EMULATOR_HOST", "")
	host, stop := start(t)
	listConfigs(t, host)

	t.Setenv("SPANNER_EMULATOR_HOST", host)
	again, stopNothing, err := emulator.Spanner(t.Context())
	if err != nil || again != host {
		t.Fatalf("with SPANNER_EMULATOR_HOST=%s: got %q, %v", host, again, err)
	}
	stopNothing()
	listConfigs(t, host) // one that was not started here is not stopped here

	stop()
	if conn, err := net.Dial("tcp", host); err == nil {
		_ = conn.Close()
		t.Errorf("%s still accepts connections after stop", host)
	}
	stop() // twice is harmless
}

func TestSpannerDiesWithTheProcessThatStartedIt(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere the emulator runs in a container, which the next start removes")
	}
	t.Setenv("SPANNER_EMULATOR_HOST", "")
	_, stop := start(t) // skips or fails here if there is no emulator
	stop()

	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childEnv+"=1")
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stdin.Close() }()
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("read the child's emulator address: %v", err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // killed
	waitUntilClosed(t, strings.TrimSpace(line))
}

func TestSpannerSaysWhenAGivenHostDoesNotAnswer(t *testing.T) {
	t.Setenv("SPANNER_EMULATOR_HOST", "127.0.0.1:1")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, _, err := emulator.Spanner(ctx)
	if err == nil || !strings.Contains(err.Error(), "SPANNER_EMULATOR_HOST=127.0.0.1:1") {
		t.Errorf("got %v, want an error that names the variable and its value", err)
	}
}

func TestSpannerSaysHowToInstallWhatIsMissing(t *testing.T) {
	t.Setenv("SPANNER_EMULATOR_HOST", "")
	t.Setenv("PATH", t.TempDir())
	_, _, err := emulator.Spanner(t.Context())
	if !errors.Is(err, emulator.ErrMissing) || !strings.Contains(err.Error(), "install") {
		t.Errorf("got %v, want ErrMissing with a command that installs it", err)
	}
}

func TestSpannerRunsAContainerWhereThereIsNoBinary(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in for docker is a shell script")
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	defer server.Stop()

	dir := t.TempDir()
	script := "#!" + sh + "\necho \"$@\" >> " + filepath.Join(dir, "asked") + `
case "$1" in
ps) echo "stale 999999999"; echo "used ` + fmt.Sprint(os.Getpid()) + `" ;;
run) echo fresh ;;
port) echo ` + listener.Addr().String() + ` ;;
esac
`
	if err := os.WriteFile(filepath.Join(dir, "docker"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SPANNER_EMULATOR_HOST", "")
	t.Setenv("PATH", dir)
	host, stop, err := emulator.Spanner(t.Context())
	if err != nil || host != listener.Addr().String() {
		t.Fatalf("got %q, %v, want %s", host, err, listener.Addr())
	}
	stop()
	if _, stop, err = emulator.Spanner(t.Context(), emulator.WithAborts()); err != nil {
		t.Fatal(err)
	}
	stop()
	asked, err := os.ReadFile(filepath.Join(dir, "asked"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"rm --force stale\n", "127.0.0.1::9010", "rm --force fresh\n", "gateway_main --hostname 0.0.0.0 --enable_fault_injection\n"} {
		if !strings.Contains(string(asked), want) {
			t.Errorf("docker was never asked %q, only:\n%s", want, asked)
		}
	}
	if strings.Contains(string(asked), "--force used") {
		t.Error("the container of a living process was removed")
	}
}

// start skips the test without an emulator, but never in CI.
func start(t *testing.T, opts ...emulator.Option) (host string, stop func()) {
	t.Helper()
	host, stop, err := emulator.Spanner(t.Context(), opts...)
	if errors.Is(err, emulator.ErrMissing) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return host, stop
}

func listConfigs(t *testing.T, host string) {
	t.Helper()
	conn, err := grpc.NewClient(host, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	client, err := instance.NewInstanceAdminClient(t.Context(), option.WithGRPCConn(conn))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	request := &instancepb.ListInstanceConfigsRequest{Parent: "projects/test"}
	if _, err := client.ListInstanceConfigs(t.Context(), request).Next(); err != nil {
		t.Fatalf("list instance configs of %s: %v", host, err)
	}
}

func waitUntilClosed(t *testing.T, host string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", host)
		if err != nil {
			return
		}
		_ = conn.Close()
	}
	t.Errorf("the emulator at %s outlived its parent", host)
}
