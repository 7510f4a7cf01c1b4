package topic

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func buried(data, id string) string {
	return fmt.Sprintf(`{"message":{"data":%q,"messageId":%q,"attributes":{
		"tenant_id":"tenant_demo",
		"CloudPubSubDeadLetterSourceSubscription":"push-delivery-due",
		"CloudPubSubDeadLetterSourceDeliveryCount":"20"}},"subscription":"projects/demo/subscriptions/dead-letter"}`,
		base64.StdEncoding.EncodeToString([]byte(data)), id)
}

func TestWhatIsKnownOfADeadLetterIsKept(t *testing.T) {
	t.Parallel()
	attributes := map[string]string{
		"tenant_id": "tenant_demo", attrSourceSubscription: "push-delivery-due", attrSourceDeliveries: "20",
	}
	big := strings.Repeat("x", maxKept+1)
	for name, test := range map[string]struct {
		body       string
		want       Letter
		redrivable bool
	}{
		"one of ours": {buried(goodData, "1"), Letter{
			Topic: DeliveryDue, Attempts: 20, Attributes: attributes, Data: []byte(goodData),
			Message: Message{TenantID: "tenant_demo", RequestID: "req_a", Run: 2, Attributes: attributes},
		}, true},
		"not ours":    {buried("<html>", "1"), Letter{Topic: DeliveryDue, Attempts: 20, Attributes: attributes, Data: []byte("<html>")}, false},
		"far too big": {buried(big, "1"), Letter{Topic: DeliveryDue, Attempts: 20, Attributes: attributes, Data: []byte(big[:maxKept]), Cut: true}, false},
		"published to the topic by hand": {pushed(goodData, `"messageId":"1"`), Letter{
			Data: []byte(goodData), Message: Message{TenantID: "tenant_demo", RequestID: "req_a", Run: 2},
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got Letter
			h := LetterHandler(onlyToken("good"), func(_ context.Context, l Letter) (bool, error) {
				got = l
				return true, nil
			})
			if status := push(t, h, "Bearer good", test.body); status != http.StatusNoContent {
				t.Fatalf("status %d, want 204: a dead letter that is refused comes for ever", status)
			}
			if diff := cmp.Diff(test.want, got, cmpopts.IgnoreFields(Letter{}, "ID")); diff != "" {
				t.Errorf("letter (-want +got):\n%s", diff)
			}
			if got.Redrivable() != test.redrivable {
				t.Errorf("redrivable: got %t, want %t", got.Redrivable(), test.redrivable)
			}
			again := ReadLetter(got.ID, string(got.Topic), got.Attributes, got.Data)
			if diff := cmp.Diff(got.Message, again.Message); diff != "" || again.Redrivable() != test.redrivable {
				t.Errorf("as it is read again (-first +again):\n%s", diff)
			}
		})
	}
}

func TestADeadLetterIsRefusedOnlyIfItWasNotKept(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	keep := func(err error) KeepFunc {
		return func(_ context.Context, l Letter) (bool, error) {
			ids[l.ID] = true
			return false, err
		}
	}
	kept, lost := LetterHandler(onlyToken("good"), keep(nil)), LetterHandler(onlyToken("good"), keep(errors.New("store is down")))
	if got := push(t, kept, "Bearer bad", buried(goodData, "1")); got != http.StatusUnauthorized || len(ids) != 0 {
		t.Errorf("another's token: status %d, kept %d", got, len(ids))
	}
	if got := push(t, kept, "Bearer good", `{`); got != http.StatusBadRequest {
		t.Errorf("no push: status %d", got)
	}
	if got := push(t, lost, "Bearer good", buried(goodData, "1")); got != http.StatusInternalServerError {
		t.Errorf("not kept: status %d", got)
	}
	if got := push(t, kept, "Bearer good", buried(goodData, "1")); got != http.StatusNoContent || len(ids) != 1 {
		t.Errorf("the same message again: status %d, %d ids, want one", got, len(ids))
	}
	push(t, kept, "Bearer good", buried(goodData, "2"))
	if len(ids) != 2 {
		t.Errorf("%d ids for two messages", len(ids))
	}
}

func TestASubscriptionNamesItsTopic(t *testing.T) {
	t.Parallel()
	for subscription, want := range map[string]Name{
		"transcribe-request-received": RequestReceived, "push-request-analyzed": RequestAnalyzed,
		"push-delivery-due": DeliveryDue, "request-received": "", "": "", "push": "",
	} {
		if got := topicOf(subscription); got != want {
			t.Errorf("topicOf(%q) = %q, want %q", subscription, got, want)
		}
	}
}
