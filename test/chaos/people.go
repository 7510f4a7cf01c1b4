package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// canaries are the tenants' words, one each: whoever sees another tenant's word has seen its
// data. All of a tenant's people carry it as their last name.
var canaries = []string{"Quillfeather", "Brambleton", "Oxtaberry", "Vandermoss", "Thistlewick", "Pennyroyal"}

// person is somebody who calls or writes. Everything about them is made up: 555-01xx numbers
// are nobody's.
type person struct {
	first, last string
	phone       string // E.164
	email       string
}

func (p person) name() string { return p.first + " " + p.last }

// areas are area codes, of which each has a hundred numbers that are nobody's.
var areas = []int{
	303, 720, 312, 773, 206, 253, 305, 404, 415, 503, 512, 602, 612, 617, 702, 713, 801, 816, 901, 919,
	213, 214, 215, 216, 310, 313, 314, 317, 401, 402, 407, 408, 410, 412, 413, 414, 419, 423, 425, 434,
	501, 502, 504, 505, 507, 508, 509, 510, 513, 515, 516, 518, 520, 530, 540, 541, 559, 561, 562, 601,
	603, 605, 606, 607, 608, 609, 610, 614, 615, 616, 618, 619, 623, 626, 631, 650, 651, 660, 661, 701,
	703, 704, 706, 707, 708, 712, 714, 715, 716, 717, 718, 719, 724, 727, 732, 734, 740, 757, 760, 763,
}

// numbers is how many people a tenant can have.
var numbers = 100 * len(areas)

// newPerson returns a tenant's i-th person. Tenants' people share their numbers: who calls two
// companies is known to each for itself.
func newPerson(tenant, i int) person {
	p := person{
		first: firstName(i), last: canaries[tenant],
		phone: fmt.Sprintf("+1%d55501%02d", areas[i/100%len(areas)], i%100),
	}
	p.email = strings.ToLower(p.first + "." + p.last + "@example.com")
	return p
}

// firstName returns a name that no other number has, so that nobody is taken for somebody
// else by name.
func firstName(i int) string {
	const syllables = "balarimonosefukaditepivoruwaze"
	n := len(syllables) / 2
	var b strings.Builder
	for range 4 {
		b.WriteString(syllables[i%n*2 : i%n*2+2])
		i /= n
	}
	name := b.String()
	return strings.ToUpper(name[:1]) + name[1:]
}

// turn is what one speaker says in one go, as the sandbox takes it.
type turn struct {
	Speaker string  `json:"speaker"`
	Start   float64 `json:"start"`
	End     float64 `json:"end"`
	Text    string  `json:"text"`
}

var projects = []string{"kitchen", "bathroom", "basement", "roof", "deck", "set of windows"}

// conversation is what is said in a call.
func conversation(p person, rng *rand.Rand) []turn {
	project := projects[rng.IntN(len(projects))]
	return []turn{
		{"agent", 0, 5, "Thank you for calling, this is Alex. How can I help you?"},
		{"customer", 5, 14, "Hi, my name is " + p.name() + ". I would like a quote for a new " + project + ", please."},
		{"agent", 14, 18, "Happy to help. When would you like to start, and do you have a budget in mind?"},
		{"customer", 18, 27, "We want to start within the next two weeks, and we have about eighty thousand dollars set aside. It is our own house."},
		{"agent", 27, 33, "Great. Can we come out on Tuesday at ten in the morning?"},
		{"customer", 33, 37, "Yes, Tuesday at ten works. Thank you."},
	}
}
