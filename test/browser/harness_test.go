package browser

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

var (
	// patience bounds every wait, far above what a busy machine needs.
	patience    = flag.Duration("patience", 2*time.Minute, "how long to wait for anything")
	running     = flag.String("ready-file", "", "of a devstack that runs already, with its samples played; empty: one is started")
	screenshots = flag.String("screenshots", "", "folder for pictures of every page")
)

// ready is what devstack tells the outside.
type ready struct {
	DashboardURL string `json:"dashboard_url"`
	SandboxURL   string `json:"sandbox_url"`
	APIURL       string `json:"api_url"`
	AdminToken   string `json:"admin_token"`
	Broker       string `json:"pubsub_emulator_host"`
	Project      string `json:"pubsub_project"`
	Tenants      []struct {
		TenantID string `json:"tenant_id"`
		Token    string `json:"token"`
	} `json:"tenants"`
}

// stack is the devstack and the browser that all tests share.
type stack struct {
	ready
	browser context.Context
	stop    []func()
}

var shared struct {
	sync.Once
	stack *stack
	err   error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.stack != nil {
		shared.stack.close()
	}
	os.Exit(code)
}

func (s *stack) close() {
	for i := len(s.stop) - 1; i >= 0; i-- {
		s.stop[i]()
	}
}

// chromium returns the browser's path, empty if there is none.
func chromium() string {
	for _, name := range []string{os.Getenv("CHROME"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	return ""
}

// start returns the stack, which the first test starts.
func start(t *testing.T) *stack {
	t.Helper()
	path := chromium()
	if path == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("there is no Chromium: apt-get install chromium")
		}
		t.Skip("there is no Chromium (Debian: apt-get install chromium; or set CHROME)")
	}
	shared.Do(func() { shared.stack, shared.err = newStack(path) })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.stack
}

func newStack(path string) (*stack, error) {
	s := &stack{}
	steps := []func() error{s.startDevstack, func() error { return s.startBrowser(path) }, s.playFirst}
	if *running != "" {
		steps = []func() error{func() error { return s.read(*running) }, steps[1]}
	}
	for _, step := range steps {
		if err := step(); err != nil {
			s.close()
			return nil, err
		}
	}
	return s, nil
}

func (s *stack) startDevstack() error {
	dir, err := os.MkdirTemp("", "browser-*")
	if err != nil {
		return err
	}
	s.stop = append(s.stop, func() { _ = os.RemoveAll(dir) })
	binary := filepath.Join(dir, "devstack")
	build := exec.Command("go", "build", "-o", binary, "../../cmd/devstack")
	if out, err := build.CombinedOutput(); err != nil {
		return errors.New(string(out))
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return err
	}
	file := filepath.Join(dir, "ready.json")
	cmd := exec.Command(binary, "-no-samples", "-ready-file", file)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	s.stop = append(s.stop, func() {
		_ = cmd.Process.Signal(syscall.SIGINT) // it may have ended already
		select {
		case <-exited:
		case <-time.After(time.Minute):
			_ = cmd.Process.Kill()
		}
	})
	return eventually("devstack is ready", func() error {
		err := s.read(file)
		select {
		case <-exited:
			said, _ := os.ReadFile(log.Name())
			return &final{fmt.Errorf("devstack ended:\n%s", said)}
		default:
		}
		return err
	})
}

func (s *stack) read(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, &s.ready)
}

func (s *stack) startBrowser(path string) error {
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.WSURLReadTimeout(*patience),
		chromedp.Flag("autoplay-policy", "no-user-gesture-required"), chromedp.Flag("mute-audio", true),
		chromedp.Flag("force-prefers-reduced-motion", true)) // a click must not miss what glides away
	if os.Geteuid() == 0 {
		opts = append(opts, chromedp.NoSandbox) // Chromium's own sandbox does not work for root
	}
	allocated, cancelAllocator := chromedp.NewExecAllocator(context.Background(), opts...)
	browser, cancel := chromedp.NewContext(allocated)
	s.stop = append(s.stop, cancelAllocator, cancel)
	s.browser = browser
	return chromedp.Do(browser)
}

// playFirst lets one call and one form through before the tests.
func (s *stack) playFirst() error {
	for _, sample := range []string{"kitchen-hot", "form-basement"} {
		if err := s.play(sample); err != nil {
			return err
		}
	}
	return s.settled(2)
}

// play lets CallRail deliver a sample.
func (s *stack) play(sample string) error {
	res, err := http.Post(s.SandboxURL+"/play?sample="+sample, "", nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("play %s: status %d", sample, res.StatusCode)
	}
	return nil
}

// settled waits until so many requests of the first tenant are completed and delivered.
func (s *stack) settled(n int) error {
	return eventually("requests are completed", func() error {
		var page struct {
			Requests []struct {
				Status   string `json:"status"`
				CRMState string `json:"crm_state"`
			} `json:"requests"`
		}
		if err := s.get("/requests?limit=100&status=completed", &page); err != nil {
			return err
		}
		done := 0
		for _, r := range page.Requests {
			if r.CRMState != "pending" {
				done++
			}
		}
		if done < n {
			return fmt.Errorf("%d of %d", done, n)
		}
		return nil
	})
}

// get asks the API about the first tenant.
func (s *stack) get(path string, into any) error {
	r, err := http.NewRequest(http.MethodGet, s.APIURL+"/v1/tenants/"+s.Tenants[0].TenantID+path, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+s.Tenants[0].Token)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: status %d", path, res.StatusCode)
	}
	return json.NewDecoder(res.Body).Decode(into)
}

// final is an error that waiting does not heal.
type final struct{ error }

// eventually repeats check until it returns nil.
func eventually(what string, check func() error) error {
	deadline := time.Now().Add(*patience)
	for {
		err := check()
		var end *final
		switch {
		case err == nil:
			return nil
		case errors.As(err, &end) || time.Now().After(deadline):
			return fmt.Errorf("%s: %w", what, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}
