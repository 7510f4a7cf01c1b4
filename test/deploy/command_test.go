package deploy

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// digestOf is what the registry says of an image: it differs from version to version.
func digestOf(image, version string) string {
	return fmt.Sprintf("%s/%s@sha256:%x", registry, image, sha256.Sum256([]byte(image+version)))
}

// answer does what a command does when all is well.
func (w *world) answer(name string, args []string, line string) error {
	switch name {
	case "gcloud":
		return w.gcloud(args, line)
	case "docker":
		return w.docker(args)
	case "terraform":
		return w.terraform(args)
	case "curl":
		return w.curl(args)
	case "pipelinectl":
		return w.pipelinectl(args)
	case "go":
		return compiled(args)
	default:
		return fmt.Errorf("nobody taught me %s", name)
	}
}

func (w *world) gcloud(args []string, line string) error {
	has := func(prefix string) bool { return strings.HasPrefix(line, "gcloud "+prefix) }
	switch {
	case has("run services"):
		return w.run(args)
	case has("run jobs update migrate"), has("run jobs execute migrate"), has("artifacts sbom load"), has("services enable"),
		has("storage buckets update"), has("storage buckets add-iam-policy-binding"), has("iam service-accounts add-iam-policy-binding"),
		has("spanner databases execute-sql"):
		return nil
	case has("builds list"), has("logging read"):
		return nil // none
	case has("storage buckets describe"), has("storage objects describe"):
		if _, ok := w.Objects[args[3]]; !ok {
			return fmt.Errorf("%s not found: 404", args[3])
		}
		return nil
	case has("storage buckets create"):
		w.Objects[args[3]] = ""
		return nil
	case has("storage cp"):
		return w.copy(args[2], args[3])
	case has("auth print-access-token"):
		fmt.Println(jwt)
		return nil
	case has("config get-value account"):
		fmt.Println("someone@example.com")
		return nil
	case has("secrets versions access"):
		return os.WriteFile(flag(args, "out-file"), []byte(secretKey), 0o600)
	case has("iam service-accounts sign-jwt"):
		return os.WriteFile(args[4], []byte(jwt), 0o600)
	}
	return errors.New("nobody taught me this")
}

func (w *world) copy(from, to string) error {
	if strings.HasPrefix(to, "gs://") {
		text, err := os.ReadFile(from)
		w.Objects[to] = string(text)
		return err
	}
	text, ok := w.Objects[from]
	if !ok {
		return fmt.Errorf("%s not found: 404", from)
	}
	return os.WriteFile(to, []byte(text), 0o600)
}

// run is gcloud run services VERB NAME --region=REGION.
func (w *world) run(args []string) error {
	key := args[3] + " " + flag(args, "region")
	s, ok := w.Services[key]
	if !ok {
		return fmt.Errorf("cannot find service [%s]", key)
	}
	switch args[2] {
	case "update":
		return s.update(args[3], args)
	case "update-traffic":
		return s.direct(args)
	}
	if strings.Contains(flag(args, "format"), "latestReadyRevisionName") {
		fmt.Println(s.Revisions[len(s.Revisions)-1])
		return nil
	}
	for _, t := range s.Traffic {
		percent, address := "", ""
		if t.Percent > 0 {
			percent = fmt.Sprint(t.Percent)
		}
		if t.Tag != "" {
			address = fmt.Sprintf("https://%s---%s-%s.a.run.app", t.Tag, args[3], flag(args, "region"))
		}
		fmt.Printf("%s,%s,%s,%s\n", t.Revision, percent, t.Tag, address)
	}
	return nil
}

func (w *world) docker(args []string) error {
	last := args[len(args)-1]
	switch args[0] {
	case "pull":
		if !w.Tags[last] {
			return errors.New("manifest unknown")
		}
	case "build":
		if _, programs, ok := strings.Cut(flag(args, "output"), "dest="); ok {
			return install(programs)
		}
	case "push":
		if w.Tags[last] {
			return errors.New("the tag is immutable")
		}
		w.Tags[last] = true
	case "image": // inspect
		name, tag, _ := strings.Cut(strings.TrimPrefix(last, registry+"/"), ":")
		fmt.Println("another.example.com/" + name + "@sha256:0")
		fmt.Println(digestOf(name, tag))
	}
	return nil
}

// compiled makes of each package that go builds a program that says what it was built for.
func compiled(args []string) error {
	i := slices.Index(args, "-o")
	if args[0] != "build" || i < 0 {
		return nil
	}
	if err := os.MkdirAll(args[i+1], 0o700); err != nil {
		return err
	}
	for _, name := range args[i+2:] {
		program := filepath.Join(args[i+1], filepath.Base(name))
		if err := os.WriteFile(program, []byte(os.Getenv("GOOS")+"/"+os.Getenv("GOARCH")), 0o700); err != nil {
			return err
		}
	}
	return nil
}

// install makes the one program that later scripts run.
func install(directory string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return err
	}
	return os.Symlink(self, filepath.Join(directory, "pipelinectl"))
}

// terraform's outputs that a script reads are a line for each fact, and what the job migrate is told.
func (w *world) terraform(args []string) error {
	if slices.Contains(args, "apply") && len(w.Migrate) > 1 {
		w.Migrate = w.Migrate[1:]
	}
	if !slices.Contains(args, "output") {
		return nil
	}
	if slices.Contains(args, "migrate_settings") {
		if len(w.Migrate) == 0 || w.Migrate[0] == "" {
			return errors.New(`output "migrate_settings" not found`)
		}
		fmt.Print(w.Migrate[0])
		return nil
	}
	regions := map[string]bool{}
	for key := range w.Services {
		regions[strings.Fields(key)[1]] = true
	}
	var names []string
	for region := range regions {
		names = append(names, region)
	}
	slices.Sort(names)
	fmt.Print(deployment(names...))
	return nil
}

// deployment is what terraform/ says of the project.
func deployment(regions ...string) string {
	return "REGISTRY=" + registry + "\nREGIONS=" + strings.Join(regions, " ") + "\nACTIVE_REGION=" + regions[0] + `
WEBHOOK_URL=https://webhook-1.us-central1.run.app
API_URL=https://api-1.us-central1.run.app
SPANNER_INSTANCE=ingestion-db
SPANNER_DATABASE=pipeline-db
BOOTSTRAP_SECRET=webhook-bootstrap-key
CANARY_ACCOUNT=pipeline-canary@acme-leads.iam.gserviceaccount.com
BUILD_ACCOUNT=pipeline-build@acme-leads.iam.gserviceaccount.com
BUILD_BUCKET=acme-leads-pipeline-build
`
}

func (w *world) curl(args []string) error {
	address := args[len(args)-1]
	switch {
	case strings.HasSuffix(address, "/v1/health"):
		fmt.Printf(`{"status":"ok","service":"some","version":%q}`+"\n", version)
	case strings.HasSuffix(address, ":testIamPermissions"):
		fmt.Println(`{"permissions": ["resourcemanager.projects.setIamPolicy", "serviceusage.services.enable", "iam.serviceAccounts.create"]}`)
	case strings.HasSuffix(address, "/v1/callrail/webhook"):
		i := slices.Index(args, "--output")
		return os.WriteFile(args[i+1], []byte(`{"success":true,"status":"accepted","request_id":"req_canary1"}`), 0o600)
	default:
		return fmt.Errorf("nobody taught me %s", address)
	}
	return nil
}

func (w *world) pipelinectl(args []string) error {
	if args[0] == "sign" {
		fmt.Println("x-callrail-signature: sha256=00")
		return nil
	}
	status := w.Status[0]
	if len(w.Status) > 1 {
		w.Status = w.Status[1:]
	}
	fmt.Printf("{\n  \"kind\": \"call\",\n  \"status\": %q,\n  \"timeline\": [\n    {\n      \"status\": \"received\"\n    }\n  ]\n}\n", status)
	return nil
}
