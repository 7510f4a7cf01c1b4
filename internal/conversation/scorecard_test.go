package conversation

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// phrasings are what agents say, and what only sounds like it.
var phrasings = []struct {
	point        string
	met, missing []string
}{
	{
		point: request.Greeted,
		met: []string{
			"Thank you for calling Summit Remodeling, this is Janet.",
			"Thanks for calling Cedar Ridge, how can I help?",
			"Good morning, Summit Remodeling.",
			"Good afternoon, this is Pam at Northgate.",
			"Northgate, this is Pam.",
			"Hi, this is Roy from Summit, I'm returning your call.",
			"Hello, my name is Dana and I'm with Oak Builders.",
			"Hello!",
			"Hi there, you're through to the office.",
			"Summit Remodeling, Janet speaking.",
			"Bright Oak Builders, how may I direct your call?",
			"Larkspur Renovation, this is Devon, how can I help?",
			"What can I do for you today?",
			"Welcome to Summit Design Center, this is Lee.",
			"Hey, it's Tyler with Cedar Ridge.",
			"Thank you so much for calling, what can I do for you?",
			"Good evening, after hours desk, my name is Sam.",
			"Gracias por llamar a Summit, le atiende Rosa.",
			"Buenos días, Summit Remodeling.",
			"Buenas tardes, ¿en qué le puedo ayudar?",
			"Hola, habla Marcos.",
			"Thanks for holding, this is Beth.",
		},
		missing: []string{
			"Yeah?", "Hello?", "Yes.", "Summit.", "Hold on.", "One second please.", "Who is this?", "Okay, go ahead.", "What?", "Office.",
			"This is the estimating desk.", "This is about the invoice.", "I was on the other line.", "Uh huh.", "Go ahead.", "Sales.",
			"This is what I was afraid of.", "We are closed.", "Sorry about the wait.", "Can you hear me?", "Ya voy.",
		},
	},
	{
		point: request.AskedName,
		met: []string{
			"What's your name?", "What is your name, please?", "Can I get your name?", "May I have your full name and number?", "And your name?",
			"Name?", "Could I get your first and last name?", "Who am I speaking with?", "May I ask who's calling?", "And who is calling, please?",
			"Can you spell your last name for me?", "How do you spell your name?", "Let me start with your name.", "I didn't catch your name.",
			"What was your name again?", "Great, and your name and e-mail?", "Give me your name and the address?", "What's the name?",
			"Who do I have the pleasure of speaking with?", "What should I call you?", "¿Cómo se llama usted?", "¿Me puede dar su nombre, por favor?",
			"¿Con quién tengo el gusto?", "Can I just grab your name real quick?", "What's the last name on the account?", "Name and email?", "¿Su nombre completo?",
		},
		missing: []string{
			"My name is Janet.", "What's the name of your builder?", "Can I have the name of the street?", "What's your address?", "I have your name right here.",
			"What's the name of the subdivision?", "We're a name you can trust.", "In the name of efficiency, let's go on.", "The name is on the truck.",
			"What is your company name?", "Is the house in your name?", "I'll put your name on the list.", "What's the dog's name?",
			"Mi nombre es Rosa.", "I was speaking with your husband.", "Someone called Dave installed it.", "We got your name from the web site.",
			"The crew calls him Big Mike.", "What's your e-mail?", "Names don't matter to the inspector.", "Do you know the name of the paint?",
		},
	},
	{
		point: request.AskedNeed,
		met: []string{
			"How can I help you?", "What can I do for you today?", "How may I help?", "What are you looking to have done?", "What are you looking for?",
			"What kind of project is it?", "What type of work do you need?", "Tell me a little about your project.", "Of course. Tell me about it.",
			"What do you need done?", "What would you like done in the kitchen?", "What seems to be the problem?", "What's going on with the roof?",
			"What brings you to us today?", "Is this about a new project?", "What did you have in mind?", "What were you thinking of?", "Walk me through what you'd like.",
			"What's the project?", "How can we assist you today?", "What are you wanting to do with the space?", "¿En qué le puedo ayudar?", "¿Qué tipo de proyecto tiene?",
			"¿Qué necesita hacer?", "What's prompting the call today?",
		},
		missing: []string{
			"Is there anything else I can help you with?", "That will help with setbacks.", "I can help with that.", "We'd be happy to help.",
			"What are you looking to spend?", "When are you looking to start?", "What time works for you?", "That's a nice project.", "We do all kinds of projects.",
			"Let me tell you about our warranty.", "I need your address.", "It's not a problem.", "The project manager will call you.", "What a great project.",
			"No problem at all.", "We help a lot of families.", "I'll help you with the form.", "How can they charge that much?", "What's your phone number?",
			"You need a permit for that.", "Con gusto le ayudamos.",
		},
	},
	{
		point: request.AskedTimeline,
		met: []string{
			"When are you looking to start?", "When were you hoping to get this done?", "How soon do you want to get going?", "What's your timeline?",
			"Do you have a time frame in mind?", "When would you like it finished?", "When would you want the work done?", "How soon were you thinking?",
			"Is there a deadline?", "When do you need it by?", "Do you have a start date in mind?", "And when were you imagining this would start?",
			"When did you want to begin?", "What kind of timeline are you on?", "Any rush on this?", "When does it need to be done?", "How soon?",
			"When are you guys planning to remodel?", "What's the time frame?", "When should the work start?", "Do you have any particular deadline?",
			"¿Para cuándo lo necesita?", "¿Cuándo le gustaría empezar?", "Sure, a patio with a pergola. When would you like it?", "And timeline?", "Is there a date you'd like it done?",
		},
		missing: []string{
			"When would you like us to come out?", "When are you free for a visit?", "When was the house built?", "When did the leak start?", "When can I call you back?",
			"When would you like to schedule the consultation?", "Call us when things settle.", "They'll call when they're twenty minutes out.",
			"How soon can you send the photos?", "Our timeline is about six weeks.", "We could start in March.", "When is a good time to reach you?",
			"The deadline for the rebate is June.", "We'll be in touch soon.", "I'll let you know when he's free.", "When are they moving in?",
			"When would you want the estimator there?", "When did you buy the place?", "It takes three weeks from start to finish.",
			"When you have a minute, send a photo.", "Cuando llegue le aviso.",
		},
	},
	{
		point: request.AskedBudget,
		met: []string{
			"Do you have a budget in mind?", "What's your budget?", "And what are you looking to spend?", "How much are you looking to spend on this?",
			"Is there a budget?", "Any budget?", "What kind of budget are you working with?", "Did you have a budget set for the kitchen?", "Fun project. Budget?",
			"Have you talked about what you would like to spend?", "What would you like to spend?", "How much were you hoping to invest?", "Do you have a price range?",
			"What price range were you thinking?", "And are you working with a budget?", "Is there a ballpark you're trying to stay in?",
			"What budget did you have in mind?", "How much are you comfortable spending?", "Have you set a budget?", "What's the kitchen budget?",
			"¿Tiene un presupuesto en mente?", "¿Cuanto quiere gastar?", "¿Cuál es su presupuesto?", "Do you have a rough number in mind?", "Can I ask about budget?", "¿Más o menos cuanto tiene pensado gastar?",
		},
		missing: []string{
			"It depends on your budget.", "That's well within budget.", "We have options for every budget.", "How much did they charge you?", "We can work with any budget.",
			"We don't want to go over budget.", "How much square footage is it?", "The range goes there.", "A new range is about two thousand.",
			"Our budget line starts at ten.", "What are you looking to do?", "Do you have financing?", "You'll spend about forty thousand.",
			"How much does it hurt to ask?", "What number can I reach you at?", "Do you have a phone number?", "Most people spend more than that.",
			"Can I get your number?", "Budget cabinets are in stock.", "I'd invest in better windows.", "Eso depende del presupuesto.",
		},
	},
	{
		point: request.OfferedAppointment,
		met: []string{
			"We can send someone out on Tuesday.", "Would you like to schedule an appointment?", "I can have an estimator come by tomorrow.",
			"Could Marcus come by Saturday morning, say ten?", "Does Thursday at two work for you?", "How about Friday at nine?", "Would you like a visit?",
			"Let's get you scheduled for a consultation.", "Can we set up a time to come see it?", "I have an opening on Wednesday.", "What day works best for you?",
			"Are you available Monday afternoon?", "Would Tuesday morning be okay?", "Let me get someone out there to take a look.",
			"Our estimator can come out this week.", "Would you like us to come take a look?", "I'd love to set up a design consultation.",
			"What time works for you?", "Can I book you for an in-home estimate?", "Our estimator is in your area tomorrow at eleven, does that suit you?",
			"When would be a good time for us to come out?", "Would you be open to having someone come out?", "¿Quiere que hagamos una cita?",
			"¿Podemos agendar una visita?", "I have this Thursday at ten in the morning, or Friday at two.", "The next step is a visit to measure.", "Could I come measure on Tuesday at eleven?",
			"Shall I set up the estimate?", "Is tomorrow at nine too early?", "Do you want me to come take a look as well?",
		},
		missing: []string{
			"We can't send anybody out until March.", "Unfortunately we don't do visits.", "How did your appointment go?", "We're fully booked through May.",
			"Can you come by the office and fill out an application?", "You already have an appointment.", "We do free estimates.", "Our showroom is on Main Street.",
			"Does that make sense?", "The appointment was canceled.", "I can send you our price list.", "It works with any panel.", "He was out on Tuesday.",
			"How about the color?", "Do you work from home?", "Our office is open Monday to Friday.", "When was your last visit?", "Did they come out on Monday?",
			"Are you available by phone?", "I'll send you a link.", "No hacemos visitas.", "We have Monday off.", "The next step is the permit.", "I'll get that out tomorrow.",
			"I'd get you a written proposal by the end of next week.",
		},
	},
	{
		point: request.ConfirmedNextStep,
		met: []string{
			"We'll see you Tuesday at two.", "You're all set, Marlene.", "See you Thursday at two.", "I'll call you back, Gus.", "I'll have Roy call you.",
			"Somebody will call you to set it up.", "You'll get a confirmation by e-mail.", "I'll send you a link, Mr. Greer.", "She'll call you today.",
			"I have you down for Friday at nine.", "I'm going to have the owner call you.", "We'll email you the estimate tonight.", "He'll be there at ten.",
			"They'll call when they're twenty minutes out.", "You should receive a text shortly.", "We look forward to meeting you.",
			"That's confirmed for Monday.", "Our estimator will reach out tomorrow.", "I'll get that over to you, and we'll follow up with you Friday.",
			"Someone will be in touch.", "You're booked for the ninth.", "Le llamo mañana.", "Nos vemos el martes.", "Queda agendada para el lunes.",
		},
		missing: []string{
			"We'll see what we can do.", "I'll be honest with you.", "Should I have someone call you?", "Let me put you on hold.", "I'll pull that up.",
			"I'll call you if anything opens up.", "Can I send you some information?", "You'll get used to the color.", "You'll love it.", "I see.",
			"We won't call you again.", "Thanks for calling.", "Give us a call sometime.", "Who will call you?", "You can call us anytime.",
			"I'll check with the crew.", "We'll be closed on Monday.", "Would you like me to send you a quote?", "He might call you.", "They sent you the bill.",
			"No le puedo decir.", "Send it over, and if he's interested he'll get back to you.", "I'll have to look first, can my boss call you?",
		},
	},
}

// cardOf scores one remark of an agent.
func cardOf(point, text string) request.ScorecardPoint {
	said := []request.Segment{{Speaker: request.Customer, Text: "So."}, {Index: 1, Speaker: request.Agent, Text: text}, {Index: 2, Speaker: request.Customer, Text: "Yes."}}
	for _, p := range Of(&request.Transcript{Segments: said}, nil).Scorecard {
		if p.Point == point {
			return p
		}
	}
	return request.ScorecardPoint{}
}

func TestWhatAgentsSayIsScored(t *testing.T) {
	t.Parallel()
	for _, tc := range phrasings {
		for _, text := range tc.met {
			if got := cardOf(tc.point, text); !got.Met || got.Segment == nil || *got.Segment != 1 || got.Quote == "" {
				t.Errorf("%s is not met by %q: %+v", tc.point, text, got)
			}
		}
		for _, text := range tc.missing {
			if got := cardOf(tc.point, text); got.Met || got.Segment != nil || got.Quote != "" {
				t.Errorf("%s is met by %q", tc.point, text)
			}
		}
	}
}

func TestTheScorecardsPointsAreAllScoredInTheirOrder(t *testing.T) {
	t.Parallel()
	var got []string
	for _, p := range points {
		got = append(got, p.name)
	}
	if diff := cmp.Diff(request.ScorecardPoints, got); diff != "" {
		t.Error(diff)
	}
}
