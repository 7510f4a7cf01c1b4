package rules

import "testing"

// People with something broken or old at home, in words of no list. They sound like anybody: that
// their words are likelier of strangers or sellers, or that one of them is a hint, does not make
// them such.
func TestSoundingAlikeAloneMakesNobodyAStranger(t *testing.T) {
	t.Parallel()
	for _, talk := range []string{
		"c: Water's coming down through the dining room light.\na: Oh no. How bad?\nc: Yeah, it's a lot.",
		"c: My shower is leaking through the ceiling.\na: Okay.\nc: Yeah it's pretty bad.",
		"c: I saw your website and your Google reviews look great. I have a kitchen from 1985.",
		"c: I came across you online, five stars everywhere. Our bathroom is original to the house, nineteen seventy.",
		"c: Hi, this is Maria. My kitchen faucet is dripping.",
		"c: Hello, my name is Andre. The toilet upstairs keeps running.",
		"c: I found you on Google. We have this old bathroom with pink tile.",
		"c: Good morning. Somebody gave me your name. It's about a deck that's falling apart.",
		"c: My father is in a wheelchair now and he can't get into the tub.\na: I'm sorry to hear that.\nc: He can't do the steps, either.",
		"c: Mom fell in her shower last week. She can't lift her leg over the edge any more.\na: Oh, I'm so sorry.",
		"c: The windows in here are so drafty you can feel it.\na: Uh-huh.\nc: It's every one of them.",
		"c: Hi, Priya Nair. Half of the shingles blew off last night.",
		"c: Hey there. So the basement got wet again.\na: Okay.\nc: And it smells.",
		"c: I was looking at your pictures. Ours is a tiny galley kitchen with brown cabinets.",
		"c: Yeah, hi. The carpet's had it. Three dogs.",
		"c: Is this Summit? Okay. The fence is lying in the neighbor's yard.",
		"c: My furnace makes this noise.\na: What kind?\nc: Like a truck.",
		"c: Your truck was on my street and I liked the sign. My siding is all chalky.",
		"c: Hi there, Joan Abbott. We bought the Tudor on Fifth and the upstairs bathroom has a tub from nineteen thirty that nobody can climb out of.",
		"c: My son's bedroom gets no heat at all. The vent is cold to the touch and the rest of the house is fine.",
		"c: I'm calling from my daughter's phone. Mine died. The garage roof came down in the snow and the car's under it.\na: Oh my gosh. I'm so sorry.",
		"c: I've worked in an office thirty years and now that I'm home I can't stand this kitchen. Dark, no counter, one drawer.",
		"c: My husband is a carpenter but he hurt his back, and the stairs to the basement are half torn out.",
		"c: I tried two other places and they never called back. There's water behind the tile in my shower.\na: I'm sorry about that.",
		"c: Nobody answers the phone these days. Anyway. My gutters are hanging off one side.",
		"c: The insurance man was here and looked at the roof, hail, he said. He left me a paper.",
		"c: Sorry to bother you. The ceiling in the den is stained and it's getting bigger.",
	} {
		t.Run(talk[:30], func(t *testing.T) {
			t.Parallel()
			got := Analyze(newCall(t, friday, talk))
			switch got.Intent {
			case buyer, visitor, asker:
			default:
				t.Errorf("intent %s\n%s", got.Intent, talk)
			}
			if got.Spam {
				t.Errorf("taken for spam\n%s", talk)
			}
		})
	}
}
