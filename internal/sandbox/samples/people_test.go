package samples

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

var (
	phoneNumber = regexp.MustCompile(`(?:\+1[ .-]?\(?|\(|\b)\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}\b`)
	synthetic   = regexp.MustCompile(`303\)?[ .-]?555[ .-]?01\d\d$`)
	mailDomain  = regexp.MustCompile(`@([\w.-]+\w)`)
	spokenMail  = regexp.MustCompile(`at (\w+ dot \w+)`)
	webHost     = regexp.MustCompile(`https?://([^/"\s?]+)`)
)

func TestNobodyRealIsNamed(t *testing.T) {
	t.Parallel()
	allowed := map[string]bool{"example.com": true, "www.example.com": true, "example dot com": true, "app.callrail.com": true}
	err := fs.WalkDir(data, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".json") {
			return err
		}
		raw, err := fs.ReadFile(data, name)
		if err != nil {
			return err
		}
		for _, number := range phoneNumber.FindAllString(string(raw), -1) {
			if !synthetic.MatchString(number) {
				t.Errorf("%s: %s is not a number reserved for fiction", name, number)
			}
		}
		for _, pattern := range []*regexp.Regexp{mailDomain, spokenMail, webHost} {
			for _, match := range pattern.FindAllStringSubmatch(string(raw), -1) {
				if !allowed[match[1]] {
					t.Errorf("%s: %s is not a reserved name", name, match[1])
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheCheckForRealPeopleFindsThem(t *testing.T) {
	t.Parallel()
	for _, number := range []string{"+17205550142", "303-555-1142", "(303) 444-0142", "3035560142"} {
		found := phoneNumber.FindString("call " + number + " now")
		if found == "" || synthetic.MatchString(found) {
			t.Errorf("%s was found as %q and taken for synthetic", number, found)
		}
	}
}
