package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/evaluate"
)

func TestAnotherLookBeginsOnlyAfterWhatItWouldDoIsKnown(t *testing.T) {
	t.Parallel()
	const rescores, reanalyses = "/v1/tenants/tenant_demo/rescores", "/v1/tenants/tenant_demo/reanalyses"
	done := reply{status: 200, body: `{"job_id":"job_a","kind":"rescore","state":"done","report":{}}`}
	tests := []struct {
		name string
		args []string
		code int
		want []call
	}{
		{"a preview", []string{"rescore", "--from", "2026-01-01", "--to", "2026-01-31", "--preview", "--weight", "budget=40"}, exitOK, []call{
			{operation: "createRescore", path: rescores, body: `{"from":"2026-01-01","preview":true,"to":"2026-01-31","weights":{"budget":40}}`},
		}},
		{"scores that are to change", []string{"rescore", "--from", "2026-01-01", "--to", "2026-01-31", "--push", "--band", "warm", "--yes"}, exitOK, []call{
			{operation: "createRescore", path: rescores, body: `{"from":"2026-01-01","preview":true,"push":true,"score_band":"warm","to":"2026-01-31"}`},
			{operation: "createRescore", path: rescores, body: `{"from":"2026-01-01","push":true,"score_band":"warm","to":"2026-01-31"}`},
		}},
		{"without a yes", []string{"rescore", "--from", "2026-01-01", "--to", "2026-01-31"}, exitUsage, []call{
			{operation: "createRescore", path: rescores, body: `{"from":"2026-01-01","preview":true,"to":"2026-01-31"}`},
		}},
		{"weights that would be kept", []string{"rescore", "--weight", "budget=40"}, exitUsage, nil},
		{"a weight that is none", []string{"rescore", "--preview", "--weight", "budget"}, exitUsage, nil},
		{"an estimate", []string{"reanalyze", "--from", "2026-01-01", "--to", "2026-01-31", "--analyzer", "rules", "--estimate"}, exitOK, []call{
			{operation: "createReanalysis", path: reanalyses, body: `{"analyzer":"rules","estimate":true,"from":"2026-01-01","to":"2026-01-31"}`},
		}},
		{"a sample", []string{"reanalyze", "--from", "2026-01-01", "--to", "2026-01-31", "--sample", "5", "--yes"}, exitOK, []call{
			{operation: "createReanalysis", path: reanalyses, body: `{"estimate":true,"from":"2026-01-01","sample":5,"to":"2026-01-31"}`},
			{operation: "createReanalysis", path: reanalyses, body: `{"from":"2026-01-01","sample":5,"to":"2026-01-31"}`},
		}},
		{"analyses without a yes", []string{"reanalyze", "--from", "2026-01-01", "--to", "2026-01-31"}, exitUsage, []call{
			{operation: "createReanalysis", path: reanalyses, body: `{"estimate":true,"from":"2026-01-01","to":"2026-01-31"}`},
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			api := newFakeAPI(t).answer("getJob", done)
			got := run{api: api}.tool(t, test.args...)
			if got.code != test.code {
				t.Errorf("code %d, want %d: %s", got.code, test.code, got.err)
			}
			if diff := cmp.Diff(test.want, changes(api.asked()), cmp.AllowUnexported(call{})); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNothingIsBegunIfNothingWouldChange(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(t).
		answer("createRescore", reply{status: 200, body: `{"complete":true,"looked":3,"done":3,"changed":0,"busy":0,"skipped":0,"bands":{},"requests":[]}`}).
		answer("createReanalysis", reply{status: 200, body: `{"complete":true,"requests":0,"cost_usd":0}`})
	for _, command := range []string{"rescore", "reanalyze"} {
		if got := (run{api: api}).tool(t, command, "--yes"); got.code != exitOK {
			t.Errorf("%s: code %d: %s", command, got.code, got.err)
		}
	}
	if asked := changes(api.asked()); len(asked) != 2 {
		t.Errorf("asked %+v", asked)
	}
}

func TestCorrectionsAreWrittenAsCasesThatEvaluateReads(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(t).answer("listCorrectionCases",
		reply{status: 200, body: `{"cases":[],"next_page_token":"more"}`},
		reply{status: 200, body: `{"cases":[
  {"id":"req_a","kind":"form","form_fields":{"zip":"80202","message":"A bathroom, please."},
   "call":{"duration_s":0,"answered":false,"voicemail":false,"source_name":"","start_time":"2026-03-02T09:04:05-07:00"},
   "labels":{"intent":"quote_request","project_type":"bathroom","timeline":"unknown","budget":"unknown","lead_score":58,"score_band":"warm","is_lead":true,"spam":false,"appointment":"none","customer_name":null,"customer_email":null},
   "tags":["corrected:project_type"]}],"next_page_token":""}`})
	file := filepath.Join(t.TempDir(), "cases.jsonl")
	got := run{api: api}.tool(t, "corrections", "export", file)
	if got.code != exitOK || !strings.Contains(got.out+got.err, "1 cases") {
		t.Fatalf("code %d: %s%s", got.code, got.out, got.err)
	}
	info, err := os.Stat(file)
	must(t, err)
	text, err := os.ReadFile(file)
	must(t, err)
	set, err := evaluate.ReadCases(strings.NewReader(string(text)))
	must(t, err)
	if len(set.Cases) != 1 || set.Cases[0].FormFields[0].Name != "zip" || strings.Count(string(text), "\n") != 1 || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %s", info.Mode(), text)
	}
	score := run{}.tool(t, "evaluate", "--cases", file, "--model", "rules")
	if score.code != exitOK || !strings.Contains(score.out, "project_type") {
		t.Errorf("evaluate: code %d: %s%s", score.code, score.out, score.err)
	}
}
