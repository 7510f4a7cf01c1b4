package webhook

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

const (
	// honeypot is a field that no person sees; programs fill it in.
	honeypot = "_gotcha"
	// maxFormID keeps an external id, which also names its source, within its column.
	maxFormID = 128
	maxFields = 1000 // of a multipart form; its parts are small, their headers are not

	headerIdempotencyKey = "Idempotency-Key"
)

// form is what a web form says.
type form struct {
	fields  []request.Field // in the order received, without those that are not the visitor's
	id      string          // given by the page or server; empty: none
	trapped bool            // the honeypot was filled in
	files   bool            // files came along, which are not kept
}

// readForm reads a body in any of the ways in which forms are sent. Errors never quote it.
func readForm(header http.Header, body []byte) (form, error) {
	var f form
	var err error
	if mediaType, params, _ := mime.ParseMediaType(header.Get("Content-Type")); mediaType == "multipart/form-data" {
		err = f.readParts(body, params["boundary"])
	} else {
		err = f.readPayload(body)
	}
	if err != nil {
		return form{}, fmt.Errorf("%w: %w", errFormUnreadable, err)
	}
	f.id = strings.TrimSpace(header.Get(headerIdempotencyKey))
	f.fields = slices.DeleteFunc(f.fields, func(field request.Field) bool {
		switch field.Name {
		case honeypot:
			f.trapped = f.trapped || field.Value != ""
			return true
		case "submission_id", "id":
			f.id = cmp.Or(field.Value, f.id)
			return true
		default:
			return field.Value == ""
		}
	})
	switch {
	case len(f.id) > maxFormID || !utf8.ValidString(f.id):
		return form{}, errFormID
	case len(f.fields) == 0 && !f.trapped:
		return form{}, errFormEmpty
	}
	return f, nil
}

func (f *form) readPayload(body []byte) error {
	payload, err := callrail.Decode(body)
	if err != nil {
		return err
	}
	f.fields = payload.Fields()
	return nil
}

// readParts reads a multipart form. A file is not kept, but it must not cost the form: its
// name stands for it.
func (f *form) readParts(body []byte, boundary string) error {
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for range maxFields {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errors.New("malformed multipart form")
		}
		content, err := io.ReadAll(part) // bounded by the body
		if err != nil {
			return errors.New("malformed part")
		}
		value := string(content)
		if file := part.FileName(); file != "" {
			f.files, value = true, file
		}
		if !utf8.ValidString(value) || !utf8.ValidString(part.FormName()) {
			return errors.New("not valid UTF-8")
		}
		f.fields = append(f.fields, request.Field{Name: part.FormName(), Value: strings.TrimSpace(strings.ReplaceAll(value, "\x00", ""))})
	}
	return errors.New("too many parts")
}
