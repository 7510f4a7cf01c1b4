package crm

import (
	"slices"
	"strings"
	"unicode"

	"github.com/adrg/strutil"
	"github.com/adrg/strutil/metrics"
	"golang.org/x/text/unicode/norm"
)

// Similarity of whole names, 0-1, by Jaro-Winkler over sorted words: Jon and John Smith are
// .97 alike, unrelated names mostly below .7.
const (
	sameName      = 0.85
	unrelatedName = 0.7
	sameWord      = 0.9
)

type nameVerdict int

const (
	namesUnknown  nameVerdict = iota // one of them is missing
	namesAgree                       // the same person's, as far as names can tell
	namesDiffer                      // probably two people
	namesConflict                    // nothing in common
)

// compareNames tells whether two names can be one person's. Order, case, middle names,
// spelling and nicknames do not matter.
func compareNames(a, b string) nameVerdict {
	wa, wb := nameWords(a), nameWords(b)
	if len(wa) == 0 || len(wb) == 0 {
		return namesUnknown
	}
	if len(wa) > len(wb) {
		wa, wb = wb, wa
	}
	paired := pairs(wa, wb)
	alike := similarity(strings.Join(wa, " "), strings.Join(wb, " "))
	switch {
	case paired == len(wa), alike >= sameName:
		return namesAgree
	case paired == 0 && alike < unrelatedName:
		return namesConflict
	default:
		return namesDiffer
	}
}

// nameWords returns the words of a name in lower case and without accents, sorted: "Smith,
// Jon" is "Jon Smith".
func nameWords(name string) []string {
	plain := strings.Map(func(r rune) rune {
		if unicode.IsMark(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(name))
	words := strings.FieldsFunc(plain, func(r rune) bool {
		return !unicode.IsLetter(r) && r != '\'' && r != '’' && r != '-'
	})
	words = slices.DeleteFunc(words, func(w string) bool { return titles[w] })
	slices.Sort(words)
	return words
}

var titles = map[string]bool{"mr": true, "mrs": true, "ms": true, "miss": true, "dr": true, "jr": true, "sr": true, "ii": true, "iii": true}

// pairs counts the words of few that have a partner of their own in many.
func pairs(few, many []string) int {
	left := slices.Clone(many)
	n := 0
	for _, w := range few {
		i := slices.IndexFunc(left, func(o string) bool { return sameNameWord(w, o) })
		if i < 0 {
			continue
		}
		left = slices.Delete(left, i, i+1)
		n++
	}
	return n
}

func sameNameWord(a, b string) bool {
	if a == b || similarity(a, b) >= sameWord {
		return true
	}
	fa, fb := formal(a), formal(b)
	return slices.ContainsFunc(fa, func(name string) bool { return slices.Contains(fb, name) })
}

func similarity(a, b string) float64 {
	return strutil.Similarity(a, b, metrics.NewJaroWinkler())
}

// formal returns the names that a first name may be short for, and itself.
func formal(name string) []string { return append([]string{name}, nicknames[name]...) }

// nicknames maps short forms that spelling does not give away to the names they stand for.
var nicknames = parseNicknames(`
	robert: bob bobby rob robbie
	william: bill billy will willie liam
	richard: dick rick ricky rich
	james: jim jimmy jamie
	john: jack johnny
	jonathan: jon
	charles: chuck charlie chip
	edward: ed eddie ted ned
	theodore: ted teddy theo
	thomas: tom tommy
	michael: mike mickey mick
	joseph: joe joey
	anthony: tony
	andrew: andy drew
	daniel: dan danny
	david: dave davy
	donald: don donnie
	francis: frank
	franklin: frank
	frederick: fred freddie
	gerald: gerry jerry
	gregory: greg
	henry: hank harry
	harold: harry hal
	kenneth: ken kenny
	lawrence: larry
	leonard: len lenny leo
	matthew: matt
	nicholas: nick nicky
	patrick: pat paddy
	peter: pete
	philip: phil
	raymond: ray
	ronald: ron ronnie
	samuel: sam sammy
	stephen: steve
	steven: steve
	timothy: tim timmy
	vincent: vince vinny
	walter: walt wally
	alexander: alex al sasha
	alexandra: alex sandra sasha
	albert: al bert
	benjamin: ben benny
	christopher: chris kit
	christine: chris chrissy tina
	christina: chris tina
	elizabeth: liz lizzie beth betty betsy eliza lisa
	margaret: maggie meg peggy marge greta
	katherine: kate katie kathy kat kitty
	catherine: cathy cate kate
	kathleen: kathy kate
	patricia: pat patty trish tricia
	barbara: barb babs
	deborah: deb debbie
	dorothy: dot dottie dolly
	jennifer: jen jenny
	jessica: jess jessie
	judith: judy
	kimberly: kim
	nancy: nan
	pamela: pam
	rebecca: becky becca
	samantha: sam
	sandra: sandy
	susan: sue susie suzy
	suzanne: sue
	theresa: terry tess tracy
	teresa: terry tess
	victoria: vicky tori
	virginia: ginny ginger
	abigail: abby gail
	amanda: mandy
	cynthia: cindy
	eleanor: ellie nell nora
	josephine: jo josie
	mary: molly polly
	rosemary: rose
	valerie: val
	jose: pepe
	francisco: paco pancho
	guadalupe: lupe
	ignacio: nacho
`)

func parseNicknames(table string) map[string][]string {
	m := make(map[string][]string)
	for line := range strings.Lines(table) {
		name, shorts, _ := strings.Cut(strings.TrimSpace(line), ":")
		for _, short := range strings.Fields(shorts) {
			m[short] = append(m[short], name)
		}
	}
	return m
}
