package rules

import "testing"

// A project is told from what is found in it and round it, whatever the trade is called.
func TestTheProjectIsToldFromItsParts(t *testing.T) {
	t.Parallel()
	for project, calls := range map[string][]string{
		"basement": {
			"c: We've got a big open downstairs, concrete floor and studs, and I'd like carpet, a bathroom, and a place for the kids to watch TV. Can I get a price to finish it?",
			"c: So the basement. It floods a little. We'd want drywall, floors, lights, a little wet bar, paint it all white. How much is that?",
			"c: I need a quote on turning our unfinished basement into a bedroom and an office, with flooring and all the electrical.",
			"c: our lower level is just concrete and i want walls and flooring and paint down there what's that run",
		},
		"kitchen": {
			"c: I want to move the sink to the window and get new cabinets, and the floor's coming up too, so new floor. Just want a quote.",
			"c: Our kitchen has fluorescent lights, linoleum, and one outlet. We'd like it all new. What would that cost?",
			"c: I need countertops and a backsplash quoted, the cabinets stay.",
			"c: quiero cambiar los gabinetes y la barra de la cocina, ¿a cómo sale?",
		},
		"bathroom": {
			"c: My mother can't step over the tub any more and we want one of those walk-in showers with a bench. Estimate please.",
			"c: The hall bath needs everything: tile, toilet, vanity, fan, lights, paint. Can I get a quote?",
			"c: I want a price on a new shower pan and glass door.",
		},
		"roofing": {
			"c: We've got stains on the kitchen ceiling because the roof leaks round the chimney. I need a price on a new roof.",
			"c: It's twenty-six squares, architectural, two layers to tear off. What do you get for that?",
			"c: Hail came through and my gutters and shingles are beat up. I need an estimate.",
			"c: I've got a flat section over the porch where the membrane is shot, I'd like a quote to redo it.",
		},
		"siding": {
			"c: The clapboards on the north side are rotten and I want to go to fiber cement all around. Need a bid.",
			"c: Woodpeckers have been at the cedar shakes on the walls and we'd like vinyl instead. How much?",
		},
		"windows_doors": {
			"c: Twelve double hungs and a slider, that's what I need priced.",
			"c: I can feel the wind come through the panes in the living room, they're original. I'd like a quote on new ones, nine windows.",
			"c: The back door's rotted at the sill and I want a fiberglass one. What's it cost?",
		},
		"flooring": {
			"c: The dog ruined the carpet in three bedrooms and the hall, we'd like vinyl plank. Could I get a price?",
			"c: I've got oak under this carpet and I'd like it sanded and stained. Estimate?",
			"c: How much to tile my entry and the laundry room floor?",
		},
		"deck_patio": {
			"c: The railings are wobbly and the boards are soft, I'd like to rebuild the whole deck off the kitchen in composite. Price?",
			"c: We want pavers and a fire pit out back where the grass is, a sitting area. Can you quote it?",
			"c: I'd like a screened porch off the back of the house, what does that run?",
		},
		"painting": {
			"c: I need the trim, the doors and the walls done on the first floor, two coats, everything's beige. What would you charge to paint it?",
			"c: The outside is peeling on the south side, we'd want it scraped and primed and painted. Need a quote.",
			"c: We close Friday and every wall is purple. How much to get it all white before the movers come?",
		},
		"hvac": {
			"c: The upstairs never cools down and the unit outside is from two thousand one. I'd like a price on a new system.",
			"c: There's no heat in the back bedrooms, we're thinking mini splits. Quote?",
			"c: My furnace is short cycling and I want to know what a new one costs.",
		},
		"plumbing": {
			"c: The water heater in the garage is dripping on the floor, I need a quote for a tankless.",
			"c: Our sewer backs up into the shower every time it rains. I want a price to replace the line.",
			"c: I've got galvanized pipes and brown water. How much to repipe the house?",
		},
		"electrical": {
			"c: I'm getting an electric car and need two hundred amps and a charger in the garage. What's that cost?",
			"c: Half the outlets in my living room are dead and the panel's a fuse box. Can I get an estimate?",
			"c: We'd like can lights in the kitchen and the living room, twelve of them. Price?",
		},
		"landscaping": {
			"c: The back yard's a mud pit. We want sod, a retaining wall and some trees. Quote please.",
			"c: I need the slope behind the house terraced and planted, something that doesn't need water. Estimate?",
		},
		"addition": {
			"c: We're having twins and need another bedroom and bath off the back. What does it cost a foot?",
			"c: I'd like to put a second floor on the ranch, two bedrooms and a bath. I need a bid.",
			"c: My dad's moving in, we want a little apartment for him built behind the house with a kitchenette. Estimate?",
		},
		"whole_home": {
			"c: I bought my grandma's place and it's all original. Kitchen, both baths, floors, wiring, paint, the lot. I need a number.",
			"c: We'd like to take it to the studs and start over, every room. Can you bid it?",
		},
		"other": {
			"c: I need a price on a cedar fence, a hundred and sixty feet.",
			"c: I want a wall of bookshelves and a window seat in the den. Could you quote that?",
			"c: Our driveway's cracked to pieces, concrete, I'd like an estimate on replacing it.",
		},
	} {
		for _, call := range calls {
			t.Run(project+" "+call[:50], func(t *testing.T) {
				t.Parallel()
				if got := Analyze(newCall(t, friday, call)).ProjectType; got != project {
					t.Errorf("project %s, want %s: %s", got, project, call)
				}
			})
		}
	}
}
