package callrail

import (
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Kind is what a delivery tells about.
type Kind string

// The kinds, as they stand in the registered addresses.
const (
	PreCall          Kind = "pre_call"         // a call came in
	RoutingComplete  Kind = "routing_complete" // somebody's telephone rings
	PostCall         Kind = "post_call"        // the call is over
	CallModified     Kind = "call_modified"    // something was added afterwards
	OutboundCall     Kind = "outbound_call"
	OutboundModified Kind = "outbound_modified"
	FormSubmission   Kind = "form_submission"
	TextReceived     Kind = "text_received"
	TextSent         Kind = "text_sent"
)

// Kinds returns every kind.
func Kinds() []Kind {
	return []Kind{
		PreCall, RoutingComplete, PostCall, CallModified, OutboundCall, OutboundModified,
		FormSubmission, TextReceived, TextSent,
	}
}

// Valid reports whether k is a kind at all.
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

// Change reports whether a delivery of this kind changes something that was told before.
func (k Kind) Change() bool { return k == CallModified || k == OutboundModified }

// Outbound reports whether the company called.
func (k Kind) Outbound() bool { return k == OutboundCall || k == OutboundModified }

// Of returns the kind of request that a delivery of this kind makes, and its namespace.
func (k Kind) Of() (kind request.Kind, namespace string) {
	switch k {
	case FormSubmission:
		return request.Form, request.NamespaceForm
	case TextReceived, TextSent:
		return request.Text, request.NamespaceText
	default:
		return request.Call, request.NamespaceCall
	}
}

// afterwards are the keys that only a finished call's delivery has, also when they are empty.
var afterwards = []string{
	"recording", "recording_player", "recording_duration", "transcription", "call_summary",
	"speaker_percent", "call_highlights", "lead_status",
}

// Kind tells the kind by the payload's shape: CallRail names it nowhere in the delivery.
func (p *Payload) Kind() Kind {
	v := p.root
	id := v.first("resource_id", "call_id", "id")
	outbound := v.first("direction") == "outbound" || v.first("call_type") == "outbound"
	changes, _ := v.strings("changes")
	switch {
	case v.has("form_data") || strings.HasPrefix(id, "FRM") || strings.HasPrefix(id, "FOR"):
		return FormSubmission
	case strings.HasPrefix(id, "SCI") || v.has("message_type") || (v.has("content") && v.has("source_number")):
		if outbound || v.has("agent") {
			return TextSent
		}
		return TextReceived
	case outbound && len(changes) > 0:
		return OutboundModified
	case outbound:
		return OutboundCall
	case len(changes) > 0:
		return CallModified
	default:
		return inboundKind(v)
	}
}

// inboundKind tells a finished call from one under way. A pre-call says answered=false,
// call_type=missed, duration=0 of a call that may be answered a second later; read as a
// missed call it would alarm people for nothing and hide the real delivery.
func inboundKind(v *value) Kind {
	answered, _ := v.get("answered").boolean()
	callType := v.first("call_type")
	switch {
	case v.first("resource_id") == "" && v.first("call_id") != "":
		return PostCall // a relay's body, or Voice Assist: only told afterwards
	case finished(v, callType):
		return PostCall
	case answered || callType == "answered" || callType == "in_progress":
		return RoutingComplete
	default:
		return PreCall
	}
}

func finished(v *value, callType string) bool {
	switch callType {
	case "abandoned", "abandonded", "voicemail", "voicemail_transcription":
		return true
	}
	if seconds, _ := v.get("duration").number(); seconds > 0 {
		return true
	}
	if voicemail, _ := v.get("voicemail").boolean(); voicemail {
		return true
	}
	// Null counts here: the key itself tells.
	return slices.ContainsFunc(afterwards, func(name string) bool { return v.get(name) != nil })
}
