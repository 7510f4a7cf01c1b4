package rules

import "testing"

func TestAddressesAsTheyAreDictated(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ talk, want string }{
		{"c: My name is Audra Finch. It's audra dot finch, like the bird, at example dot com.", "audra.finch@example.com"},
		{"c: It's c lyle, L Y L E, at example dot com.", "clyle@example.com"},
		{"c: Tyrell Gaines, G A I N E S. tyrell at example dot net.", "tyrell@example.net"},
		{"c: I'm Noor Haddad. My first name dot last name at example dot com.", "noor.haddad@example.com"},
		{"c: This is Mae Tolson. First initial last name at example dot org.", "mtolson@example.org"},
		{"a: viviantso at example dot net, is that right?\nc: That's right.", "viviantso@example.net"},
		{"a: Write us, it's office at example dot com.\nc: Okay. Office at example dot com. Thanks.", ""},
		{"c: any time avery dot stokes at example dot net if you want to send stuff", "avery.stokes@example.net"},
		{"c: Y el correo es jprado, todo junto, arroba example punto net.", "jprado@example.net"},
		{"c: It's hollis grant, all one word, at example dot org. H O L L I S.", "hollisgrant@example.org"},
		{"c: geri, with a g and one r, dot fox, at example dot org.", "geri.fox@example.org"},
		{"c: curtis dot bloom, C U R T I S, B L O O M, like a flower, at example dot com.", "curtis.bloom@example.com"},
		{"c: It's rosen underscore bakery, no spaces, at example dot com.", "rosen_bakery@example.com"},
		{"c: Email me at pat dash ruiz at example dot com", "pat-ruiz@example.com"},
		{"c: I'll be there at eight at the example.", ""},
	} {
		if got := Analyze(newCall(t, friday, tc.talk)).Customer.Email; got != tc.want {
			t.Errorf("%q = %q, want %q", tc.talk, got, tc.want)
		}
	}
}

func TestNamesBesideOtherWords(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ talk, want string }{
		{"a: Who am I speaking with?\nc: Hey Tonya, Rob Castellano.", "Rob Castellano"},
		{"c: My name is Noor Haddad, N O O R, H A D D A D. I want mine done.", "Noor Haddad"},
		{"c: Joaquín Prado, P, R, A, D, O. Y el correo se lo mando.", "Joaquín Prado"},
		{"c: It's Valentina Cruz, hyphen, Abbott.", "Valentina Cruz-Abbott"},
		{"c: Hi Marta, uh, Anders Lindqvist.", "Anders Lindqvist"},
		{"c: I had an appointment, it's under Tate, Jolene Tate.", "Jolene Tate"},
		{"a: May I speak with Dwight?\nc: You got him.", "Dwight"},
		{"c: imani at example dot org. I M A N I. Imani Broussard.", "Imani Broussard"},
		{"c: How you doing, Lamar Jessup. Y'all put in my windows.", "Lamar Jessup"},
		{"c: Denise Ray, R A Y. I need a quote on a deck.", "Denise Ray"},
		{"c: It's Kofi Addai, A D D A I.", "Kofi Addai"},
		{"c: Is that under warranty? It's under warranty, I think.", ""},
	} {
		if got := Analyze(newCall(t, friday, tc.talk)).Customer.Name; got != tc.want {
			t.Errorf("%q = %q, want %q", tc.talk, got, tc.want)
		}
	}
}
