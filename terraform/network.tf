# With var.vpc_egress everything leaves by fixed addresses, which a CRM's administrator can list.

locals {
  egress_regions = var.vpc_egress ? toset(var.regions) : toset([])
  subnetworks    = var.vpc_egress ? { for region, s in google_compute_subnetwork.egress : region => s.id } : null
}

resource "google_compute_network" "egress" {
  count                   = var.vpc_egress ? 1 : 0
  name                    = "pipeline"
  auto_create_subnetworks = false
  depends_on              = [time_sleep.apis]
}

# An instance takes an address, and a deployment as many again: a /20 is enough for 2000.
resource "google_compute_subnetwork" "egress" {
  for_each                 = local.egress_regions
  name                     = "pipeline-${each.key}"
  region                   = each.key
  network                  = google_compute_network.egress[0].id
  ip_cidr_range            = cidrsubnet("10.64.0.0/12", 8, index(var.regions, each.key))
  private_ip_google_access = true # Google's APIs are not behind the fixed addresses
}

resource "google_compute_address" "egress" {
  for_each   = local.egress_regions
  name       = "pipeline-egress-${each.key}"
  region     = each.key
  depends_on = [time_sleep.apis]
}

resource "google_compute_router" "egress" {
  for_each = local.egress_regions
  name     = "pipeline-${each.key}"
  region   = each.key
  network  = google_compute_network.egress[0].id
}

resource "google_compute_router_nat" "egress" {
  for_each                           = local.egress_regions
  name                               = "pipeline"
  router                             = google_compute_router.egress[each.key].name
  region                             = each.key
  nat_ip_allocate_option             = "MANUAL_ONLY"
  nat_ips                            = [google_compute_address.egress[each.key].self_link]
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"
  # One address serves many instances only if each takes as many ports as it needs.
  enable_dynamic_port_allocation      = true
  min_ports_per_vm                    = 64
  max_ports_per_vm                    = 4096
  enable_endpoint_independent_mapping = false

  log_config {
    enable = true
    filter = "ERRORS_ONLY"
  }
}
