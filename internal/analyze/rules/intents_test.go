package rules

import "testing"

// A second set of calls: the ways in which people say the same thing.
func TestIntentAndProject(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, intent, project, talk string }{
		{"free estimate by phone", "quote_request", "windows_doors", "c: hi yeah i saw your ad and i wanted to see about getting a free estimate on some replacement windows\na: sure can i get your name\nc: its bill henderson"},
		{"ballpark", "quote_request", "roofing", "c: What would you ballpark to replace about thirty squares of shingles?"},
		{"schedule a consultation", "appointment", "kitchen", "c: I'd like to schedule a design consultation for our kitchen.\na: Sure, what day works?\nc: Any afternoon next week."},
		{"somebody to look at it", "appointment", "deck_patio", "c: Could you have someone come out and look at my deck? A couple of boards are rotten.\na: Sure."},
		{"confirm a visit", "appointment", "bathroom", "c: I'm calling to confirm my appointment tomorrow for the bathroom estimate.\na: Yes, ten o'clock."},
		{"no heat", "appointment", "hvac", "c: My furnace went out and it's freezing in here, I've got a newborn. How soon can someone get here?\na: We can have a tech out this afternoon.\nc: Thank God. Yes, please."},
		{"sparks", "appointment", "electrical", "c: There's sparks coming out of the outlet in my bedroom, I need an electrician over here right now."},
		{"do you serve", "service_question", "none", "c: Hi, do you guys work out in Longmont?\na: Yes we do.\nc: Okay great, thanks, that's all I needed."},
		{"permits", "service_question", "deck_patio", "c: I have a question. Do I need a permit to build a deck that's less than thirty inches off the ground?"},
		{"financing", "service_question", "none", "c: Do you offer financing?\na: We do, through a partner.\nc: Okay, I'll think about it."},
		{"licensed and insured", "service_question", "none", "c: Just wondering, are you licensed and insured?"},
		{"warranty leak", "existing_customer", "roofing", "c: You guys replaced our roof last spring and there's a leak by the chimney now. Can someone come check it under the warranty?"},
		{"status", "existing_customer", "kitchen", "c: Hi, I'm calling to check the status of my kitchen cabinets. They were supposed to be here last week."},
		{"project manager", "existing_customer", "addition", "c: Can I talk to Steve? He's the project manager on our addition and we have a question about the change order."},
		{"paint colour", "existing_customer", "painting", "c: You painted our living room last year, and I wanted to know the name of the color you used so I can touch it up."},
		{"angry about damage", "complaint", "plumbing", "c: Your plumber flooded my laundry room yesterday and nobody has called me back. I want somebody to pay for this damage, this is ridiculous."},
		{"overcharged", "complaint", "none", "c: You people overcharged me by six hundred dollars and I want a refund or I'm calling the Better Business Bureau."},
		{"calm complaint", "complaint", "flooring", "c: I'm not happy with the flooring your crew installed. The boards are already separating and I've left three messages."},
		{"swearing but ready", "quote_request", "roofing", "c: Goddamn roof's leaking all over the place and the last outfit screwed me over. I need a damn quote and I'm ready to sign this week."},
		{"loved the work, wants more", "quote_request", "deck_patio", "c: Hey, you guys redid our bathroom two years ago, fantastic job by the way. We're ready to do a deck now and want to get a price."},
		{"seo call", "vendor_solicitation", "none", "c: Hi, can I speak to the business owner? I noticed your website isn't ranking on the first page of Google and I'd love to offer you a free audit."},
		{"payment processing", "vendor_solicitation", "none", "c: Hi this is Kyle from MerchantPro. We can lower your credit card processing fees by thirty percent. Who handles that there?\na: Not interested."},
		{"tile supplier", "vendor_solicitation", "none", "c: Morning, this is Angela with Front Range Tile. We're the new distributor for Daltile in your area and I'd like to set up a contractor account for you guys with wholesale pricing."},
		{"roofing crew looks for work", "vendor_solicitation", "none", "c: Yeah hi, I run a roofing crew and we do subcontract work. Do you guys need any subs right now?"},
		{"applicant", "job_seeker", "none", "c: I saw the carpenter position posted on Indeed and wanted to see if it's still open. I have ten years experience."},
		{"applicant in Spanish", "job_seeker", "none", "c: Buenas tardes, quería saber si están contratando. Busco trabajo, tengo experiencia en drywall."},
		{"dentist", "wrong_number", "none", "c: Hi, I need to reschedule my teeth cleaning with Dr. Wong.\na: I think you have the wrong number, this is Summit Remodeling.\nc: Oh! Sorry about that."},
		{"asks for a person", "wrong_number", "none", "c: Is Marcus there?\na: There's no one by that name here, this is Summit Remodeling.\nc: Oh, my mistake, sorry."},
		{"business loan machine", "spam", "none", "c: You have been pre-approved for up to two hundred fifty thousand dollars in working capital. To accept, press 1 now. To be removed, press 9."},
		{"energy machine", "spam", "none", "c: This is an important message regarding your electric bill. You may be eligible to lower your electric rate by up to thirty percent. Press one to speak to a representative."},
		{"Spanish plumbing", "appointment", "plumbing", "c: Buenos días, tengo una fuga de agua en la cocina y necesito un plomero hoy mismo, ¿puede venir alguien?"},
		{"Spanish quote", "quote_request", "bathroom", "c: Hola, quisiera una cotización para remodelar el baño principal."},
		{"kitchen floor is flooring", "quote_request", "flooring", "c: I want a price to replace the floor in my kitchen with hardwood."},
		{"outlets in the bathroom", "quote_request", "electrical", "c: I need a quote to add two outlets in the master bathroom."},
		{"tub to shower", "quote_request", "bathroom", "c: We're interested in a tub to shower conversion for my mother. How much do those run?"},
		{"paint the cabinets", "quote_request", "kitchen", "c: I'd like to get the cabinets in our kitchen redone, either replaced or refaced, can you quote both?"},
		{"whole house painting", "quote_request", "painting", "c: How much would it cost to paint the whole house, inside and out?"},
		{"whole house windows", "quote_request", "windows_doors", "c: We need all the windows in the entire house replaced and want an estimate."},
		{"in-law suite", "quote_request", "addition", "c: We want to build a mother-in-law suite over the garage. What would something like that cost?"},
		{"basement bathroom", "quote_request", "basement", "c: We want to finish the basement, with a bedroom and a full bath down there. Can I get an estimate?"},
		{"second floor is no flooring", "quote_request", "bathroom", "c: I'd like a quote to remodel the bathroom on the second floor."},
		{"no longer the roof", "quote_request", "siding", "c: We took care of the roof already, so it's just the siding we need a quote for."},
		{"the screen is wrong", "quote_request", "basement", "a: I see you're calling about a roof?\nc: No, I don't know why it says that. We want to get our basement finished and need pricing."},
		{"agent upsells", "quote_request", "roofing", "c: I need an estimate for a new roof.\na: We also do gutters, siding and windows, and we have a special on kitchens right now.\nc: Just the roof, thanks."},
		{"garage door", "quote_request", "windows_doors", "c: How much for a new garage door installed?"},
		{"fence", "quote_request", "other", "c: Do you build fences? I need about two hundred feet of cedar fence, looking for a quote."},
		{"retaining wall", "quote_request", "landscaping", "c: I'm looking to get a bid on a retaining wall in the back yard."},
		{"water heater", "quote_request", "plumbing", "c: What do you charge to put in a fifty gallon water heater?"},
		{"mini split", "quote_request", "hvac", "c: Thinking about putting a mini split in the sunroom. Can I get an estimate?"},
		{"EV charger", "quote_request", "electrical", "c: I just bought a Tesla and need a charger installed in my garage, how much is that?"},
		{"survey of contractors", "other", "none", "c: Hi, I'm with a market research firm and we're conducting a survey of local contractors. Do you have five minutes?"},
		{"fundraiser", "other", "none", "c: Hello, I'm calling from the volunteer firefighters fund to ask if you'd like to make a donation this year."},
		{"silence", "other", "none", "a: Summit Remodeling, hello? Hello? Is anyone there?"},
		{"customer says hello only", "other", "none", "c: Hello? Hello?\na: Summit Remodeling. Hello?"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := Analyze(newCall(t, friday, tc.talk))
			check(t, "intent", got.Intent, tc.intent)
			check(t, "project_type", got.ProjectType, tc.project)
		})
	}
}
