package crmtest

import (
	"net/http"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// Harness is a connector with a CRM to write to.
type Harness struct {
	// Open returns an empty account. The CRM and the connector read the suite's clock.
	Open func(t *testing.T, clock *Clock) CRM
	// Replies are what the CRM says when it refuses.
	Replies Replies
}

// CRM is one account as the suite sees it.
type CRM struct {
	// Connect returns a connector as a new process would have it, with nothing cached.
	Connect func(client *http.Client) (crm.Connector, error)
	// Objects returns what the account holds.
	Objects func() []Object
	// Types names the type of object that each step makes.
	Types map[string]string
	// Links names the steps to whose records each step's record must be linked.
	Links map[string][]string
	// Delete removes an object behind the connector's back.
	Delete func(o Object)
	// Creates reports whether a request would make a step's record.
	Creates func(step string, req *http.Request) bool
}

// Object is a record in the CRM.
type Object struct {
	Type  string
	ID    string
	Links []string // ids of the records that it is linked to
}

// Reply is an answer that the suite gives in the CRM's place.
type Reply struct {
	Status int
	Header http.Header
	Body   string
}

// Replies are refusals in the CRM's own words.
type Replies struct {
	Throttled Reply // a burst limit, with Retry-After of thirty seconds
	Expired   Reply // the access token has expired; no status: credentials of this kind do not expire
	Revoked   Reply // the access was taken away
	Required  Reply // a field is missing that an admin requires
	Optional  Reply // an optional field of the second step's record is refused
}

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, Harness){
		"a lead makes one record for each step, linked":               testCreate,
		"the ledger costs one transaction a step":                     testTransactions,
		"the same delivery again asks the CRM nothing":                testRepeat,
		"a raised revision updates the same records":                  testUpdate,
		"a second call of the person uses the same contact":           testSamePerson,
		"a caller without number or address is delivered":             testWithheld,
		"calls of one person at the same moment make one contact":     testConcurrent,
		"after a restore the records are found by their markers":      testRestore,
		"a deleted contact is made again":                             testGone,
		"a deleted deal is made again":                                testGoneDeal,
		"an answer that is lost makes nothing twice":                  testAnswerLost,
		"a request that is lost makes nothing twice":                  testRequestLost,
		"a crash after any remote call makes nothing twice":           testCrash,
		"a ledger write that is lost makes nothing twice":             testWriteLost,
		"a server error after the work was done makes nothing twice":  testServerError,
		"an HTML page in place of an answer makes nothing twice":      testErrorPage,
		"an answer that comes after the time-out makes nothing twice": testSlow,
		"a throttled delivery is due when the CRM says":               testThrottled,
		"an expired token is tried again":                             testExpired,
		"a revoked token parks the delivery until it is back":         testRevoked,
		"a required field parks the delivery until it is there":       testRequired,
		"a refused optional field is left out with a warning":         testOptional,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, h)
		})
	}
}
