package tenant

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestARuleSurvivesItsJSON(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		`{"name":"a","actions":{}}`,
		`{"name":"a","when":"true","actions":{"destinations":"all","notify":"none"},"stop":true}`,
		`{"name":"a","actions":{"destinations":["hubspot"],"non_leads":true,"tags":["x"],"owner":"12"}}`,
		`{"name":"a","actions":{"skip":"vendor","owner":{"hubspot":"12","salesforce":"005"},"callrail":{"tags":["t"],"lead_status":"good_lead","value":"1","note":"'n'"}}}`,
	} {
		var r Rule
		if err := json.Unmarshal([]byte(raw), &r); err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(r)
		if diff := cmp.Diff(raw, string(got)); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
	}
}

func TestASelectionIsAllNoneOrSome(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]Selection{
		`"all"`: {All: true}, `"none"`: {None: true}, `[]`: {None: true}, `[ ]`: {Names: []string{}, None: true},
		`["a","b"]`: {Names: []string{"a", "b"}}, `null`: {},
	} {
		var got Selection
		if err := json.Unmarshal([]byte(raw), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", raw, diff)
		}
		if got.IsZero() != (raw == `null`) || got.Includes("x", "b") != (raw == `"all"` || raw == `["a","b"]`) {
			t.Errorf("%s: zero %t, includes b %t", raw, got.IsZero(), got.Includes("x", "b"))
		}
	}
	for _, raw := range []string{`"some"`, `7`, `{}`, `[1]`} {
		if err := json.Unmarshal([]byte(raw), new(Selection)); err == nil {
			t.Errorf("%s was accepted", raw)
		}
	}
}

func TestAnOwnerIsOneIDOrOneForEachDestination(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string][2]string{ // in hubspot, elsewhere
		`"12"`: {"12", "12"}, `""`: {}, `null`: {}, `{"hubspot":"12"}`: {"12", ""}, `{"hubspot":"12","*":"7"}`: {"12", "7"},
	} {
		var o Owner
		if err := json.Unmarshal([]byte(raw), &o); err != nil {
			t.Fatal(err)
		}
		if got := [2]string{o.For("hubspot"), o.For("")}; got != want {
			t.Errorf("%s: got %v, want %v", raw, got, want)
		}
	}
	if err := json.Unmarshal([]byte(`[1]`), new(Owner)); err == nil {
		t.Error("a list was accepted as an owner")
	}
}
