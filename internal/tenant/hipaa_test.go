package tenant

import "testing"

func TestHIPAAModeIsServedAsTheTenantOrTheDeploymentSays(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		everybody bool
		privacy   Privacy
		hipaa     bool
		keeps     bool
	}{
		"neither":               {false, Privacy{KeepCardNumbers: true}, false, true},
		"the tenant":            {false, Privacy{KeepCardNumbers: true, HIPAA: true}, true, false},
		"the deployment":        {true, Privacy{KeepCardNumbers: true}, true, false},
		"masked in either case": {true, Privacy{}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := NewDirectory(&loader{tenants: []Tenant{{ID: "acme", Settings: Settings{Privacy: tt.privacy}}}}, Options{HIPAA: tt.everybody})
			if err := d.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			served, _ := d.Lookup("acme")
			if got := served.Settings.Privacy; got.HIPAA != tt.hipaa || got.KeepCardNumbers != tt.keeps {
				t.Errorf("got HIPAA %v, numbers kept %v; want %v, %v", got.HIPAA, got.KeepCardNumbers, tt.hipaa, tt.keeps)
			}
		})
	}
}

func TestInHIPAAModeOnlyListedDestinationsAreCovered(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		privacy Privacy
		want    bool
	}{
		"no HIPAA mode": {Privacy{}, true},
		"not listed":    {Privacy{HIPAA: true}, false},
		"listed":        {Privacy{HIPAA: true, Covered: []string{"callrail", "hubspot"}}, true},
		"another":       {Privacy{HIPAA: true, Covered: []string{"hubspot_old"}}, false},
	} {
		if got := (&Tenant{Settings: Settings{Privacy: tt.privacy}}).Covers("hubspot"); got != tt.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
