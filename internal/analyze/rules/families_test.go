package rules

import "testing"

// Callers of every kind in the words that many of them use, and in none of a labelled set.
func TestTheFamiliesOfCallersAreToldApart(t *testing.T) {
	t.Parallel()
	for intent, calls := range map[string][]string{
		"complaint": {
			"a: Hello?\nc: Yes, your tile guy cracked my tub and nobody will own up to it.\na: I'm sorry.\nc: I want it fixed and I want it fixed now.",
			"c: This is Rita Munn. It's been three weeks since anybody's been out here and my kitchen is still torn apart. Call me.",
			"c: I'm calling about the deck you built us in May. The boards are already cupping, and I've called twice and can't get anybody to return my call.",
			"c: Your driver backed over my mailbox this morning and drove off.",
			"c: You billed me for two doors and I only got one. I've been trying to get this sorted out for a month.",
			"c: El techo que me pusieron sigue goteando y nadie me contesta. Estoy harta.",
			"c: My neighbor is having work done by your company and your crew starts hammering at six in the morning. It has to stop.",
		},
		"existing_customer": {
			"c: Hi, it's Al Byrd, you're doing our bathroom. Is the plumber still coming tomorrow?",
			"c: Hi, I got your bill in the mail and I'd like to pay it with a card.",
			"c: You guys replaced our windows last fall and one of them is fogging up. I think it's under warranty.",
			"c: I need a copy of my contract for my taxes.",
			"c: We've decided on the gray grout instead, can you let the crew know before they start?",
			"c: Hola, soy cliente de ustedes, me hicieron el bano. Necesito el recibo.",
			"c: I'm just checking on when our cabinets are supposed to arrive.",
		},
		"wrong_number": {
			"a: Harborview.\nc: Is Denny there?\na: There's no Denny here.\nc: Oh. Sorry about that.",
			"a: Bright Oak Builders.\nc: Yeah, I need to refill a prescription.\na: This is a remodeling company.\nc: Oh my goodness, sorry.",
			"a: Harborview.\nc: Hi, is this the vet?\na: No, this is a contractor.\nc: My mistake, bye.",
			"a: Casa Nueva.\nc: ¿Es la clinica?\na: No señora, somos una compañía de remodelación.\nc: Ay, perdón.",
			"c: Hey Mikey it's Dad, call me when you get off work, love you.",
		},
		"job_seeker": {
			"c: Hi, I do drywall and finish work, fifteen years, and I was wondering if y'all are looking for anybody.",
			"c: I saw your ad for a helper. Is that still open?",
			"c: Buenas, ando buscando jale de pintor, tengo experiencia.",
			"c: Who would I talk to about getting on with one of your crews?",
			"c: I'm a student at the trade school and I need an internship for the spring.",
		},
		"vendor_solicitation": {
			"c: Hi, may I speak with the person who handles your advertising? I'm with Valley Home Magazine.",
			"c: Hey, this is Brent with Apex Window Distributors, I cover your territory and wanted to drop off a sample kit.",
			"c: We're a framing crew and we're slow right now, wondering if you need subs.",
			"c: I'd like to talk to the owner about getting you more leads from our network of homeowners.",
			"c: I'm calling to see who you use for your dumpster rentals, we could get you a better rate.",
		},
		"service_question": {
			"c: Do you guys work on mobile homes?\na: No.\nc: Okay, thanks.",
			"c: Are you open on Saturdays? I'd like to come see the showroom.",
			"c: Quick question, do I need a permit to build a shed?",
			"c: Do you offer financing on roofs?",
			"c: How long does it usually take to remodel a bathroom?",
			"c: Are you folks licensed in Ohio?",
			"c: ¿Trabajan en Springfield? \na: No.\nc: Gracias.",
		},
		"appointment": {
			"c: Hi, I have an estimate set for Tuesday and something came up. Could we do Thursday instead?",
			"c: I need to cancel tomorrow, my kid's sick.",
			"c: My toilet's overflowing and I need somebody out here now.",
			"c: I'd like to make an appointment to have someone look at my furnace.",
			"c: Tengo una cita el lunes y quiero cambiarla.",
			"c: Just confirming that somebody's coming at two today.",
		},
		"quote_request": {
			"c: I'm trying to get an idea what a metal roof would run me.",
			"c: You did our kitchen in 2019 and we loved it. Now we're ready to do the master bath.",
			"c: My contractor walked off the job and left my bathroom half finished. I need someone to finish it.",
			"c: Necesito que me pinten la casa, ¿y el precio?",
			"c: We just bought a place and the basement is a dungeon. We'd like to finish it.",
			"c: The last roofer was terrible, never showed up. So I need a new roof and I want it done right.",
		},
		"other": {
			"c: Hi, I'm a reporter with the Daily Post working on a story about home prices.",
			"c: Hi, we're collecting donations for the volunteer fire department.",
		},
	} {
		for _, call := range calls {
			t.Run(intent+" "+call, func(t *testing.T) {
				t.Parallel()
				if got := Analyze(newCall(t, friday, call)).Intent; got != intent {
					t.Errorf("intent %s, want %s", got, intent)
				}
			})
		}
	}
}
