package control

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/fault"
)

const maxFaults = 1 << 20 // bytes

func (s *Server) replaceFaults(w http.ResponseWriter, r *http.Request) {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxFaults))
	dec.DisallowUnknownFields() // a misspelt member would disturb more than was meant
	var faults []fault.Fault
	if err := dec.Decode(&faults); err != nil {
		refuse(w, http.StatusBadRequest, "decode faults: "+err.Error())
		return
	}
	for _, f := range faults {
		if _, ok := s.systems[f.System]; !ok {
			refuse(w, http.StatusBadRequest, fmt.Sprintf("system %q is not in this sandbox", f.System))
			return
		}
	}
	if err := s.cfg.Faults.Replace(faults); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	answer(w, http.StatusOK, s.cfg.Faults.List())
}

func (s *Server) listFaults(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, s.cfg.Faults.List())
}

func (s *Server) clearFaults(w http.ResponseWriter, _ *http.Request) {
	s.cfg.Faults.Clear()
	w.WriteHeader(http.StatusNoContent)
}
