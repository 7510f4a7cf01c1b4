package transcribe

import (
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestSwearWordsAreMaskedWhereTheTenantWantsIt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"What the fuck, this shower is SHIT!":         "What the f***, this shower is S***!",
		"Those motherfuckers were fucking late.":      "Those m************ were f****** late.",
		"Es una mierda, cabrón. Hijo de puta.":        "Es una m*****, c*****. Hijo de p***.",
		"A putañero from Scunthorpe, Dick, shitake":   "A putañero from Scunthorpe, Dick, shitake",
		"Assess the cockpit, dammit, and the asphalt": "Assess the cockpit, dammit, and the asphalt",
	} {
		if got := masked(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	for name, mask := range map[string]bool{"f***": true, "fuck": false} {
		b := newBench(t, 30)
		b.tenant.Settings.Privacy.MaskProfanity = mask
		b.source.details = request.Details{CallType: "missed", SourceTranscript: "Caller: fuck"}
		b.record.saved.Details = request.Details{}
		result, _, err := b.visit(t)
		if err != nil || result.Transcript.Segments[0].Text != name {
			t.Errorf("asked to mask: %v, got %+v, %v", mask, result.Transcript, err)
		}
	}
}

func TestTheRecogniserIsToldTheTenantsWords(t *testing.T) {
	t.Parallel()
	b := newBench(t, 30)
	settings := &b.tenant.Settings
	settings.Speech.Hints, settings.ServiceArea, settings.Services = []string{"Zellige"}, []string{"Arvada"}, []string{"kitchens"}
	if _, _, err := b.visit(t); err != nil {
		t.Fatal(err)
	}
	want := []string{"Acme Remodeling LLC", "Zellige", "Arvada", "kitchens"}
	if got := b.speech.options.Hints; len(got) != 4 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] || got[3] != want[3] {
		t.Errorf("hints %v, want %v", got, want)
	}
}
