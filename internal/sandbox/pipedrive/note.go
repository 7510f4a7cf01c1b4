package pipedrive

import (
	"net/http"
	"regexp"
)

// maxNote is the size of the largest note, in bytes.
const maxNote = 100 << 10

// dangerous is what does not survive in a note: scripts, styles, comments, and attributes that
// run something.
var dangerous = regexp.MustCompile(`(?is)<!--.*?-->|<(script|style|iframe)\b.*?</(script|style|iframe)\s*>|</?(script|style|iframe)\b[^>]*>|\son\w+\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)`)

func sanitise(html string) string { return dangerous.ReplaceAllString(html, "") }

// addRecording takes the audio of a call, once.
func (c *company) addRecording(r *http.Request) (result, *apiError) {
	one, err := c.found("callLogs", r)
	if err != nil {
		return result{}, err
	}
	if one.fields["has_recording"] == true {
		return result{}, refused(http.StatusConflict, "The call log has a recording already")
	}
	file, _, bad := r.FormFile("file")
	if bad != nil {
		return result{}, invalid("Validation failed: file: Required")
	}
	if bad := file.Close(); bad != nil {
		return result{}, invalid("Validation failed: file: Unreadable")
	}
	c.write(one, map[string]any{"has_recording": true})
	return ok(nil)
}
