package main

import (
	"regexp"
	"strings"
)

var (
	phonePattern   = regexp.MustCompile(`\b(\d{3})-(\d{3})-(\d{4})\b`)
	emailPattern   = regexp.MustCompile(`\b[\w.]+@[\w.]+\w\b`)
	spelledPattern = regexp.MustCompile(`\b(?:[A-Z]-)+[A-Z]\b`)
	digitWords     = strings.NewReplacer("0", "oh ", "1", "one ", "2", "two ", "3", "three ", "4", "four ",
		"5", "five ", "6", "six ", "7", "seven ", "8", "eight ", "9", "nine ")
)

// spoken returns the words that the voice reads for a line: phone numbers digit by
// digit, e-mail addresses and spelled names as people say them.
func (l line) spoken() string {
	if l.Say != "" {
		return l.Say
	}
	text := phonePattern.ReplaceAllStringFunc(l.Text, func(number string) string {
		var groups []string
		for group := range strings.SplitSeq(number, "-") {
			groups = append(groups, strings.TrimSpace(digitWords.Replace(group)))
		}
		return strings.Join(groups, ", ")
	})
	text = emailPattern.ReplaceAllStringFunc(text, strings.NewReplacer("@", " at ", ".", " dot ").Replace)
	return spelledPattern.ReplaceAllStringFunc(text, strings.NewReplacer("-", ", ").Replace)
}
