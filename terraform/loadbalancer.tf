# With var.domain: one address and host name in front of webhook and api in every region.

locals {
  edge = var.domain == null ? toset([]) : toset(["webhook", "api"])
  edge_groups = merge([
    for name in local.edge : { for region in var.regions : "${name} ${region}" => { name = name, region = region } }
  ]...)
}

# Where our own services are: the last step of a release leaves an object for each of its regions. Until then a region
# has placeholders, which refuse what CallRail sends once.
data "google_storage_bucket_objects" "released" {
  count  = var.domain == null ? 0 : 1
  bucket = google_storage_bucket.build.name
  prefix = "released/"
}

locals {
  released = flatten([for d in data.google_storage_bucket_objects.released : [for o in d.bucket_objects : trimprefix(o.name, "released/")]])
  # Before the first release nobody delivers anything, and its smoke test asks through the load balancer.
  balanced = length(setintersection(var.regions, local.released)) == 0 ? toset(var.regions) : setintersection(var.regions, local.released)
}

resource "google_compute_global_address" "edge" {
  count      = var.domain == null ? 0 : 1
  name       = "pipeline"
  depends_on = [time_sleep.apis]
}

resource "google_compute_region_network_endpoint_group" "edge" {
  for_each              = local.edge_groups
  name                  = "${each.value.name}-${each.value.region}"
  region                = each.value.region
  network_endpoint_type = "SERVERLESS"
  cloud_run {
    service = module.stage[each.value.name].services[each.value.region]
  }
}

resource "google_compute_backend_service" "edge" {
  for_each              = local.edge
  name                  = each.key
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"
  security_policy       = google_compute_security_policy.edge[0].id

  dynamic "backend" {
    for_each = local.balanced
    content {
      group = google_compute_region_network_endpoint_group.edge["${each.key} ${backend.key}"].id
    }
  }

  # A region that answers nothing but errors is left alone for a while. Serverless groups have
  # no health checks.
  dynamic "outlier_detection" {
    for_each = length(var.regions) > 1 ? [1] : []
    content {
      consecutive_errors           = 5
      enforcing_consecutive_errors = 100
      max_ejection_percent         = 50
      interval {
        seconds = 5
      }
      base_ejection_time {
        seconds = 30
      }
    }
  }

  log_config {
    enable      = true
    sample_rate = 1
  }
}

# What is not a delivery is the api's; /pubsub/intake can therefore not be reached from outside.
resource "google_compute_url_map" "edge" {
  count           = var.domain == null ? 0 : 1
  name            = "pipeline"
  default_service = google_compute_backend_service.edge["api"].id

  host_rule {
    hosts        = [var.domain]
    path_matcher = "pipeline"
  }
  path_matcher {
    name            = "pipeline"
    default_service = google_compute_backend_service.edge["api"].id
    path_rule {
      paths   = ["/v1/callrail/*", "/v1/forms/*"]
      service = google_compute_backend_service.edge["webhook"].id
    }
    # /v1/health is the api's here. This is webhook's, for the check in monitoring.tf.
    path_rule {
      paths   = ["/v1/callrail/health"]
      service = google_compute_backend_service.edge["webhook"].id
      route_action {
        url_rewrite {
          path_prefix_rewrite = "/v1/health"
        }
      }
    }
  }
}

resource "google_compute_managed_ssl_certificate" "edge" {
  count = var.domain == null ? 0 : 1
  name  = "pipeline-${substr(sha256(var.domain), 0, 8)}"
  managed {
    domains = [var.domain]
  }
  lifecycle {
    create_before_destroy = true
  }
  depends_on = [time_sleep.apis]
}

resource "google_compute_ssl_policy" "edge" {
  count           = var.domain == null ? 0 : 1
  name            = "pipeline"
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"
  depends_on      = [time_sleep.apis]
}

resource "google_compute_target_https_proxy" "edge" {
  count            = var.domain == null ? 0 : 1
  name             = "pipeline"
  url_map          = google_compute_url_map.edge[0].id
  ssl_certificates = [google_compute_managed_ssl_certificate.edge[0].id]
  ssl_policy       = google_compute_ssl_policy.edge[0].id
}

resource "google_compute_global_forwarding_rule" "https" {
  count                 = var.domain == null ? 0 : 1
  name                  = "pipeline-https"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.edge[0].id
  port_range            = "443"
  target                = google_compute_target_https_proxy.edge[0].id
}

resource "google_compute_url_map" "redirect" {
  count = var.domain == null ? 0 : 1
  name  = "pipeline-redirect"
  default_url_redirect {
    https_redirect         = true
    redirect_response_code = "PERMANENT_REDIRECT" # keeps method and body
    strip_query            = false
  }
  depends_on = [time_sleep.apis]
}

resource "google_compute_target_http_proxy" "redirect" {
  count   = var.domain == null ? 0 : 1
  name    = "pipeline-redirect"
  url_map = google_compute_url_map.redirect[0].id
}

resource "google_compute_global_forwarding_rule" "http" {
  count                 = var.domain == null ? 0 : 1
  name                  = "pipeline-http"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.edge[0].id
  port_range            = "80"
  target                = google_compute_target_http_proxy.redirect[0].id
}
