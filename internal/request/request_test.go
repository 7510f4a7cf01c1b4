package request_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// An id that comes out differently is a second request for the same call. These must never
// change: rows and CRM records carry them.
func TestAnExternalIDAlwaysMeetsTheSameRow(t *testing.T) {
	t.Parallel()
	call := request.ID("tenant_demo", request.NamespaceCall, "CAL123")
	if want := "req_5kphqyrhzii4i3g44vincd5esj"; call != want {
		t.Errorf("got %s, want %s", call, want)
	}
	long := request.ID("tenant_demo", request.NamespaceAPI, strings.Repeat("k", 300))
	if want := "req_phwtmphu2ffcs7i54hejwgcgtp"; long != want {
		t.Errorf("a long key: got %s, want %s", long, want)
	}
	for name, other := range map[string]string{
		"another tenant":      request.ID("tenant_other", request.NamespaceCall, "CAL123"),
		"another namespace":   request.ID("tenant_demo", request.NamespaceText, "CAL123"),
		"another call":        request.ID("tenant_demo", request.NamespaceCall, "CAL124"),
		"the parts cut apart": request.ID("tenant_democall", "", "CAL123"),
		"a random one":        request.RandomID(),
	} {
		if other == call || len(other) != len(call) || !strings.HasPrefix(other, "req_") {
			t.Errorf("%s has the id %s", name, other)
		}
	}
	if one, another := request.RandomID(), request.RandomID(); one == another {
		t.Errorf("two random ids are %s", one)
	}
}

func TestOneFormHasOneIDWhateverItsPrefix(t *testing.T) {
	t.Parallel()
	id := func(namespace, external string) string { return request.ID("t", namespace, external) }
	want := id(request.NamespaceForm, "0a1b")
	for _, external := range []string{"FRM0a1b", "FOR0a1b"} {
		if got := id(request.NamespaceForm, external); got != want {
			t.Errorf("%s is another form", external)
		}
	}
	if id(request.NamespaceForm, "FRMFOR0a1b") == want {
		t.Error("more than one prefix is cut")
	}
	if id(request.NamespaceCall, "FRM0a1b") == id(request.NamespaceCall, "0a1b") {
		t.Error("a call's id is cut")
	}
}

func TestTheWayOfARequest(t *testing.T) {
	t.Parallel()
	type way struct {
		Step    string
		Settled bool
		Reached []request.Status
	}
	const received, transcribed, analyzed, pushed, completed = request.Received, request.Transcribed, request.Analyzed, request.Pushed, request.Completed
	for status, want := range map[request.Status]way{
		received:       {"transcribe", false, []request.Status{received}},
		transcribed:    {"analyze", false, []request.Status{received, transcribed}},
		analyzed:       {"push", false, []request.Status{received, transcribed, analyzed}},
		pushed:         {"notify", false, []request.Status{received, transcribed, analyzed, pushed}},
		completed:      {"", true, []request.Status{received, transcribed, analyzed, pushed, completed}},
		request.Failed: {"", true, nil},
		request.Erased: {"", true, nil},
		"nonsense":     {"", false, nil},
	} {
		got := way{Step: status.Step(), Settled: status.Settled()}
		for _, other := range request.Statuses() {
			if status.Reached(other) {
				got.Reached = append(got.Reached, other)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", status, diff)
		}
		if status.Valid() != (status != "nonsense") {
			t.Errorf("%s: valid is %t", status, status.Valid())
		}
	}
	if request.Call.FirstStatus() != received || request.Form.FirstStatus() != transcribed || request.Text.FirstStatus() != transcribed {
		t.Error("only a call has something to transcribe")
	}
}

func TestBandsBeginAtTheirScores(t *testing.T) {
	t.Parallel()
	ranks := []int{}
	for _, tt := range []struct {
		score int
		want  request.Band
	}{
		{0, request.NoLead},
		{19, request.NoLead},
		{20, request.Cold},
		{49, request.Cold},
		{50, request.Warm},
		{79, request.Warm},
		{80, request.Hot},
		{100, request.Hot},
	} {
		got := request.BandOf(tt.score)
		if got != tt.want {
			t.Errorf("%d is %s, want %s", tt.score, got, tt.want)
		}
		ranks = append(ranks, got.Rank())
	}
	if !slices.Equal(ranks, []int{0, 0, 1, 1, 2, 2, 3, 3}) {
		t.Errorf("the ranks are %v", ranks)
	}
}

func TestTheWorstDeliveryThatStillMattersStandsForAll(t *testing.T) {
	t.Parallel()
	const pending, done, skipped, parked, failed = request.DeliveryPending, request.DeliveryDone, request.DeliverySkipped, request.DeliveryParked, request.DeliveryFailed
	for _, tt := range []struct {
		states []request.DeliveryState
		want   request.CRMState
	}{
		{nil, request.CRMNone},
		{[]request.DeliveryState{skipped}, request.CRMNone},
		{[]request.DeliveryState{skipped, done}, request.CRMDone},
		{[]request.DeliveryState{parked, done}, request.CRMParked},
		{[]request.DeliveryState{parked, failed, done}, request.CRMFailed},
		{[]request.DeliveryState{pending, failed, parked}, request.CRMPending},
	} {
		if got := request.SumUp(tt.states); got != tt.want {
			t.Errorf("%v is %s, want %s", tt.states, got, tt.want)
		}
	}
	for _, state := range request.DeliveryStates() {
		if state.Settled() != (state != pending) {
			t.Errorf("%s: settled is %t", state, state.Settled())
		}
	}
}

func TestAnythingToWriteBackIsWritten(t *testing.T) {
	t.Parallel()
	if !(request.SourceUpdate{}).IsZero() {
		t.Error("nothing is something")
	}
	for _, update := range []request.SourceUpdate{{Tags: []string{"hot"}}, {LeadStatus: "good_lead"}, {Value: "1250.00"}, {Note: "Wants a kitchen."}} {
		if update.IsZero() {
			t.Errorf("%+v is nothing", update)
		}
	}
	if (request.LedgerEntry{Step: "deal"}).Done() || !(request.LedgerEntry{RemoteID: "7"}).Done() {
		t.Error("a ledger entry is done once its remote id is known")
	}
}

func TestAudioThatCameIsNotAwaited(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		recording  request.Recording
		kept, came bool
	}{
		"not yet":        {request.Recording{}, false, false},
		"kept":           {request.Recording{Object: "a/b"}, true, true},
		"kept long ago":  {request.Recording{Absent: request.AbsentExpired}, false, true},
		"never recorded": {request.Recording{Absent: "not_recorded"}, false, false},
	} {
		if tt.recording.Kept() != tt.kept || tt.recording.Came() != tt.came {
			t.Errorf("%s: kept %t, came %t", name, tt.recording.Kept(), tt.recording.Came())
		}
	}
}

func TestATranscriptOfSilenceIsEmpty(t *testing.T) {
	t.Parallel()
	said := func(texts ...string) *request.Transcript {
		made := &request.Transcript{}
		for _, text := range texts {
			made.Segments = append(made.Segments, request.Segment{Text: text})
		}
		return made
	}
	for _, silent := range []*request.Transcript{nil, said(), said("", " \n")} {
		if !silent.Empty() {
			t.Errorf("%+v has words", silent)
		}
	}
	if said(" ", "hello").Empty() {
		t.Error("words after a pause are lost")
	}
}

func TestALinkLeadsToTheDashboard(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"https://app.example.com", "https://app.example.com/"} {
		if got := request.Link(base, "a/b", "req_1"); got != "https://app.example.com/tenants/a%2Fb/requests/req_1" {
			t.Errorf("got %s", got)
		}
	}
	if got := request.Link("", "a", "req_1"); got != "" {
		t.Errorf("without a dashboard: got %s", got)
	}
}

func TestTokensAddUpByModel(t *testing.T) {
	t.Parallel()
	var m request.Metering
	m.AddTokens("idle", request.Usage{})
	if m.Models != nil {
		t.Errorf("an answer without tokens is counted: %v", m.Models)
	}
	m.AddTokens("fast", request.Usage{InputTokens: 100, OutputTokens: 10, ThinkingTokens: 1})
	before := m
	m.AddTokens("fast", request.Usage{InputTokens: 200, OutputTokens: 20, ThinkingTokens: 2})
	m.AddTokens("good", request.Usage{OutputTokens: 5})
	want := map[string]request.Usage{"fast": {InputTokens: 300, OutputTokens: 30, ThinkingTokens: 3}, "good": {OutputTokens: 5}}
	if diff := cmp.Diff(want, m.Models); diff != "" {
		t.Error(diff)
	}
	if before.Models["fast"].InputTokens != 100 {
		t.Error("counting changes a copy made earlier")
	}
}
