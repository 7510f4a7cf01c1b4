package control_test

import "testing"

func TestModes_are_set_shown_and_cleared(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const wanted = `{"system":"relay","mode":"redeliver","probability":0.5,"delay_ms":1500,"times":3`
	status, body := f.do(t, "PUT", "/modes", "["+wanted+"}]")
	if status != 200 || body != "["+wanted+`,"fired":0}]` {
		t.Errorf("set: %d %s", status, body)
	}
	if status, body = f.do(t, "GET", "/modes", ""); status != 200 || body != "["+wanted+`,"fired":0}]` {
		t.Errorf("shown: %d %s", status, body)
	}
	if status, body = f.do(t, "DELETE", "/modes", ""); status != 204 {
		t.Errorf("cleared: %d %s", status, body)
	}
	if status, body = f.do(t, "GET", "/modes", ""); status != 200 || body != "[]" {
		t.Errorf("after clearing: %d %s", status, body)
	}
}
