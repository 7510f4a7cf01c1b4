package control

import (
	"encoding/json"
	"net/http"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/fault"
)

const maxFaults = 1 << 20 // bytes

func (s *Server) replaceFaults(w http.ResponseWriter, r *http.Request) {
	var faults []fault.Fault
	if err := decode(w, r, &faults); err != nil {
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

func (s *Server) replaceModes(w http.ResponseWriter, r *http.Request) {
	var modes []fault.Mode
	if err := decode(w, r, &modes); err != nil {
		refuse(w, http.StatusBadRequest, "decode modes: "+err.Error())
		return
	}
	if err := s.cfg.Modes.Replace(modes); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	answer(w, http.StatusOK, s.cfg.Modes.List())
}

func (s *Server) listModes(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, s.cfg.Modes.List())
}

func (s *Server) clearModes(w http.ResponseWriter, _ *http.Request) {
	s.cfg.Modes.Clear()
	w.WriteHeader(http.StatusNoContent)
}

// decode reads a list of disturbances. A misspelt member would disturb more than was meant.
func decode(w http.ResponseWriter, r *http.Request, into any) error {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxFaults))
	dec.DisallowUnknownFields()
	return dec.Decode(into)
}
