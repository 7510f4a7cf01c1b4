package control

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
)

// Limits of an upload. Audio may be larger than any real recording: that the pipeline
// refuses such is for tests to find out.
const (
	maxCall       = 1 << 20
	maxTranscript = 8 << 20
	maxAudio      = 1 << 30
)

// upload is the parts of a call.
type upload struct {
	call, audio, transcript []byte
}

// addCall takes a call with its recording and what is said in it. CallRail gets the
// first two, the recogniser the third; nothing is delivered.
func (s *Server) addCall(w http.ResponseWriter, r *http.Request) {
	parts, err := r.MultipartReader()
	if err != nil {
		refuse(w, http.StatusBadRequest, "body is not multipart/form-data")
		return
	}
	u, err := readUpload(parts)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	transcript, err := u.turns()
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	tenantID, err := s.cfg.CallRail.TenantOf(u.call)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if transcript != nil {
		s.cfg.Recogniser.Know(sha256.Sum256(u.audio), transcript)
	}
	id, err := s.cfg.CallRail.AddCall(tenantID, u.call, u.audio)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	answer(w, http.StatusOK, map[string]string{"id": id})
}

func readUpload(parts *multipart.Reader) (upload, error) {
	var u upload
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return upload{}, fmt.Errorf("read upload: %w", err)
		}
		if err := u.read(part); err != nil {
			return upload{}, err
		}
	}
	if u.call == nil {
		return upload{}, errors.New("part call is missing")
	}
	return u, nil
}

func (u *upload) read(part *multipart.Part) error {
	var err error
	switch name := part.FormName(); name {
	case "call":
		u.call, err = readPart(part, maxCall)
	case "audio":
		u.audio, err = readPart(part, maxAudio)
	case "transcript":
		u.transcript, err = readPart(part, maxTranscript)
	default:
		return fmt.Errorf("part %q is none of call, audio and transcript", name)
	}
	return err
}

func readPart(part *multipart.Part, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(part, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read part %s: %w", part.FormName(), err)
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("part %s is larger than %d bytes", part.FormName(), limit)
	}
	return b, nil
}

// turns returns the transcript, nil if none came along.
func (u upload) turns() ([]Turn, error) {
	if u.transcript == nil {
		return nil, nil
	}
	if u.audio == nil {
		return nil, errors.New("a transcript belongs to an audio, and there is none")
	}
	turns := []Turn{}
	if err := json.Unmarshal(u.transcript, &turns); err != nil {
		return nil, fmt.Errorf("decode transcript: %w", err)
	}
	for i, t := range turns {
		if t.Start < 0 || t.End < t.Start {
			return nil, fmt.Errorf("turn %d ends before it starts", i)
		}
	}
	return turns, nil
}
