package estimate

// Prices of what runs without any call.
const (
	hours   = 730 // of a month
	seconds = hours * 3600

	cpuAlways, memoryAlways = 0.000018, 0.000002   // a vCPU second and GiB second of an instance that keeps its CPU
	cpuIdle, memoryIdle     = 0.0000025, 0.0000025 // of one that is kept warm without
	memoryGiB               = 0.5

	loadBalancer = 0.025 * hours // the first five forwarding rules
	armor        = 5 + 11        // a policy, and its rules
	address      = 0.005 * hours
)

// Edition is what a node of Spanner (1000 processing units) costs an hour.
type Edition struct {
	Name string
	Hour float64
}

// The editions. A node in several regions is paid for in each of them.
var (
	Standard   = Edition{"Standard", 0.90}
	Enterprise = Edition{"Enterprise", 1.23}
	Several    = Edition{"Enterprise Plus in nam3", 3.00}
)

// Month is what so many processing units cost in a month.
func (e Edition) Month(units int) float64 { return e.Hour * hours * float64(units) / 1000 }

// Deployment is what Terraform makes with a set of variables.
type Deployment struct {
	Name      string
	Edition   Edition
	Units     int
	Warm      int     // instances of webhook, over all regions
	CPUAlways bool    // instances are paid for as long as they are there
	Edge      bool    // a load balancer with Cloud Armor
	Egress    int     // fixed addresses
	Rest      float64 // secrets, keys, schedules, logs, backups
}

// The deployments of terraform/env, and what is made without any variable.
var (
	Smallest = Deployment{Name: "dev.tfvars", Edition: Standard, Units: 100, Rest: 2}
	Default  = Deployment{Name: "the defaults", Edition: Enterprise, Units: 100, Warm: 1, Rest: 5}
	Awake    = Deployment{Name: "the defaults, cpu_always=true", Edition: Enterprise, Units: 100, Warm: 1, CPUAlways: true, Rest: 5}
	Regions  = Deployment{Name: "prod.tfvars", Edition: Several, Units: 1000, Warm: 2, CPUAlways: true, Edge: true, Egress: 2, Rest: 20}
)

// Deployments are all of them, the cheapest first.
var Deployments = []Deployment{Smallest, Default, Awake, Regions}

const (
	steps     = 6  // services that come and go: the four steps after webhook, and api; transcribe's memory is that of two
	busyHours = 12 // of a day that calls come in, with less than a quarter of an hour between two
	sweeping  = 2  // sweep's calls, when it is paid for by its calls
	// largeMonth is how many calls a month a database of the smallest size is taken to be enough
	// for; above, it is taken to need a node. Not measured on Spanner itself.
	largeMonth = 100_000
)

// Fixed is what the deployment costs in a month besides its calls, of which there are some every
// working hour.
func (d Deployment) Fixed(calls int) []Item {
	units := d.Units
	if calls > largeMonth {
		units = max(units, 1000)
	}
	items := []Item{{"Spanner, " + d.Edition.Name, d.Edition.Month(units)}}
	always := seconds * (cpuAlways + memoryGiB*memoryAlways)
	switch {
	case d.CPUAlways:
		items = append(items,
			Item{"webhook, kept warm", always * float64(d.Warm)},
			Item{"sweep, called every minute", always},
			Item{"the other services, while calls come in", always * steps * busyHours / 24})
	default:
		items = append(items,
			Item{"webhook, kept warm", seconds * (cpuIdle + memoryGiB*memoryIdle) * float64(d.Warm)},
			Item{"sweep, called every minute", sweeping})
	}
	if d.Edge {
		items = append(items, Item{"load balancer and Cloud Armor", loadBalancer + armor})
	}
	if d.Egress > 0 {
		items = append(items, Item{"fixed outbound addresses", address * float64(d.Egress)})
	}
	return append(items, Item{"secrets, schedules, logs, backups", d.Rest})
}

// FixedUSD is the sum of Fixed.
func (d Deployment) FixedUSD(calls int) float64 {
	sum := 0.0
	for _, item := range d.Fixed(calls) {
		sum += item.USD
	}
	return sum
}
