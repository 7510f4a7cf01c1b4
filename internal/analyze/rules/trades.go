package rules

// trade is one project type and the words that name it.
type trade struct {
	name string
	cues []tradeCue
}

type tradeCue struct {
	re     *pattern
	weight float64
}

// A room or a structure weighs more than a thing that is found in several of them.
const (
	strongCue = 3.0
	plainCue  = 2.0
	faintCue  = 1.0
)

func strong(alternatives ...string) tradeCue { return tradeCue{words(alternatives...), strongCue} }
func plain(alternatives ...string) tradeCue  { return tradeCue{words(alternatives...), plainCue} }
func weak(alternatives ...string) tradeCue   { return tradeCue{words(alternatives...), faintCue} }

// trades are in the order in which ties are decided.
var trades = []trade{
	{"whole_home", []tradeCue{
		{words(`(whole|entire|full|complete|total)[ -](house|home|interior|place|condo|property|house and)`, `whole[ -]home`, `gut(ting)? (the|it|and|this|our|my) ?(whole|entire|house|place|home|thing)?`, `gut (job|reno\w*|rehab\w*|remodel\w*)`, `(full|complete|total) gut`, `top to bottom`, `(every|each) room`, `all (of )?the rooms`, `fixer.?upper`, `down to the studs`, `toda la casa`, `casa (completa|entera)`, `(redo|remodel|renovate|update|redoing|remodeling|renovating|updating) (the|our|my|this|a) (house|home|condo|place)`, `(house|home|place) (put )?back together`, `(house|home|condo|place) (remodel|renovation|reno)`, `flip(ping)? (a|the|this|houses)`), 4},
	}},
	{"addition", []tradeCue{
		strong(`additions?`, `(bump|two.story|second.story|wing)( \w+)? off (of )?the (back|side|rear|front)`, `(add|adding|added|build|building|put|putting)( on)? (a |an |another |one more |on |some )+(\w+ )?(room|bedroom|story|level|floor|suite|family room|master|wing|space|onto)`, `add(ing)? on( to)?`, `bump.?out`, `second (story|storey)`, `in-?law (suite|apartment|unit|quarters|flat|cottage)`, `mother.in.law('s)? (suite|apartment|unit|quarters|flat|cottage|room|addition)`, `(second|third|another) (floor|stor(e)?y) (over|above|onto)`, `(going|go|build|building) up a (floor|level|stor(e)?y)`, `granny (flat|unit|suite)`, `a\.?d\.?us?`, `(rental|granny|backyard|detached|in-?law) (unit|flat|apartment)`, `full apartment`, `ampliar`, `agregar (un|una|dos|tres|otro|otra|mas)? ?(cuartos?|recamaras?|habitacion(es)?|piso|nivel)`, `accessory dwelling`, `backyard (cottage|house|unit)`, `guest house`, `sun ?room`, `(four|three|4|3).?seasons? (room|porch)`, `garage (conversion|apartment)`, `(convert|converting|turn|turning) (the|my|our|a) (\w+ )?garage`, `more (space|square footage|room)`, `dormers?`, `ampliacion`, `cuartos? (extra|adicional|mas)`, `(agregar|anadir|construir)( un| una| otro| otra)? (cuarto|recamara|habitacion|piso)`, `extension`, `expand (the|our|my) (house|home)`, `extra bedroom`, `(bedroom|bath|bathroom|room|suite|kitchen|family room) (and (a )?(bath|bathroom) )?(off|on|onto|out) (of )?(the|our|my) (back|side|front|rear)`, `(little|small|separate) apartment`, `(second|another|extra|whole) (floor|story) on (the|our|my|top)`, `more bedrooms?`, `another bed(room)?`, `carriage house`),
	}},
	{"basement", []tradeCue{strong(`(open|unfinished|big) (open )?downstairs`, `(downstairs|lower level|below)\b.{0,25}(concrete|studs|unfinished|bare)`, `basements?`, `sotano`, `lower level`), plain(`rec room`, `egress( windows?)?`, `walk-?out basement`)}},
	{"kitchen", []tradeCue{
		strong(`kitchen(s|ette)?`, `cocinas?`),
		plain(`cabinets?`, `cabinetry`, `counter ?tops?`, `counters?`, `backsplash`, `butler'?s pantry`, `pantry`, `(kitchen )?island`, `gabinetes`, `granite`, `quartz`, `encimera`),
	}},
	{"bathroom", []tradeCue{
		strong(`bathrooms?`, `shower (doors?|glass|pan|stall)`, `(\d|one|two|both|half|full|hall|master|guest|the|my|our|a|and|upstairs|downstairs|kids'?|three|second|other|primary|main|new|each) (and a half )?baths?`, `bath (remodel|renovation|redo|upgrade|update)`, `^\W*bath\b`, `powder room`, `en.?suite`, `banos?`, `(tub|bath).to.(walk-?in )?shower`, `washroom`, `half.?bath`),
		plain(`showers?`, `(bath ?)?tubs?`, `whirlpools?`, `vanity`, `vanities`, `jacuzzi`, `soaking tub`, `ducha`, `regadera`, `banera`, `grab bars?`),
	}},
	{"roofing", []tradeCue{
		strong(`roof(s|ing|er|ers|line)?`, `re-?roof\w*`, `techos?`, `tejado`, `goteras?`),
		weak(`squares`), plain(`membrane`, `tear.?off`, `(one|two|three) layers`, `flat (section|part)`, `low.?slope`, `tpo|epdm`, `roof ?deck\w*`, `shingles?`, `gutters?`, `flashing`, `(shake|metal|tile|slate|asphalt) roof`, `skylights?`, `soffits?`, `fascia`, `downspouts?`, `hail( damage)?`, `ice dams?`, `canaletas`),
	}},
	{"siding", []tradeCue{strong(`siding`, `fiber.?cement`, `cement (board|fiber|siding)`, `(cedar|clapboards?)\b.{0,30}(rott\w+|woodpeckers?|holes|patch\w*)`, `(cedar|wood) (shakes?|shingles)`, `t.?(one|1).?(eleven|11)`, `(re-?)?sided`, `re-?sid(e|ing)`, `hardie ?(board|plank)?`, `stucco`, `clapboards?`, `cladding`, `revestimiento`, `board and batten`), weak(`shakes`, `vinyl`)}},
	{"windows_doors", []tradeCue{
		strong(`windows?`, `ventanas?`, `(front|entry|patio|sliding|french|storm|garage|back|exterior|interior|barn|pocket|screen) (glass )?doors?`),
		plain(`doors?`, `sliders?`, `puertas?`, `(patio|glass|deck) sliders?`, `double.?panes?`, `triple.?panes?`),
	}},
	{"flooring", []tradeCue{
		strong(`floors`, `flooring`, `hard ?woods?( floors?)?`, `carpet(s|ing)?`, `laminate`, `lvp`, `vinyl plank`, `(tile|kitchen|bathroom|wood|new|oak|bedroom|living room|the) floor`, `subfloor`, `pisos?`, `alfombras?`, `linoleum`, `refinish\w* (the|my|our|some|these|those)?\W*(floors?|hardwoods?|wood)`, `luxury vinyl`, `sheet vinyl`, `vinyl (sheet|floor\w*|tiles?)`), plain(`planks?`),
		weak(`til(e|es|ing)`, `refinish\w*`, `floor`),
	}},
	{"deck_patio", []tradeCue{strong(`deck(s|ing)?`, `patios?`, `pergolas?`, `porch(es)?`, `gazebo`, `veranda`, `lanai`, `terraza`, `balcony`, `outdoor (kitchen|living)`, `composite`, `trex`), plain(`fire ?pit`, `sitting area`, `railings?`, `deck boards?`, `pavers`)}},
	{"painting", []tradeCue{strong(`overspray`, `fresh coat`, `(get|make|paint) it (all )?neutral`, `paint(ing|ed|s)?`, `re-?paint(ing|ed)?`, `pintar(la|lo|las|los)?`, `pintura`, `pinten`, `pintor(es)?`), plain(`primed?`, `peeling`, `every wall`, `(get|have|make) (it|them|everything|the \w+)( all)? (white|gray|grey|beige|blue|green)`, `painters?`, `wallpaper\w*`, `stain(ing|ed)?`), weak(`(two|three|one) coats?`)}},
	{"hvac", []tradeCue{
		strong(`h\.?v\.?a\.?c\.?`, `furnaces?`, `(the|our|my|new|an?|central) a/?c( units?)?`, `ac unit`, `air.?condition\w*`, `heat pumps?`, `boiler`, `duct ?work`, `ducts?`, `mini.?splits?`, `thermostat`, `central air`, `aire acondicionado`, `calefaccion`, `air handler`, `condenser`, `heating( and cooling| system)?`, `no heat`, `calefactor`),
		plain(`(cooler|warmer|hotter|colder) in (here|this|the|my|our)`, `capacitor|compressor|freon|refrigerant`, `degrees in (here|the house|my|our)`, `never gets? (below|above|under|over|warm|cool|down)`, `zon(ed|ing)`, `(second|new|whole|another) (\w+ )?system`, `radiators?`, `cooling`, `heat`, `(unit outside|outside unit|outdoor unit|air unit)`, `a/?c`, `drain pan|condensate`, `never (cools|heats|warms)\w*`, `(won't|doesn't|not|isn't|stopped) (cool|heat|blow)\w*`, `short.?cycl\w+`, `seer`, `(space |the )?heater`),
	}},
	{"plumbing", []tradeCue{
		strong(`plumb(er|ers|ing)`, `pipes?`, `re-?pip\w+`, `sewer( line)?`, `water heaters?`, `hot water( heater| tank)?`, `tankless`, `calentador(es)? de agua`, `sump pump`, `water (line|main)`, `gas line`, `septic`, `plomer\w+`, `tuberias?`, `fuga`, `main line`, `slab leak`),
		plain(`drains?`, `toilets?`, `faucets?`, `sinks?`, `disposal`, `clog\w*`, `inodoro`, `fregadero`, `calentador(es)?`, `boilers de`, `water pressure`, `water softener`, `lavabo`, `llave`, `spigot`),
		weak(`leak(s|ing|ed|y)?`, `drip(s|ping)?`),
	}},
	{"electrical", []tradeCue{
		strong(`electric(al|ian|ians)`, `re-?wir(e|ing|ed)`, `wiring`, `(electrical|breaker|fuse|service) (panel|box)`, `panel (upgrade|box|swap|change|electrico)`, `(el|mi|del) panel`, `(electric(al)?|breaker|main|sub|old|my|our|the) panel`, `breakers?`, `outlets?`, `generators?`, `ev charger`, `(car |tesla |vehicle |level.two )?chargers?`, `knob.and.tube`, `electricista`, `cableado`, `recessed( lights?| lighting)?`, `can lights`, `200.?amps?`, `amp service`, `two (twenty|forty)\b.{0,15}(out|volts?|line|outlet|plug)`, `2[24]0 ?(v|volts?|line|outlet|plug)`, `sub.?panel`, `(fifty|thirty|hundred|\d\d) amps?`),
		plain(`light(s|ing)?( fixtures?)?`, `ceiling fans?`, `circuits?`, `(light )?switch(es)?`, `chandeliers?`, `fixtures`, `enchufes?`, `luces`),
	}},
	{"landscaping", []tradeCue{
		strong(`landscap\w+`, `lawns?`, `sod`, `(block|retaining|stone|boulder|garden) walls?`, `wall, block`, `(bank|hill|hillside|slope) (behind|above|below|out back)`, `irrigation`, `sprinklers?( system)?`, `hardscap\w*`, `jardin\w*`, `hedges?`, `arborvitae`, `plant(ing)? (a|an|some|the|new|trees|shrubs)`, `cesped`, `french drain`, `flower ?beds?`, `backyard`, `front yard`, `yard`),
		plain(`garden`, `slope`, `terrac(e|ed|ing)`, `plant(ed|ing|ings|s)`, `regrad\w+`, `trees?`, `shrubs?`, `mulch`, `grading`, `walkway`, `pasto`),
	}},
	{"other", []tradeCue{
		strong(`gates?`, `side ?walks?`, `wheel ?chair ramp`, `fenc(e|es|ing)`, `driveway`, `book ?(shel\w+|cases?)`, `built.?ins`, `built.?in (book\w*|shel\w*|cabinet\w*|desk|wall|closet|bench)`, `chimney`, `elevator`, `pole barn`, `cerca|barda`, `mail ?box\w*`),
		plain(`foundation`, `crawl ?space`, `fireplace`, `swimming pool`, `(the|a|new|our) pool`, `solar`, `insulation`, `attic`, `stair(s|case|lift)?`, `drywall`, `shed`, `handyman`, `crown molding`, `trim work`, `wine cellar`, `sauna`, `home (theater|office|gym)`, `wheelchair ramp`, `ramp`, `demolition`, `asbestos`, `mold( remediation)?`, `waterproof\w*`, `barn`, `carport`, `closets?`, `garage`, `laundry( room)?`, `mudroom`, `concrete`, `restaurant`, `storefront`, `office space`, `living room`, `dining room`, `bedrooms?`, `playhouse`, `storm shelter`),
	}},
}

// ofTrade is a trade whose work is done to the whole house without being whole_home.
var ofTrade = words(`paint\w*`, `re-?paint\w*`, `windows?`, `siding`, `floor(s|ing)?`, `carpet\w*`, `hardwoods?`, `re-?wir\w+`, `wiring`, `re-?pip\w+`, `re-?plumb\w*`, `roof\w*`, `generators?`, `fan`, `hvac`, `heat\w*`, `air`, `ac`, `insulat\w+`, `gutters?`, `pintar`, `pintura`, `ventanas`, `water (filter|filtration|softener)`, `clean\w*`)

// roomAsPlace is a room that only says where the thing is that the work is about.
var roomAsPlace = expression(`\b(in|at|by|from|under|above|below|inside|near|behind|to|of|off|over|into|through|en|de|bajo) (the|my|our|a|one|an|his|her|la|el|mi|both|that|this|master|hall|upstairs|downstairs|guest|main)( \w+){0,2} ?$`)

// roomBeforeThing is what follows a room that is only the name of a thing's place.
var roomBeforeThing = expression(`^ (floor(s|ing)?|faucets?|sink|windows?|doors?|outlets?|lights?|lighting|ceiling|drain|fan|walls?|pipes?|leak|toilet|heater)\b`)
