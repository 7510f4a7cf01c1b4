package control

import (
	"encoding/json"
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
