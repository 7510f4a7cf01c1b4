package api_test

import (
	"net/http"
	"testing"
)

func TestATenantSwitchesHIPAAModeOnByItsSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	a.send(t, http.MethodPut, "", `{"name":"Demo Company","time_zone":"America/Denver","region":"US",
		"settings":{"privacy":{"hipaa":true,"covered":["hubspot"],"keep_card_numbers":true}}}`, http.StatusOK, "If-Match", "*")
	known, ok := w.directory.Lookup(demo)
	if !ok || !known.Settings.Privacy.HIPAA || known.Settings.Privacy.KeepCardNumbers {
		t.Fatalf("the pipeline sees %+v", known.Settings.Privacy)
	}
	if !known.Covers("hubspot") || known.Covers("callrail") {
		t.Errorf("covered: hubspot %v, callrail %v", known.Covers("hubspot"), known.Covers("callrail"))
	}
}
