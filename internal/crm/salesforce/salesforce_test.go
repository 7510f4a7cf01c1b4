package salesforce_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/salesforce"
	sandbox "github.com/your-org/multi-tenant-pipeline/internal/sandbox/salesforce"
)

const secret = `{"client_id":"3MVG9.test","client_secret":"shh"}`

func TestConnectorConforms(t *testing.T) {
	t.Parallel()
	crmtest.Run(t, crmtest.Harness{Open: openLeads, Replies: replies})
}

func TestConnectorConformsWherePeopleAreContactsWithOpportunities(t *testing.T) {
	t.Parallel()
	r := replies
	r.Optional = refusedField("LeadSource")
	crmtest.Run(t, crmtest.Harness{Open: openContacts, Replies: r})
}

// Only the marker is asked to be missed here: every record is upserted by a key made of it
// or of the person, so what ledger and lease prevent would be prevented once more.
func TestACrowdIsDeliveredOnce(t *testing.T) {
	t.Parallel()
	r := replies
	r.Optional = refusedField("LeadSource")
	for name, open := range map[string]func(*testing.T, *crmtest.Clock) crmtest.CRM{"leads": openLeads, "contacts": openContacts} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			crmtest.RunCrowd(t, crmtest.Harness{Open: open, Replies: r}, crmtest.MarkerLookUp)
		})
	}
}

func openLeads(t *testing.T, clock *crmtest.Clock) crmtest.CRM {
	t.Helper()
	o := newOrgAt(t, clock)
	return o.crm(t, map[string]string{crm.StepContact: "Lead", crm.StepCall: "Task"})
}

func openContacts(t *testing.T, clock *crmtest.Clock) crmtest.CRM {
	t.Helper()
	o := newOrgAt(t, clock)
	o.config["object"], o.config["opportunity"] = "contact", "contact"
	return o.crm(t, map[string]string{crm.StepContact: "Contact", crm.StepDeal: "Opportunity", crm.StepCall: "Task"})
}

var replies = crmtest.Replies{
	Throttled: crmtest.Reply{
		Status: http.StatusForbidden, Header: http.Header{"Retry-After": {"30"}},
		Body: `[{"message":"ConcurrentRequests (Concurrent API Requests) Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`,
	},
	Expired: crmtest.Reply{Status: http.StatusUnauthorized, Body: `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`},
	Revoked: crmtest.Reply{
		Status: http.StatusForbidden, Body: `[{"message":"The REST API is not enabled for this Organization.","errorCode":"API_DISABLED_FOR_ORG"}]`,
	},
	Required: crmtest.Reply{
		Status: http.StatusBadRequest,
		Body:   `[{"message":"Required fields are missing: [Region__c]","errorCode":"REQUIRED_FIELD_MISSING","fields":["Region__c"]}]`,
	},
	Optional: refusedField("CallDisposition"),
}

func refusedField(name string) crmtest.Reply {
	return crmtest.Reply{
		Status: http.StatusBadRequest,
		Body:   `[{"message":"` + name + `: not today","errorCode":"FIELD_CUSTOM_VALIDATION_EXCEPTION","fields":["` + name + `"]}]`,
	}
}

// org is a sandbox org and the connector's side of it.
type org struct {
	url    string
	server *sandbox.Server
	clock  *crmtest.Clock
	memory *crmtest.Memory
	config map[string]any
}

const tenant = "tenant_demo"

func newOrgAt(t *testing.T, clock *crmtest.Clock, change ...func(*sandbox.Org)) *org {
	t.Helper()
	settings := sandbox.Org{TenantID: tenant, ClientID: "3MVG9.test", ClientSecret: "shh"}
	for _, c := range change {
		c(&settings)
	}
	server, err := sandbox.New(sandbox.Config{Orgs: []sandbox.Org{settings}, Now: clock.Now})
	if err != nil {
		t.Fatalf("new sandbox: %v", err)
	}
	ts := httptest.NewServer(server.Handler())
	t.Cleanup(ts.Close)
	return &org{
		url: ts.URL, server: server, clock: clock, memory: crmtest.NewMemory(clock.Now),
		config: map[string]any{"base_url": ts.URL},
	}
}

func newOrg(t *testing.T, change ...func(*sandbox.Org)) *org {
	t.Helper()
	return newOrgAt(t, &crmtest.Clock{}, change...)
}

func (o *org) crm(t *testing.T, types map[string]string) crmtest.CRM {
	t.Helper()
	links := map[string][]string{crm.StepCall: {crm.StepContact}}
	if types[crm.StepDeal] != "" {
		// An Opportunity names its Contact for good: what follows a new one is the Task.
		links = map[string][]string{crm.StepCall: {crm.StepContact, crm.StepDeal}}
	}
	return crmtest.CRM{
		Connect: func(client *http.Client) (crm.Connector, error) { return o.connector(client, secret) },
		Objects: o.objects,
		Types:   types,
		Links:   links,
		Delete: func(gone crmtest.Object) {
			o.send(t, http.MethodDelete, "/sobjects/"+gone.Type+"/"+gone.ID, nil)
		},
		Creates: func(step string, req *http.Request) bool {
			return req.Method == http.MethodPatch && strings.Contains(req.URL.Path, "/sobjects/"+types[step]+"/Pipeline_Key__c/")
		},
	}
}

func (o *org) objects() []crmtest.Object {
	var all []crmtest.Object
	for _, one := range o.server.Objects(tenant) {
		object := crmtest.Object{Type: one.Type, ID: one.ID}
		for _, name := range []string{"WhoId", "WhatId", "ContactId"} {
			if id, _ := one.Fields[name].(string); id != "" {
				object.Links = append(object.Links, id)
			}
		}
		all = append(all, object)
	}
	return all
}

func (o *org) connector(client *http.Client, credentials string) (crm.Connector, error) {
	config, err := json.Marshal(o.config)
	if err != nil {
		return nil, err
	}
	return salesforce.NewAccounts(o.clock.Now).Connect(crm.Settings{TenantID: tenant, Credentials: credentials, Config: config}, client)
}

// keyPair returns a private key in PEM format and its public half.
func keyPair(t *testing.T) (string, *rsa.PublicKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatalf("generate key: %v", err)
	}
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	return string(pem.EncodeToMemory(block)), &key.PublicKey
}
