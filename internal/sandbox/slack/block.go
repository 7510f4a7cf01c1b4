package slack

import (
	"encoding/json"
	"net/url"
	"slices"
	"unicode/utf8"
)

// Limits of Block Kit, in characters or elements
// (https://docs.slack.dev/reference/block-kit/blocks).
const (
	maxBlocks          = 50
	maxHeader          = 150
	maxSectionText     = 3_000
	maxFields          = 10
	maxFieldText       = 2_000
	maxContextElements = 10
	maxActions         = 25
	maxButtonText      = 75
	maxURL             = 3_000
	maxBlockID         = 255
	maxAltText         = 2_000
	maxMarkdown        = 12_000
)

// Words of refusal.
const (
	noText         = "no_text"
	invalidPayload = "invalid_payload"
	invalidBlocks  = "invalid_blocks"
)

// block is a layout block or one of its elements: what is checked of either.
type block struct {
	Type     string          `json:"type"`
	BlockID  string          `json:"block_id"`
	Text     json.RawMessage `json:"text"`
	Fields   []text          `json:"fields"`
	Elements []block         `json:"elements"`
	URL      string          `json:"url"`
	ImageURL string          `json:"image_url"`
	AltText  string          `json:"alt_text"`
	Accent   *block          `json:"accessory"`
}

// text is a text object.
type text struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// checkMessage returns the word that Slack refuses a payload with, empty if it takes it.
func checkMessage(payload []byte) string {
	var m struct {
		Text        *string           `json:"text"`
		Blocks      json.RawMessage   `json:"blocks"`
		Attachments []json.RawMessage `json:"attachments"`
	}
	if err := json.Unmarshal(payload, &m); err != nil {
		return invalidPayload
	}
	if (m.Text == nil || *m.Text == "") && m.Blocks == nil && len(m.Attachments) == 0 {
		return noText
	}
	if m.Blocks == nil {
		return ""
	}
	var blocks []block
	if err := json.Unmarshal(m.Blocks, &blocks); err != nil || len(blocks) > maxBlocks {
		return invalidBlocks
	}
	if slices.ContainsFunc(blocks, func(b block) bool { return !b.valid() }) || repeatsID(blocks) {
		return invalidBlocks
	}
	return ""
}

func repeatsID(blocks []block) bool {
	seen := map[string]bool{}
	for _, b := range blocks {
		if b.BlockID != "" && seen[b.BlockID] {
			return true
		}
		seen[b.BlockID] = true
	}
	return false
}

// valid reports whether a block is within the limits of its type.
func (b block) valid() bool {
	if utf8.RuneCountInString(b.BlockID) > maxBlockID {
		return false
	}
	switch b.Type {
	case "divider":
		return true
	case "header":
		return b.object().valid(maxHeader, "plain_text")
	case "section":
		return b.validSection()
	case "context":
		return within(b.Elements, maxContextElements, func(e block) bool {
			return e.Type == "image" && e.validImage() || e.asText().valid(maxSectionText, "plain_text", "mrkdwn")
		})
	case "actions":
		return within(b.Elements, maxActions, block.validElement)
	case "image":
		return b.validImage()
	case "markdown":
		s := b.plain()
		return s != "" && utf8.RuneCountInString(s) <= maxMarkdown
	case "rich_text":
		return len(b.Elements) > 0
	default:
		return false
	}
}

// validSection reports whether a section has a text or fields, and a valid accessory if
// it has one.
func (b block) validSection() bool {
	hasText := len(b.Text) > 0
	if !hasText && len(b.Fields) == 0 || len(b.Fields) > maxFields {
		return false
	}
	if hasText && !b.object().valid(maxSectionText, "plain_text", "mrkdwn") {
		return false
	}
	if slices.ContainsFunc(b.Fields, func(f text) bool { return !f.valid(maxFieldText, "plain_text", "mrkdwn") }) {
		return false
	}
	return b.Accent == nil || b.Accent.validElement() || b.Accent.Type == "image" && b.Accent.validImage()
}

// validElement reports whether an interactive element is within its limits. A message of
// a hook can do little with any but a button that opens a link.
func (b block) validElement() bool {
	switch b.Type {
	case "button":
		return b.object().valid(maxButtonText, "plain_text") && (b.URL == "" || validURL(b.URL))
	case "overflow", "static_select", "datepicker", "timepicker", "checkboxes", "radio_buttons":
		return true
	default:
		return false
	}
}

func (b block) validImage() bool {
	return validURL(b.ImageURL) && b.AltText != "" && utf8.RuneCountInString(b.AltText) <= maxAltText
}

// object returns the text object of a block, empty if it has none.
func (b block) object() text {
	var t text
	if err := json.Unmarshal(b.Text, &t); err != nil {
		return text{}
	}
	return t
}

// asText reads an element of a context as the text object that it is.
func (b block) asText() text { return text{Type: b.Type, Text: b.plain()} }

// plain returns the text of a block whose text is a string.
func (b block) plain() string {
	var s string
	if err := json.Unmarshal(b.Text, &s); err != nil {
		return ""
	}
	return s
}

func (t text) valid(limit int, types ...string) bool {
	n := utf8.RuneCountInString(t.Text)
	return slices.Contains(types, t.Type) && n > 0 && n <= limit
}

func within(elements []block, limit int, valid func(block) bool) bool {
	return len(elements) > 0 && len(elements) <= limit &&
		!slices.ContainsFunc(elements, func(e block) bool { return !valid(e) })
}

func validURL(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme != "" && u.Host != "" && len(address) <= maxURL
}
