package rules

import "testing"

// Callers who come to the point late or never say it: what the talk is about tells.
func TestObliqueCallersAreUnderstood(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ intent, talk string }{
		{"quote_request", `
a: Granite State Builders, Lou.
c: Lou, hey. Our pipes froze last winter and we've been living with a hole in the dining room ceiling ever since, so that tells you how fast we move.
a: Ha, fair enough.
c: Anyway we're finally doing something about it. I want the ceiling closed up, and while you're there the whole first floor skim coated and painted.
a: Sure. Any number in mind?
c: We put nine thousand aside.
a: And when?
c: Before Labor Day weekend would be a miracle. Mid September, let's say.
a: I can stop by Friday at eight.
c: Friday at eight. I'll leave the gate open. It's Theo Marsh.`},
		{"quote_request", `
a: Clearwater Pools and Decks.
c: Hi there. We're on the fence between a deck and just a patio, to be honest.
a: What's the yard like?
c: It slopes. My wife wants the deck because you'd see over the fence.
a: A deck that height is going to be twenty-five and up. A patio, you'd need a wall.
c: Huh. Okay. Well either way we want to be sitting on it by next Memorial Day.
a: So you'd start in the spring. March or April.
c: That sounds right. Could you mail us something with pictures?
a: Sure, what's the address?`},
		{"existing_customer", `
a: Brightside Kitchens.
c: Hi, Nora from the Pell Street kitchen.
a: Hi Nora! How's the dust?
c: It's in my cereal. Listen, the electrician's here and he's asking if the pendants are centered on the island or on the window.
a: On the island.
c: I said island. Okay, he's nodding. Bye.`},
		{"existing_customer", `
a: Summit Roofing.
c: Yeah, hi, you fellas put a roof on for my dad about two years back, I'm the son. He's selling and the buyer's guy wants the paperwork for the warranty, is it transferable?
a: It is, once. Give me the address.
c: 22 Orchard.
a: Got it. I'll email the form.`},
		{"complaint", `
a: Northgate Windows.
c: This is Mr. Bell again.
a: Hi Mr. Bell.
c: So I took another day off work. I sat here from eight to five like a dog waiting by the door. Guess who didn't come.
a: Oh no. I'm so sorry, let me see what happened.
c: What happened is what happened the last time. I have a sheet of plywood where my window was.
a: I'm getting my manager.
c: You do that.`},
		{"complaint", `
a: Valley Floors.
c: I've got a bone to pick. The fella you sent put the transition strip in crooked and when I said so he told me I was holding the tape wrong.
a: He said that?
c: He did. I'm seventy-one years old, I know how to hold a tape. And now it's lifting.
a: I apologize. I'll come out myself.`},
		{"vendor_solicitation", `
a: Copper Ridge Homes.
c: Good afternoon, it's Pam Trask over at Stateline Insulation. I left a card with your super a couple weeks back.
a: Okay.
c: We're doing spray foam now, and I wondered who I'd get on the bid list with.
a: That'd be Andre, he's out till Monday.
c: I'll try him Monday. Do you know who you're using now?
a: I'd rather he told you.`},
		{"vendor_solicitation", `
a: Copper Ridge Homes.
c: Hey, is this the decision maker for your phones?
a: We're happy with our phones.
c: When's your contract up, do you know?
a: I don't. I've got another call.
c: I'll circle back.`},
		{"job_seeker", `
a: Valley Floors.
c: Morning. I lay tile. Been at it since I was nineteen. My boss is retiring and I'm calling around.
a: Okay, are you looking for full time?
c: Full time, piecework, whatever you've got.
a: Leave me your name, the owner's in at noon.`},
		{"job_seeker", `
a: Summit Roofing.
c: Hola, habla español?
a: Sí, dígame.
c: Es que ando sin trabajo y sé de techos, shingle, flat, lo que sea.
a: Pásese mañana a las seis y media y habla con el patrón.`},
		{"wrong_number", `
a: Brightside Kitchens.
c: Hey, it's me, I'm running late, go ahead and order me the pad thai.
a: I think you've got the wrong person, this is Brightside Kitchens.
c: Oh my God. Sorry!`},
		{"appointment", `
a: Comfort Zone Heating.
c: Hi, you've got me down for a guy between ten and twelve and it's one.
a: I'm sorry about that, let me check. He's finishing up around the corner, he'll be there by one thirty.
c: Okay. I've got to leave at three so he needs to be quick, I want to know if this thing can be saved or if I'm buying a new one.
a: Understood.`},
		{"appointment", `
a: Granite State Builders.
c: It's Wes Tully. I know I said Thursday for you to come measure the addition but my wife's got a thing.
a: No trouble. Next Tuesday, same time?
c: Five thirty?
a: Five thirty.
c: That'll work. Sorry about that.`},
		{"appointment", `
a: Rapid Rooter.
c: There's water coming up through the floor drain and it's not clear water, if you follow me.
a: I follow. Is it still coming?
c: Every time anybody runs a faucet. I've got six people here for a baptism.
a: I'll get a truck to you within the hour.
c: Bless you. 19 Quarry Lane.`},
		{"service_question", `
a: Valley Floors.
c: Quick one for you. Can you put vinyl plank right over old tile or does it have to come up?
a: You can, if the tile's flat and tight.
c: And the grout lines don't show through?
a: Not if you skim them.
c: Perfect. My brother-in-law and I are going to give it a shot. Thanks.`},
		{"quote_request", `
a: Brightside Kitchens.
c: Hello, I'm just at the looking stage. What would a person spend on a kitchen nowadays?
a: Anywhere from forty to a hundred.
c: Gracious. Well, we're a couple of years off. My husband has to retire first.
a: Take your time. Want me to send the brochure?
c: That would be nice.`},
		{"quote_request", `
a: Handy Brothers.
c: I've got one closet door that's off its track. What do you charge to put it back on?
a: Our minimum's a hundred and fifty.
c: For a door? I'll get my nephew. Thank you.`},
		{"quote_request", `
a: Granite State Builders.
c: Hi. I rent a place and the landlord says if I find somebody he'll think about redoing the bath. So I'm getting a price for him to look at.
a: He'd have to call us, ma'am.
c: But roughly?
a: Fifteen to twenty.
c: I'll tell him.`},
		{"quote_request", `
a: Summit Roofing, this is Dee.
c: Dee, we had that hail on the third. State Farm's been out, they're paying for the roof and the gutters on the west side, I have the letter in my hand. I just need somebody to do it.
a: Okay! Did they give you an amount?
c: Twenty-one four, minus my deductible.
a: We can work with that. When's good?
c: Yesterday. It's dripping in my sewing room.
a: I could have Rick there tomorrow at nine.
c: Nine's perfect. Lorraine Shaw, 8 Fern.`},
		{"quote_request", `
a: Clearwater Decks.
c: My brother used you and I've got the same house he's got, flipped. Same deck, flipped.
a: That makes it easy! What was his?
c: Sixteen by twenty, the gray composite. He says he gave you thirty-two and I'm prepared to do that.
a: Prices went up a hair, but around there.
c: That's fine. How's September look for you?
a: The week of the fourteenth is open.
c: Put me on it.
a: I do need to measure. Saturday at ten?
c: Saturday at ten.`},
		{"quote_request", `
a: Brightline Electric.
c: I bought one of those electric trucks. It's coming in six weeks and I've nowhere to plug it in but the dryer.
a: We'll need to look at your panel. How big's the service?
c: A hundred. I'm told that's not enough.
a: Probably not. A two hundred amp upgrade and a charger is about five thousand.
c: Hm. That's more than I was thinking, let me talk to my wife. But I do need it.
a: Want me to email that?
c: Please. hal at example dot com.`},
		{"quote_request", `
a: Northgate Windows.
c: Good morning! We're the new folks at the old Baxter place. The windows rattle so bad the dog barks at them.
a: Ha! How many have you got?
c: Twenty-two, I counted. I don't want to do all of them at once. The bedrooms first, so seven.
a: Okay. And a time frame?
c: Before it gets cold. I have no idea what they cost, so don't ask me that.
a: Fair. Can someone come take a look?
c: We both work. A Saturday?
a: I'll have Gil call you with one.
c: Great. Sue Anders.`},
		{"quote_request", `
a: Granite State Builders.
c: Yes, this is Colonel Amos Reed, retired. I have drawings, a permit and a certified check. What I don't have is a builder, mine fell off a ladder.
a: Oh no! What's the project?
c: A two car garage with a room over it. Eighteen hundred square feet on two floors. The drawings are by Whitman.
a: And the budget?
c: One hundred eighty-five. That's firm.
a: When do you want to break ground?
c: The day after you shake my hand.
a: Let me come see the plans. Thursday, one o'clock?
c: Thirteen hundred. I'll be here.`},
		{"quote_request", `
a: Valley Floors.
c: So I've pulled up the carpet and there's oak, but there's a black stain by the radiator the size of a hubcap.
a: Could be from a leak, might sand out, might not.
c: What would it cost to have you sand it? It's the front room and the hall, maybe four hundred feet.
a: Five a foot, so two thousand.
c: Okay, that's what I thought. I'd want it done before the piano comes, that's October first.
a: Let's get you on the calendar. I'd come look first.
c: Sure. Mornings.`},
		{"quote_request", `
a: Comfort Zone Heating.
c: Hi, I'm over in Dexter County. My heat pump's done. What do you get for a three ton?
a: Oh, we don't go to Dexter, I'm sorry.
c: Really? You're on all the billboards.
a: I know. Try Hatch Mechanical.
c: Okay.`},
		{"other", `
a: Summit Roofing.
c: Hey, this is FedEx, I'm at your gate and it's locked.
a: Code's 4410.
c: Thanks.`},
		{"quote_request", `
a: Handy Brothers.
c: Buenas tardes, disculpe, ¿hablan español?
a: Sí, a sus órdenes.
c: Mire, tengo humedad en el cuarto de mi mamá, la pared de atrás se está pelando y yo quiero arreglarla bien, no nomás pintar encima.
a: Claro. ¿Es casa propia?
c: Sí, es mía. ¿Como qué me costaría?
a: Habría que verla. ¿Le mando a alguien el jueves?
c: Jueves está bien, pero después de las cuatro.
a: A las cuatro y media entonces.
c: Muy bien. Me llamo Aurelio Paz.`},
		{"existing_customer", `
a: Maple Ridge Builders.
c: Joan, it's Bill Haas. Pete left his level and about forty screws on my porch.
a: He's been looking for that level!
c: It's in the garage whenever he wants it. And tell him the door's a hair tight.
a: I'll tell him.`},
		{"existing_customer", `
a: Crown Roofing.
c: Hi, what's the color of the shingle you put on 40 Elm? I'm touching up a shed.
a: Let me look. Weathered wood.
c: And do you have a leftover bundle?
a: I might. Come by.`},
		{"complaint", `
a: Crown Roofing.
c: I've been a good sport about this. Seven weeks it was supposed to be two. And now I get a text that says another week.
a: I know, I'm sorry, the material's late.
c: Every time it's something. I want to hear from the owner, today, not a text.
a: I'll make sure he calls.`},
		{"vendor_solicitation", `
a: Maple Ridge Builders.
c: Hello, ma'am, I do gutters, seamless, I've got the machine on the truck. I'd love to be your gutter guy.
a: We sub that out already.
c: If he ever lets you down, can I leave you a number?
a: Go ahead.`},
		{"vendor_solicitation", `
a: Crown Roofing.
c: Hi, Alyssa with BrightLedger. We take bookkeeping off a roofer's plate so you can be on the roof.
a: My wife does the books.
c: Lucky man! Would she want a second pair of hands at tax time?
a: No, thank you.`},
		{"job_seeker", `
a: Maple Ridge Builders.
c: Hi, I'm finishing my carpentry certificate at the community college in May. My teacher said you've taken students before.
a: We have, yes. Can you come in some afternoon?
c: Any afternoon but Wednesday.`},
		{"wrong_number", `
a: Crown Roofing.
c: Hi, I'm looking for a crown and a cleaning.
a: We're roofers, hon. You want Crown Dental.
c: Ha! Well my roof's fine.`},
		{"appointment", `
a: Crown Roofing.
c: Hey, Rita Poole. The fellow's coming to look at my roof at four and I just looked at the radar. Does he go up in lightning?
a: He does not. Want to say tomorrow at four?
c: Tomorrow at four it is.`},
		{"appointment", `
a: Dependable Heat and Air.
c: It's fifty-four degrees in here and dropping.
a: Oh no. Furnace?
c: It clicks and clicks and nothing. I've got it on, I changed the filter.
a: I can get Marcus to you by six.
c: God bless you. It's 17 Orchard.`},
		{"quote_request", `
a: Dependable Heat and Air.
c: Good morning. The home inspector on the place we're buying wrote up the furnace, cracked something, and the seller's giving us six thousand at closing for it.
a: When do you close?
c: The twenty-fifth. I'd want it swapped the next day, before we move the baby in.
a: We can do that. I'd want to look at it first.
c: The agent can let you in. Friday at noon?
a: Friday at noon.`},
		{"quote_request", `
a: Crown Roofing.
c: Hi, so it's my mom's house, well, it's in her name, I'm just helping her think. She says the roof's got ten good years and I say it has two.
a: How old is it?
c: Nineteen. What would one like that be, twelve hundred feet?
a: Ten, eleven thousand.
c: Okay. I'll have to work on her. It won't be this year.`},
		{"quote_request", `
a: Maple Ridge Builders.
c: I want my porch back. Some fool enclosed it in the seventies and I want it open, with the columns and the rail like it was.
a: Do you have a photo?
c: I've got one from nineteen eleven.
a: Wonderful. What are you hoping to spend?
c: I don't know what a column costs, honey. You tell me.
a: I'd have to see it. Could we come out?
c: Please do. I'm home, I'm always home. Ida Crewe.
a: I'll call you with a day.`},
		{"quote_request", `
a: Maple Ridge Builders.
c: hi yeah we got two quotes already for the primary bath forty one and forty four and we liked you on the website
a: okay great is that about where you want to be
c: yeah forty ish is what it is
a: and when
c: we're flexible but like may or june
a: can i send someone out wednesday at three
c: wednesday at three yep
a: name
c: marcy dunn`},
	} {
		t.Run(tc.intent+tc.talk[:40], func(t *testing.T) {
			t.Parallel()
			if got := Analyze(newCall(t, friday, tc.talk)).Intent; got != tc.intent {
				t.Errorf("intent %s, want %s\n%s", got, tc.intent, tc.talk)
			}
		})
	}
}
