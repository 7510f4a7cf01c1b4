package conversation

import (
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/pkg/lazyregexp"
)

// anyOf matches one of the expressions as whole words of a sentence in the form of
// sentence.plain.
func anyOf(expressions ...string) *lazyregexp.Regexp {
	return lazyregexp.New(`(?:^|\s)(?:` + strings.Join(expressions, "|") + `)(?:$|\s)`)
}

// recorded is what is played and not said.
var recorded = point{
	cues: " press recorded monitored tone beep message voicemail reached hours important agents representatives oprima marque mensaje ",
	said: anyOf(
		`press (?:one|two|three|zero|1|2|3|0|pound)`, `(?:is|are|may be|be|being) (?:recorded|monitored)`, `(?:after|at) the (?:tone|beep)`,
		`leave (?:us |me )?(?:a|your)(?: \S+){0,4} (?:message|voicemail)`, `you've reached`, `you have reached`, `office hours are`, `your call is important`,
		`all (?:of )?our (?:agents|representatives)`, `oprima`, `marque (?:uno|dos|el)`, `deje (?:un|su) mensaje`,
	),
}

const (
	day       = `(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|tomorrow|tonight|this week|next week|this afternoon|this morning|morning|afternoon|evening|lunes|martes|miercoles|jueves|viernes|sabado|manana)`
	someone   = `\w+(?: \w+){0,3}`
	wantingTo = `(?:looking|hoping|planning|thinking|wanting|trying|ready|wishing|expecting|imagining|comfortable)`
)

// points are the scorecard. The expressions are written for natural speech and tried on it, not
// for completeness.
var points = []point{
	{
		name: request.Greeted, opening: true,
		said: anyOf(
			`(?:thanks|thank you)(?: so much| very much)? for (?:calling|holding|reaching out|returning|picking up|taking)`, `good (?:morning|afternoon|evening|day)`, `welcome to`,
			`(?:hi|hello|hey)(?: there)?(?: \w+){0,4} (?:this is|it's|i'm|my name is|speaking)`, `(?:^)(?:hi|hello|howdy)(?: there)?`,
			`(?:^)(?:\S+ ){1,6}(?:this is|my name is) \w+(?: \w+)?(?: speaking)?(?:$| how| what)`, `\w+ speaking`,
			`(?:how|what) (?:can|may|could) (?:i|we) (?:help|assist|direct|do for)`, `gracias por (?:llamar|su llamada|comunicarse)`, `buenos dias`, `buenas (?:tardes|noches)`, `hola`,
		),
		unless: anyOf(`^(?:hi|hello|hey) \?`, `this is (?:the|a|an|not|it|what|where|why|great|good|about|for)`),
	},
	{
		name: request.AskedName, asks: true, cues: " name names speaking talking calling call who whos spell called llama nombre quien ",
		said: anyOf(
			`what(?:'s| is| was|s)(?: again)? (?:your|the) (?:(?:first|last|full|good|best|first and last) )*names?(?: again| please| sir| ma'am| on (?:the|your) (?:account|file)| for (?:the|your) \w+)?(?: and(?: \S+)*)?(?: \?)?$`,
			`(?:can|could|may|might) (?:i|we) (?:please |just )?(?:get|have|grab|ask|take|start with)(?: for)? (?:your|the|a) (?:(?:first|last|full|good|first and last) )*names?`,
			`(?:^)(?:(?:and|okay|ok|great|sure|so|alright|perfect|wonderful|but|good|oh) )*(?:your|the) (?:(?:first|last|full|good) )*names?(?: please)?(?: and(?: \S+){1,4})?(?: \?)?$`,
			`(?:^)(?:(?:and|okay|your|full) )*names?(?:(?: and)?(?: your)? (?:e ?mail|number|phone|phone number|address))?(?: please)? \?$`, `(?:and|with) (?:your|a) (?:(?:first|last|full) )?names? (?:please )?\?$`,
			`(?:give|tell|get|start with|need) (?:me )?(?:just )?your (?:(?:first|last|full) )*names?`,
			`(?:didn't|did not) (?:catch|get) your (?:first |last )?names?`,
			`who (?:am i|do i have the pleasure of|are we|is this i'm)(?: \w+)? (?:speaking|talking)(?: to| with)?`, `who(?:'s|s| is) (?:calling|this)(?: please)?(?: \?)?$`, `(?:can|may|could) i ask who(?:'s|s| is) calling`,
			`how do you spell your(?: \w+)? names?`, `spell your(?: \w+)? names?`, `what (?:should|can|do|may) i call you`,
			`como se llama`, `cual es su (?:nombre|apellido)`, `(?:me )?(?:puede|podria|da|regala)(?: \w+)? su nombre`, `(?:^)(?:y )?su nombre(?: completo)?(?: y su \w+)?(?: por favor)?(?: \?)?$`, `con quien (?:hablo|tengo el gusto)`, `a nombre de quien`,
		),
		unless: anyOf(`names? of`, `the names? (?:is|was)`, `(?:i|we)(?: already| do|'ve)? (?:got|see|put|wrote|found|pulled up) your(?: \w+)? names?`, `^(?:(?:and|so|but|okay|yes) )*(?:i|we)(?: already| do)? have your(?: \w+)? names?`, `company name`, `my name`),
	},
	{
		name: request.AskedNeed, asks: true, cues: " help assist prompting do doing done like tell walk project projects work working need needs needed about on issue problem trouble mind brings wrong looking thinking ayudar servir necesita proyecto trabajo ofrece ",
		said: anyOf(
			`how (?:can|may|could) (?:i|we) (?:help|assist|be of (?:help|service))`, `(?:what|how) (?:can|may|could) (?:i|we) (?:do|help)(?: \w+){0,2}(?: for you| with)`,
			`what (?:are|were|is it|would) you (?:`+wantingTo+`|like|wanting|needing)(?: (?:to|for|of|about|on|into)(?: \S+){0,5})?(?: \?)?$`,
			`what(?:'s| is| are)?(?: the)? (?:kind|type|sort|scope)s? of (?:a )?(?:project|work|job|remodel|service|help|repair|thing)`, `what (?:project|work|job|service) (?:are|do|did|would|is|can)`,
			`(?:tell|walk) me (?:(?:a little|a bit|a little bit|some|more|all|through) )*(?:about )?(?:it|that|(?:your|the|this|what) .*)`,
			`what (?:do|did|would|will) you (?:need|want|like|have)(?: us)?(?: to)? (?:done|do|have done|get done|worked on|fixed|repaired|replaced|in mind|help with)`, `what do you need(?: \?)?$`,
			`what(?:'s| is| seems)?(?: to be)?(?: the)? (?:going on|problem|issue|trouble|wrong|happening)(?: \S+){0,6} ?\?$`, `what brings you`, `what(?:'s| is) (?:it|this|your call|the call) (?:about|regarding|for)`,
			`is (?:this|it) (?:about|for|regarding) (?:a |an |your )?(?:new |upcoming )?(?:project|remodel|estimate|quote|job)`, `what(?:'s| is) the (?:project|job|plan|work)`, `what(?:'s| is) prompting (?:the|your) call`, `what are we (?:doing|working on|looking at)`,
			`(?:en que|como) (?:le|te|lo|la|les)?(?: \w+)? ?(?:puedo|podemos) (?:ayudar|servir)\w*`, `que (?:necesita|tipo de (?:proyecto|trabajo)|se le ofrece|proyecto|trabajo)`, `digame en que`,
		),
		unless: anyOf(`(?:anything|something|nothing) else`, `budget|spend(?:ing)?|invest`, `what time`, `when`),
	},
	{
		name: request.AskedTimeline, asks: true, cues: " when soon timing timeline timeframe frame deadline rush cuando pronto start date ",
		said: anyOf(
			`when (?:are|were|would|do|did|will|is it that) you(?: guys| folks| all)? (?:`+wantingTo+`|like|want|need|hope|plan|ideally|prefer|think)`, `when (?:are|were|would|do|did) you ideally`,
			`(?:^)(?:(?:and|okay|so|the|your) )*(?:time ?line|time ?frame|timing) \?$`, `is there a date you(?:'d| would)? (?:like|want|need)`,
			`(?:how|about how) soon (?:are|were|would|do|did|will) you`, `how soon(?: \?)?$`,
			`(?:what(?:'s| is| was|s| are| kind of)|do you have|did you have|have you got|is there|any|have)(?: (?:your|the|a|an|any|some|sort of|kind of|particular|specific|rough|ideal|certain|set|target|general|project))* (?:time ?line|time ?frame|start date|deadline|target date|completion date|date in mind|rush)s?`,
			`when (?:should|could|would) (?:the work|the project|it|this|construction) (?:start|begin|be (?:done|finished|ready|started))`, `(?:by )?when (?:does|do) (?:it|this|that|the \w+) (?:need|have) to be`,
			`para cuando`, `cuando (?:le gustaria|quiere|quisiera|piensa|desea|planea|quieren|piensan)(?: \w+)? (?:empezar|comenzar|hacer\w*|iniciar|el trabajo)`, `que tan pronto`,
		),
		unless: anyOf(
			`(?:come|coming|came|stop|swing|drop|pop|head|get|have someone|send someone|us) (?:out|by|over|in|to look|there)`, `appointment|visit|consultation|estimator|estimate|measure|showroom|meet(?:ing)?|inspection|call you(?: back)?|schedule (?:you|that|it|a)|a good time|walk ?through`,
		),
	},
	{
		name: request.AskedBudget, asks: true, cues: " budget budgeted budgeting spend spending invest range ballpark number afford presupuesto gastar invertir ",
		said: anyOf(
			`(?:do|did|have|does|is|are|had|would)(?: \w+){0,3} (?:a|any|some|the|your)(?: \w+){0,3} (?:budget|price range|ballpark|number in mind|figure in mind)`, `any(?: \w+){0,3} (?:budget|price range)(?: \S+){0,4} \?$`,
			`what(?:'s|s| is| was| are| kind of| sort of| type of)(?: a)?(?: (?:your|the|you|a|our|rough|ballpark|total|overall|\w+ for your))*(?: \w+){0,2} (?:budget|price range)`,
			`(?:what|which) (?:kind of |sort of )?(?:budget|price range)(?: \S+){1,8}`,
			`(?:how much|what) (?:are|were|would|did|do|have) you(?: \w+)? (?:`+wantingTo+`|like|want|plan|expect|hope|able|budgeted|prepared)(?: (?:of|about|on))?(?: (?:to )?(?:spend|spending|invest|investing|put \w+))?(?: \S+){0,8} \?$`,
			`what you (?:would like|want|are `+wantingTo+`|were `+wantingTo+`|'d like|plan|hope|think|can|have)(?: of)?(?: to)? (?:spend|spending|invest)`,
			`(?:how much|what)(?: \w+){0,4} you(?:'d| would)? (?:like|want|comfortable|willing|able|hoping|looking) (?:to )?(?:spend|spending|invest|investing)`,
			`(?:can|may|could) i ask (?:about )?(?:the |your |a )?budget`, `(?:do|did) you have a range(?: \S+){0,6} \?$`,
			`comfortable (?:spending|investing|with spending)(?: \S+){0,6} \?$`, `(?:^)(?:(?:and|so|okay|ok|any|the|a|fun|project|great|your|rough|what's|is|there) )*budget(?: \w+){0,3} \?$`,
			`(?:tiene|tienen|hay|cual es(?: su| el)?|cuenta con)(?: \w+)? presupuesto`, `(?:su|algun|que) presupuesto(?: \S+){0,3} \?$`, `cuanto (?:tiene pensado|quiere|quisiera|piensa|planea|le gustaria|quieren|piensan|desea) (?:gastar|invertir)`,
		),
		unless: anyOf(`(?:any|every|all|each) budgets? (?:we|is|are|and)`, `budget (?:meeting|office|department)`, `financing`),
	},
	{
		name: request.OfferedAppointment, cues: " set monday tuesday wednesday thursday friday saturday sunday today tomorrow morning afternoon lunes martes miercoles jueves viernes sabado manana come coming send schedule scheduled scheduling appointment visit book work works suit opening openings slot availability available free home consultation meet out by measure look visita cita agendar pasar venir ",
		said: anyOf(
			`(?:can|could|would|will|i'd|we'd|i'll|we'll|let me|let's|want to|like to|love to|happy to|glad to|able to)(?: \w+){0,3} (?:send|get|have|schedule|set(?: \w+)? up|book)(?: (?:you|to|for|`+someone+`))?(?: \w+){0,3} (?:out|over|come|down for|scheduled|an? (?:\w+ ){0,3}(?:appointment|visit|consultation|estimate|walk ?through|time))`,
			`would you (?:like|want|prefer|be interested in|be open to)(?: (?:to|us to|me to|for us to|`+someone+` to))? (?:schedule|set(?: \w+)? up|book|come(?: in| by| out| over| see| take| have)|make|an? (?:\w+ ){0,3}(?:appointment|visit|consultation|estimate|walk ?through)|have `+someone+` (?:come|out))`, `would you (?:like|be (?:interested in|open to|okay with)) having `+someone+` (?:come|out|stop)`,
			`(?:can|could|may|would) (?:i|we|he|she|they|`+someone+`)(?: \w+){0,2} (?:come|stop|swing|drop) (?:out|by|over|see|and|take|in|on|tomorrow|this|next|`+day+`)`,
			`(?:does|do|would|will|is)(?: \S+){0,5} `+day+`(?: \S+){0,6} (?:work|okay|ok|good|suit|better|fine|possible|too early|too late|alright)(?: \S+){0,4} \?$`, `does that (?:work|suit)(?: for)? you(?: \?)?`,
			`(?:how about|how's|how is|what about|say)(?: \w+){0,3} `+day+`(?: \S+){0,6} \?$`,
			`are you (?:free|available|home|around)(?: \w+){0,3} (?:`+day+`|then|that day|weekends?|at \w+|for (?:a|an|us|him|her|our)(?: \w+)?)(?: \S+){0,4} \?$`, `(?:what|which) (?:day|days|time|times|date) (?:works|work|would work|is good|is best|are you|would be|suits|do you)`,
			`(?:i|we)(?:'ve| have|'ve got| have got| got) (?:an?|some|two|several)?(?: \w+)? ?(?:openings?|availability|slots?|appointments?|spots?)`, `(?:estimator|designer|technician|guy|crew|he|she|i|someone|we)(?: \w+)? (?:can|could) (?:be there|be out|come|stop by|swing by)`,
			`(?:i|we)(?:'ve| have|'ve got| could do| can do)(?: got)? (?:this |next |on )?`+day+` (?:at|morning|afternoon|evening|open|available|or)`, `the next step (?:is|would be) (?:an? |the |to )?(?:\w+ ){0,3}(?:visit|appointment|consultation|walk ?through)`,
			`when (?:would|could|can|is)(?: \w+){0,4} (?:good|best|convenient|work|free)(?: \S+){0,3} for (?:us|someone|him|her|an?|the|our)`, `when can we come`, `(?:can|could|shall|should|may) (?:i|we) come (?:look|measure|see|take)`, `shall (?:i|we) (?:set(?: \w+)? up|schedule|book|send)`,
			`(?:do|did) you want (?:me|us|`+someone+`) to come (?:out|take|up|by|over|measure|look)`,
			`(?:quiere|quisiera|le gustaria|gusta|podemos|puedo|puede)(?: \w+){0,4} (?:una cita|una visita|agendar|pasar|visitar\w*|ir a (?:ver|medir))`, `le (?:viene|queda|conviene|parece) bien`,
		),
		unless: anyOf(`(?:get|send|have) (?:that|it|this|those|them) (?:out|over)`, `can't|cannot|can not|won't|don't|doesn't|not able|unable|unfortunately|isn't|aren't|wouldn't|couldn't`, `application|interview|resume|hiring|position`, `no openings?|fully booked|booked (?:out|solid|up)`, `you (?:had|missed|already have|have) (?:an|your) appointment`, `how did|did you have`),
	},
	{
		name: request.ConfirmedNextStep, cues: " call calling email e text send sending see be you get receive hear set confirmed booked scheduled down expect out touch there llamo llamare llamamos mando envio enviare vemos esperamos queda confirmado confirmada ",
		said: anyOf(
			`(?:i'll|we'll|he'll|she'll|they'll|(?:i|we|he|she|they|someone|somebody|\w+) (?:will|is going to|are going to|am going to)|i'm going to|we're going to)(?: \w+){0,2} (?:(?:call|email|e mail|text|phone|ring|contact|reach out to|see|meet|get back to|give|follow up with) (?:you|y'all)|(?:send|mail|email|e mail|text) (?:it|that|them|over|out|an?|the|you))`,
			`(?:i'll|we'll|i will|we will|i'm going to|we're going to|i'd like)(?: go ahead and)? (?:have|get) `+someone+` (?:to )?(?:call|phone|reach|contact|email|text|get back|give you|follow up|there|out|at your)`,
			`(?:he'll|she'll|they'll|we'll|i'll|(?:he|she|they|we|i|someone|somebody) will)(?: \w+)? (?:be (?:there|out|over|in touch|calling|by|at)|come (?:out|by)|reach out|call (?:when|before|today|tomorrow|first)|follow up)`,
			`you(?:'ll| will| should)(?: \w+)? (?:get|receive|hear|be getting|be receiving|be hearing|have|expect|see) (?:an? |the |from |our |that )?(?:\w+ ){0,2}(?:confirmation|e ?mail|text|call|reminder|quote|estimate|link|message|invite|us|him|her|me|proposal)`,
			`see you(?: \w+){0,2} (?:`+day+`|then|at|next|on|in|there|soon)`, `you(?:'re| are) (?:all set|confirmed|booked|scheduled|down for|set for|on the (?:schedule|calendar|books))`,
			`(?:i|we)(?:'ve| have|'ve got)(?: got)? you (?:down|scheduled|booked|set|confirmed|on the (?:schedule|calendar|books))`, `(?:that's|it's|all) (?:confirmed|booked|scheduled)`, `look(?:ing)? forward to (?:seeing|meeting)`,
			`(?:someone|somebody|our \w+|the \w+)(?: \w+)? will (?:call|reach|contact|be in touch|be there|get back|email|text)`,
			`(?:le|lo|la|te) (?:llamo|llamare|llamaremos|llamamos|mando|envio|enviare|enviamos|marco|esperamos|escribo)`, `nos vemos (?:el|la|manana|a las|este|entonces)`, `queda (?:usted )?(?:confirmad|agendad|programad)\w+`,
		),
		unless: anyOf(`if (?:anything|something|(?:we|i|it|there|that|they|he|she)(?:'\w+)?)`, `can't|cannot|won't|not|don't|might|may`, `who|why`, `(?:see|call|send) (?:what|how|if|whether)`, `(?:should|shall|can|could|would|want me to|may) (?:i|we|\w+)(?: \w+){0,2} (?:call|email|send|have|text|get)(?: .*)? \?$`),
	},
}
