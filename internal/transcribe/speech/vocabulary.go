package speech

// vocabulary is what people say to a remodeling company and hardly anywhere else. A recogniser
// that expects these does not hear "waynes coating" or "a vanity fair".
var vocabulary = []string{
	"backsplash", "quartz countertops", "granite countertops", "butcher block", "soft-close cabinets", "shaker cabinets",
	"refacing", "kitchen island", "range hood", "under-cabinet lighting", "gut renovation", "remodel",
	"vanity", "walk-in shower", "tub-to-shower conversion", "shower pan", "curbless shower", "grout", "subway tile", "Schluter", "Kohler", "Moen",
	"wainscoting", "crown molding", "baseboards", "drywall", "sheetrock", "popcorn ceiling", "load-bearing wall", "open floor plan",
	"egress window", "crawl space", "sump pump", "joists", "subfloor", "LVP", "luxury vinyl plank", "engineered hardwood", "refinish hardwood",
	"shingles", "flashing", "soffit", "fascia", "gutters", "hail damage", "ice dam", "skylight", "roof leak",
	"vinyl siding", "fiber cement", "James Hardie", "Hardie board", "stucco", "Tyvek", "double-hung windows", "casement", "French doors", "sliding door", "Pella", "Andersen",
	"Trex", "composite decking", "pergola", "pavers", "retaining wall", "three-season room", "ADU", "in-law suite", "dormer", "mudroom",
	"HVAC", "mini split", "furnace", "heat pump", "tankless water heater", "repipe", "breaker panel", "GFCI",
	"HOA", "HELOC", "change order", "punch list", "permit", "estimate", "in-home consultation", "square footage",
}
