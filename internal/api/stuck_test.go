package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

func TestWhatWaitsForSomebodyIsListedWithTheCRMsWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	a.send(t, http.MethodPut, "/integrations/h", a.hubSpot(withToken(hubSpotToken)), http.StatusOK)
	ended := map[string]request.DeliveryState{"CAL1": request.DeliveryParked, "CAL2": request.DeliveryDone, "CAL3": request.DeliveryFailed}
	ids := map[string]request.DeliveryState{}
	for call, state := range ended {
		id := w.call(t, demo, call)
		ids[id] = state
		w.step(t, demo, id, request.Received, func(*store.Claim) stage.Result { return stage.Result{Transcript: newTranscript("A quote.")} })
		w.step(t, demo, id, request.Transcribed, func(*store.Claim) stage.Result { return stage.Result{Analysis: newAnalysis("A quote.")} })
		w.step(t, demo, id, request.Analyzed, func(c *store.Claim) stage.Result {
			claims, err := c.PlanDeliveries(t.Context(), []store.Plan{{Destination: "h", Connector: "hubspot"}}, time.Minute)
			must(t, err)
			must(t, claims[0].Settle(t.Context(), store.Settlement{State: state, Error: "words of " + call}, request.Event{Step: "push", Name: "settled"}))
			return stage.Result{}
		})
	}
	got := decode[api.StuckDeliveries](t, a.send(t, http.MethodGet, "/integrations/h/stuck", "", http.StatusOK))
	if len(got.Deliveries) != 2 || !got.Complete {
		t.Fatalf("got %+v", got)
	}
	for _, d := range got.Deliveries {
		if state := ids[d.RequestID]; string(d.State) != string(state) || d.State == api.StuckDeliveryState(request.DeliveryDone) || d.Error == "" || d.UpdatedAt.IsZero() {
			t.Errorf("%+v is of one that is %s", d, state)
		}
	}
	a.send(t, http.MethodGet, "/integrations/gone/stuck", "", http.StatusNotFound)
}
