package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sethvargo/go-envconfig"
	"google.golang.org/api/cloudresourcemanager/v1"
	"google.golang.org/api/option"
	"google.golang.org/api/pubsub/v1"
	"google.golang.org/api/secretmanager/v1"
	"google.golang.org/api/serviceusage/v1"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// checkTimeout bounds each check of the project.
const checkTimeout = 30 * time.Second

// cloud is what only the project knows.
type cloud interface {
	// Checks examines the project. What it may not see is not checked.
	Checks(ctx context.Context) []check
	Close()
}

// cloudChecks are their names, in order.
var cloudChecks = []string{"enabled apis", "permissions", "push subscriptions", "schema", "secrets"}

// examineProject checks the project if it is named and may be seen.
func (s *session) examineProject(ctx context.Context, project string) []check {
	why := "give --project"
	if project != "" {
		c, err := s.cloud(ctx, project)
		if err == nil {
			defer c.Close()
			return c.Checks(ctx)
		}
		why = err.Error()
	}
	checks := make([]check, 0, len(cloudChecks))
	for _, name := range cloudChecks {
		checks = append(checks, check{Name: name, Verdict: unchecked, Found: why})
	}
	return checks
}

// database is what is checked of the store.
type database interface {
	PendingMigrations(ctx context.Context) ([]string, error)
	Tenants(ctx context.Context) ([]tenant.Tenant, error)
	Close()
}

// spanner is the real database.
type spanner struct{ *store.Store }

func (s spanner) Tenants(ctx context.Context) ([]tenant.Tenant, error) {
	return s.Operator().Tenants(ctx)
}

// project is a Google Cloud project.
type project struct {
	id       string
	usage    *serviceusage.Service
	manager  *cloudresourcemanager.Service
	pubsub   *pubsub.Service
	secrets  *secretmanager.Service
	database database
}

// openCloud opens a project with the credentials of this machine. The database is named as
// for the services.
func openCloud(ctx context.Context, id string) (cloud, error) {
	p, err := openProject(ctx, id)
	if err != nil {
		return nil, err
	}
	var cfg store.Config
	named := envconfig.MultiLookuper(envconfig.MapLookuper(map[string]string{"GOOGLE_CLOUD_PROJECT": id}), envconfig.OsLookuper())
	if err := config.LoadFrom(ctx, &cfg, named); err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	p.database = spanner{s}
	return p, nil
}

// openProject opens the project's services. Without credentials it fails.
func openProject(ctx context.Context, id string, opts ...option.ClientOption) (*project, error) {
	p := &project{id: id}
	var err error
	if p.usage, err = serviceusage.NewService(ctx, opts...); err != nil {
		return nil, err
	}
	if p.manager, err = cloudresourcemanager.NewService(ctx, opts...); err != nil {
		return nil, err
	}
	if p.pubsub, err = pubsub.NewService(ctx, opts...); err != nil {
		return nil, err
	}
	p.secrets, err = secretmanager.NewService(ctx, opts...)
	return p, err
}

// Close implements cloud.
func (p *project) Close() { p.database.Close() }

// Checks implements cloud.
func (p *project) Checks(ctx context.Context) []check {
	examine := []func(context.Context) (check, error){p.apis, p.permissions, p.subscriptions, p.schema, p.tenantSecrets}
	checks := make([]check, 0, len(examine))
	for i, do := range examine {
		within, cancel := context.WithTimeout(ctx, checkTimeout)
		c, err := do(within)
		cancel()
		c.Name = cloudChecks[i]
		if err != nil {
			c.Verdict, c.Found = unchecked, err.Error()
		}
		checks = append(checks, c)
	}
	return checks
}

// neededAPIs are what the pipeline uses of Google Cloud.
var neededAPIs = []string{
	"aiplatform", "iamcredentials", "pubsub", "run", "secretmanager", "spanner", "speech", "storage",
}

func (p *project) apis(ctx context.Context) (check, error) {
	call := p.usage.Services.BatchGet("projects/" + p.id).Context(ctx)
	names := make([]string, 0, len(neededAPIs))
	for _, api := range neededAPIs {
		names = append(names, "projects/"+p.id+"/services/"+api+".googleapis.com")
	}
	found, err := call.Names(names...).Do()
	if err != nil {
		return check{}, err
	}
	var missing []string
	for _, api := range neededAPIs {
		if !slices.ContainsFunc(found.Services, func(s *serviceusage.GoogleApiServiceusageV1Service) bool {
			return s.State == "ENABLED" && strings.HasSuffix(s.Name, "/"+api+".googleapis.com")
		}) {
			missing = append(missing, api)
		}
	}
	return verdictOf(missing, strconv.Itoa(len(neededAPIs)), "gcloud services enable NAME.googleapis.com, or terraform apply"), nil
}

// verdictOf is fail if something is missing.
func verdictOf(missing []string, well, advice string) check {
	if len(missing) == 0 {
		return check{Verdict: ok, Found: well}
	}
	return check{Verdict: fail, Found: strings.Join(missing, "; "), Advice: advice}
}

// permissions checks that Pub/Sub's own account may sign the tokens of pushes and move what
// was refused too often: without, pushes are not authenticated and nothing is dead-lettered.
func (p *project) permissions(ctx context.Context) (check, error) {
	about, err := p.manager.Projects.Get(p.id).Context(ctx).Do()
	if err != nil {
		return check{}, err
	}
	agent := fmt.Sprintf("serviceAccount:service-%d@gcp-sa-pubsub.iam.gserviceaccount.com", about.ProjectNumber)
	policy, err := p.manager.Projects.GetIamPolicy(p.id, &cloudresourcemanager.GetIamPolicyRequest{}).Context(ctx).Do()
	if err != nil {
		return check{}, err
	}
	var missing []string
	if !slices.ContainsFunc(policy.Bindings, func(b *cloudresourcemanager.Binding) bool {
		return slices.Contains([]string{"roles/pubsub.serviceAgent", "roles/iam.serviceAccountTokenCreator"}, b.Role) && slices.Contains(b.Members, agent)
	}) {
		missing = append(missing, "Pub/Sub's account may not sign tokens")
	}
	letters, err := p.pubsub.Projects.Topics.GetIamPolicy(p.topic(topic.DeadLetter)).Context(ctx).Do()
	if err != nil {
		return check{}, err
	}
	if !slices.ContainsFunc(letters.Bindings, func(b *pubsub.Binding) bool {
		return b.Role == "roles/pubsub.publisher" && slices.Contains(b.Members, agent)
	}) {
		missing = append(missing, "Pub/Sub's account may not publish dead letters")
	}
	return verdictOf(missing, "Pub/Sub may sign tokens and publish dead letters", "terraform apply; nobody else should change these"), nil
}

func (p *project) topic(name topic.Name) string {
	return "projects/" + p.id + "/topics/" + string(name)
}

// subscriptions checks that each topic is pushed to somebody, with a token and dead-lettering.
func (p *project) subscriptions(ctx context.Context) (check, error) {
	byTopic := map[string][]*pubsub.Subscription{}
	err := p.pubsub.Projects.Subscriptions.List("projects/"+p.id).Pages(ctx, func(page *pubsub.ListSubscriptionsResponse) error {
		for _, s := range page.Subscriptions {
			byTopic[s.Topic] = append(byTopic[s.Topic], s)
		}
		return nil
	})
	if err != nil {
		return check{}, err
	}
	var wrong []string
	for _, name := range topic.Names() {
		subscriptions := byTopic[p.topic(name)]
		if len(subscriptions) == 0 {
			wrong = append(wrong, "nobody gets "+string(name))
		}
		for _, s := range subscriptions {
			if problem := pushProblem(s, name == topic.DeadLetter || name == topic.Intake); problem != "" {
				wrong = append(wrong, s.Name[strings.LastIndex(s.Name, "/")+1:]+": "+problem)
			}
		}
	}
	return verdictOf(wrong, fmt.Sprintf("%d topics are pushed with a token, and dead-lettered", len(topic.Names())), "terraform apply"), nil
}

// pushProblem says what is wrong with a subscription; empty: nothing. One that is endless retries
// its messages until they are taken, instead of dead-lettering them.
func pushProblem(s *pubsub.Subscription, endless bool) string {
	push := s.PushConfig
	switch {
	case push == nil || push.PushEndpoint == "":
		return "it is not pushed"
	case !strings.HasPrefix(push.PushEndpoint, "https://"):
		return "its endpoint is not https"
	case push.OidcToken == nil || push.OidcToken.ServiceAccountEmail == "":
		return "it is pushed without a token"
	case s.DeadLetterPolicy == nil && !endless:
		return "it has no dead-letter topic"
	default:
		return ""
	}
}

func (p *project) schema(ctx context.Context) (check, error) {
	pending, err := p.database.PendingMigrations(ctx)
	if err != nil {
		return check{}, err
	}
	return verdictOf(pending, "up to date with this tool", "run the migrate job"), nil
}

// tenantSecrets checks that every secret that a tenant's settings name has a version that can be
// used. Its value stays where it is.
func (p *project) tenantSecrets(ctx context.Context) (check, error) {
	tenants, err := p.database.Tenants(ctx)
	if err != nil {
		return check{}, err
	}
	var missing []string
	count := 0
	for _, t := range tenants {
		for _, name := range secretNames(t) {
			count++
			version, err := p.secrets.Projects.Secrets.Versions.Get("projects/" + p.id + "/secrets/" + name + "/versions/latest").Context(ctx).Do()
			switch {
			case isNotFound(err):
				missing = append(missing, name+" is not there")
			case err != nil:
				return check{}, err
			case version.State != "ENABLED":
				missing = append(missing, name+" is "+strings.ToLower(version.State))
			}
		}
	}
	return verdictOf(missing, strconv.Itoa(count), "set it again: source add --replace, integration add --replace, tenant secret"), nil
}
