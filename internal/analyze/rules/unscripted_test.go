package rules

import "testing"

// Callers who say neither what they are nor what they want in the words that people use for it:
// the agent's answer, the state of the job and whose money it is tell.
func TestUnscriptedCallersAreUnderstood(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ intent, talk string }{
		{"existing_customer", "a: Bright Oak Builders.\nc: Hey, it's Marcy over on Linden. The stairs guy was here and he wants to know which side the railing goes on.\na: Left going up, it's on the drawing.\nc: That's what I told him. Okay, bye."},
		{"existing_customer", "a: Summit.\nc: Hi, it's Gwen Pruett. I just got the email with the second draw on it and the amount looks off, didn't we already pay for demo?\na: Let me pull it up. You're right, that should be credited.\nc: Okay, can you send a new one?\na: This afternoon."},
		{"existing_customer", "a: Harborview Homes.\nc: Yes, I had a shower put in by you folks last March and the glass door is rubbing a little.\na: That's just an adjustment. I'll have Victor swing by Thursday.\nc: No rush, it's no big deal."},
		{"existing_customer", "a: Ridge Roofing.\nc: This is Tom Avila, 88 Cedar. You guys are starting on me Monday, and I was wondering where I should move the cars.\na: On the street if you can, we need the driveway for the dumpster."},
		{"existing_customer", "1: Casa Nueva Remodeling\n2: hey this is pat with the blue ranch house\n1: oh hi pat\n2: so the tile came and it's the wrong gray i think\n1: hang on i'll look at your order\n2: it says fog on the box\n1: no you picked mist let me call the supplier"},
		{"existing_customer", "c: Buenas, soy la señora Lara, de la casa de la calle Olmo. ¿A qué hora van a llegar los muchachos mañana?\na: A las ocho, señora.\nc: Bueno, les dejo abierto el portón."},
		{"complaint", "a: Keystone Painting.\nc: I came home and there's white paint all over my slate walkway.\na: Oh no. Is this the Maple Street house?\nc: It is. Your fellows were up on ladders all day and apparently nobody owns a drop cloth.\na: I am so sorry. We'll take care of it."},
		{"complaint", "a: Ridge Roofing.\nc: I've got a nail in my tire, and that's the second one since you were here, and I want to know who's paying for the tire.\na: I apologize, send us the bill."},
		{"complaint", "a: Summit.\nc: Is this the owner?\na: No, he's out, can I help?\nc: I doubt it. I've been told Tuesday, then Friday, then Monday, and here it is Wednesday and I've been washing dishes in a bathtub since Labor Day.\na: I'm sorry, let me find out what's happening with your job.\nc: You people took half the money up front. I'm done being patient."},
		{"complaint", "c: Your salesman sat at my table and swore that price included the permit. Now I'm looking at a bill for nine hundred more. I won't pay it.\na: I understand, I'll have my manager call you."},
		{"vendor_solicitation", "a: Summit.\nc: Hey there, this is Cody over at Big Creek Millwork. Who does your door buying these days?\na: That would be our production manager.\nc: Think I could drop a binder off for him this week?\na: Sure, leave it at the desk."},
		{"vendor_solicitation", "a: Bright Oak Builders.\nc: Good morning. We clean up after construction, final cleans and such, and I wanted to see if you'd give us a shot on a job.\na: We've got a crew that does that.\nc: Could I send our rates anyhow?\na: Sure, to the office address."},
		{"vendor_solicitation", "a: Harborview.\nc: Hi, I run a tile crew, me and my brother. Slow right now so I'm calling around to see if anybody has overflow.\na: Are you insured?\nc: Yes ma'am, a million.\na: Send me your certificate."},
		{"vendor_solicitation", "a: Ridge Roofing.\nc: How you doing today? I help roofers get found online, and I pulled up your site and saw a few things that are costing you jobs.\na: We're all set, thanks.\nc: Could I just send you a video?\na: No. Take us off your list."},
		{"vendor_solicitation", "c: Hola, buenos días, somos una empresa de limpieza y damos servicio a constructoras. ¿Con quién puedo hablar?\na: Ya tenemos quien nos limpie, gracias."},
		{"job_seeker", "a: Keystone Painting.\nc: Yes sir, I saw the sign out front, says painters wanted.\na: Yeah, do you have experience?\nc: Six years, mostly exteriors.\na: Come by at seven tomorrow and fill out an application."},
		{"job_seeker", "a: Summit.\nc: Hi, my son graduates in May and he'd like to learn carpentry. Do you take kids on in the summer?\na: We do sometimes. Have him send me a resume."},
		{"job_seeker", "a: Ridge Roofing.\nc: ¿Qué tal? Me dijo un amigo que están ocupando gente.\na: Sí, ¿tiene experiencia?\nc: Tres años de techero."},
		{"job_seeker", "c: Hey, I used to frame for Dale over at Westco and they shut down. I've got my own tools and a truck. Wondering if y'all need a hand.\na: We might. What's your name?"},
		{"wrong_number", "a: Bright Oak Builders.\nc: Yeah, is my truck ready?\na: I think you want Bright Oaks Auto, we get their calls. They're at 0188.\nc: Ha, okay. Thanks."},
		{"wrong_number", "a: Summit Remodeling.\nc: Can I get room two fourteen please?\na: This isn't the hotel, ma'am.\nc: Oh! I must have misdialed."},
		{"wrong_number", "a: Harborview.\nc: I need to check on my prescription, last name Ortiz.\na: Ma'am, you've called a contractor.\nc: Well, I'll be. Sorry to bother you."},
		{"appointment", "a: Summit.\nc: Hi, Beth Kline. Your designer's supposed to be here at three and my kid just threw up, so today's no good.\na: Oh no. Thursday at three instead?\nc: Perfect, thank you."},
		{"appointment", "a: Ridge Roofing.\nc: I'm just making sure somebody is coming this afternoon to look at the roof, nobody's called.\na: Yes, Rich has you at two.\nc: Great, I'll be home."},
		{"appointment", "a: Comfort Air.\nc: Furnace quit on us overnight and I've got a baby in the house. How fast can you get here?\na: I can have somebody there by eleven.\nc: Please."},
		{"service_question", "a: Bright Oak Builders.\nc: Hi, my neighbor says I need a railing on a deck that's two feet off the ground, is that true?\na: Not under thirty inches.\nc: Okay, so I'm fine. Thanks a lot."},
		{"service_question", "a: Keystone.\nc: I was going to paint over some old wallpaper in the hall, is that a terrible idea?\na: It can bubble. Strip it if you can.\nc: Ugh. Okay. I'll try a steamer. Thanks."},
		{"service_question", "a: Summit.\nc: Do you guys ever do just cabinets, no construction, or is that something else?\na: We do, we're a dealer for two lines.\nc: Okay. I'll bring my husband by the showroom sometime."},
		{"service_question", "a: Ridge.\nc: Qué tal, nomás una pregunta, ¿ustedes trabajan con teja de barro?\na: Sí.\nc: Ah, bueno. Gracias, luego le llamo."},
		{"quote_request", "a: Summit.\nc: Hi. So a tree limb went through the corner of my screened porch. Insurance has been out. I guess I need one of you.\na: Sure. When did it happen?\nc: Sunday. They gave me a number and said get some bids."},
		{"quote_request", "a: Bright Oak Builders.\nc: Hello. You all did the Hendersons' place and I can see it from my window and I'm jealous.\na: Ha! What are you thinking?\nc: I've got a galley kitchen from nineteen eighty-one. What does a person do with that?\na: How big is it?\nc: Eight by twelve.\na: And a budget?\nc: Sixty, give or take."},
		{"quote_request", "a: Harborview.\nc: My contractor passed away, God rest him, and he was halfway through my bathroom. I'm looking for somebody to pick up where he left off.\na: I'm so sorry. What's left?\nc: All the tile and the vanity."},
		{"quote_request", "a: Ridge Roofing.\nc: I'm so mad I could spit. I paid a guy off the internet to do my roof and he never came back. I need somebody real.\na: I'm sorry to hear that. How big is the house?\nc: Fourteen hundred. What would you charge?"},
		{"quote_request", "a: Summit.\nc: You put my mother's windows in ten years ago and they're still tight as a drum. So I'd like the same for mine. It's eleven of them.\na: Wonderful. Vinyl?\nc: Whatever hers are."},
		{"quote_request", "a: Keystone Painting.\nc: Hi, we're closing on a house Friday and the whole inside is purple.\na: Purple! Okay.\nc: Can somebody get us a number before the movers come on the tenth?"},
		{"quote_request", "1: comfort air\n2: yeah my ac is about twenty years old it still runs but i want to get ahead of it before summer\n1: sure we can look at a replacement\n2: what are those running these days\n1: six to nine thousand\n2: okay that's about what i figured"},
		{"quote_request", "a: Casa Nueva.\nc: Fíjese que se me está cayendo la barda de atrás, ¿ustedes hacen ese trabajo?\na: Sí, ¿de qué tamaño es?\nc: Como veinte metros. ¿Me da un presupuesto?"},
		{"other", "a: Bright Oak Builders.\nc: Hi, this is Darlene at the county permit office. The application for Elm Street is missing page three.\na: I'll email it over."},
		{"other", "a: Summit.\nc: Got a pallet for you, nobody's at the dock.\na: I'll send somebody out."},
		{"other", "a: Harborview.\nc: I'm with First Plains Mortgage, calling to verify employment for a Jason Tull.\na: You'd need to talk to our bookkeeper."},
		{"other", "a: Ridge Roofing.\nc: Hi, I'm an adjuster with Plains Mutual. I've got a policyholder, Wendy Marsh, who says you looked at her roof. I need your photos.\na: Sure, what's the claim number?"},
	} {
		t.Run(tc.intent+" "+tc.talk[:min(60, len(tc.talk))], func(t *testing.T) {
			t.Parallel()
			if got := Analyze(newCall(t, friday, tc.talk)).Intent; got != tc.intent {
				t.Errorf("intent %s, want %s\n%s", got, tc.intent, tc.talk)
			}
		})
	}
}
