package prompt

// definition says what one field of the answer means. Words that say it all themselves are left
// to the schema, which lists every word.
type definition struct {
	Name    string
	Meaning string
	Values  []value
}

type value struct{ Word, Meaning string }

// definitions are the meanings that the template explains, in the order of the answer.
var definitions = []definition{
	intentDefinition, projectDefinition, timelineDefinition, budgetDefinition,
	{Name: "spam", Meaning: "true for machines, bulk offers and bogus forms; for a person selling something only if it is a cold mass pitch, not for a known trade supplier's representative."},
	appointmentDefinition,
	{Name: "sentiment", Meaning: "the customer's mood."},
	decisionDefinition, areaDefinition, commitmentDefinition, interestDefinition, sizeDefinition,
	{Name: "signals.engagement", Meaning: "how much the customer took part; high: details, questions, contact data."},
}

var intentDefinition = definition{
	Name: "intent", Meaning: "what the caller wanted when they got in touch. Take the first that fits, in this order.",
	Values: []value{
		{"spam", "a machine, a bulk message or a bogus form."},
		{"wrong_number", "they wanted to reach somebody else."},
		{"job_seeker", "they look for work at the company."},
		{"vendor_solicitation", "they sell something to the company."},
		{"complaint", "they are unhappy about work or conduct of this company."},
		{"existing_customer", "about a job done or under way: warranty, invoice, crew, schedule of the work."},
		{"appointment", "mainly to set, move or cancel a visit, or to get somebody out now."},
		{"quote_request", "they want a price or an estimate for work, even if a visit is booked in the conversation; a past customer with a new project too."},
		{"service_question", "they ask whether or how something is done."},
		{"other", "anything else: surveys, silence, nothing said."},
	},
}

var projectDefinition = definition{
	Name: "project_type", Meaning: "what the customer wants done, not what the agent offers. What they deny does not count. With several, the one to be done first or most talked about. Complaints and warranty calls carry the type of the job concerned.",
	Values: []value{
		{"kitchen", "kitchen, cabinets, countertops."},
		{"whole_home", "most of the house together."},
		{"addition", "more space: a room, a storey, a sunroom, a second dwelling, a converted garage."},
		{"roofing", "roof, shingles, gutters."},
		{"deck_patio", "deck, patio, porch, pergola."},
		{"hvac", "heating, cooling, ducts."},
		{"plumbing", "pipes, drains, fixtures, water heaters."},
		{"electrical", "wiring, panels, outlets, lights."},
		{"landscaping", "garden, lawn, walls and paths outside."},
	},
}

var timelineDefinition = definition{
	Name: "timeline", Meaning: "the time from call.start_time to the wished start of the work, or to its deadline if only that is said. Not the date of a visit, not the time the work takes.",
	Values: []value{
		{"immediate", "within about a month, or an emergency."},
		{"unknown", "not said, only \"someday\", or not a lead."},
	},
}

var budgetDefinition = definition{
	Name: "budget", Meaning: "the caller's own money or an amount they accept, in whole US dollars in min and max (null if no amount was said). A competitor's price counts only if the caller takes it as the going rate. Insurance or financing without an amount is unknown.",
	Values: []value{
		{"high", "about 50000 and up, or plainly no limit."},
		{"medium", "about 15000 to 50000, or \"mid-range\"."},
		{"low", "below about 15000, or as cheap as possible."},
		{"unknown", "no money named, or not a lead."},
	},
}

var appointmentDefinition = definition{
	Name: "appointment", Meaning: "a visit to the customer.",
	Values: []value{
		{"booked", "both sides agreed on a day and a time."},
		{"requested", "the customer asks for a visit, or agrees to be called to set one."},
	},
}

var decisionDefinition = definition{
	Name: "signals.decision_maker", Meaning: "whether this person can decide.",
	Values: []value{
		{"yes", "it is their home or they speak for the owner."},
		{"shared", "somebody else must agree first."},
		{"no", "a tenant without a say, or asking for somebody else."},
	},
}

var areaDefinition = definition{
	Name: "signals.service_area", Meaning: "where the work is, against tenant.service_area and what the agent says.",
}

var commitmentDefinition = definition{
	Name: "signals.commitment", Meaning: "what makes it certain that the work is paid for.",
	Values: []value{
		{"ready", "ready to sign, to pay a deposit or to start."},
		{"insurance_claim", "an insurer's claim is open or approved."},
		{"signed_off_scope", "plans, permits or a proposal are finished and agreed."},
	},
}

var interestDefinition = definition{
	Name: "signals.interest", Meaning: "how serious the project is.",
	Values: []value{
		{"active", "they want it done."},
		{"early", "idle or early interest: collecting ideas, someday, only curious; or they are calling it off."},
	},
}

var sizeDefinition = definition{
	Name: "signals.job_size", Meaning: "against tenant.minimum_job.",
	Values: []value{{"tiny", "a handyman's job, or below the minimum."}},
}
