package callrail

import (
	"encoding/json"
	"net/http"
)

// WriteError answers with a status as the API does, for errors that have no words of
// their own.
func WriteError(w http.ResponseWriter, _ *http.Request, status int) {
	refuse(w, status, http.StatusText(status))
}

// refuse answers with the API's error body, whose schema CallRail does not publish.
func refuse(w http.ResponseWriter, status int, message string) {
	answer(w, status, map[string]string{"error": message})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have gone
}

// decode reads a JSON request body, and answers 400 if it is none.
func decode(w http.ResponseWriter, r *http.Request, into any) bool {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	dec.UseNumber()
	if err := dec.Decode(into); err != nil {
		refuse(w, http.StatusBadRequest, "There was a problem in the JSON you submitted.")
		return false
	}
	return true
}
