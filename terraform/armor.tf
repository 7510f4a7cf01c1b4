# Cloud Armor in front of the load balancer. CallRail publishes no addresses, so nobody is let in
# by where he comes from: deliveries are known by their signatures. The first rule that matches
# decides, a rate that is kept to lets in, and a delivery that is refused here is lost.

locals {
  rule_sets = [
    "sqli-v33-stable", "xss-v33-stable", "lfi-v33-stable", "rfi-v33-stable", "rce-v33-stable", "protocolattack-v33-stable",
    "scannerdetection-v33-stable",
  ]
  # Requests a minute, and of what: one source's deliveries, one visitor's forms, one caller's rest.
  # Deliveries come before the firewall, the rest after it.
  rates = [
    { priority = 900, match = "request.path.startsWith('/v1/callrail/')", key = "HTTP_PATH", count = 60000 },
    { priority = 901, match = "request.path.startsWith('/v1/forms/')", key = "IP", count = 120 },
    { priority = 2000, match = "request.path.startsWith('/')", key = "IP", count = 1200 },
  ]
}

resource "google_compute_security_policy" "edge" {
  count       = var.domain == null ? 0 : 1
  name        = "pipeline"
  description = "Known attacks, and rates."

  dynamic "rule" {
    for_each = local.rule_sets
    content {
      priority    = 1000 + rule.key
      action      = "deny(403)"
      description = rule.value
      match {
        expr {
          # Bodies under /v1/ are what callers said and what administrators and visitors wrote, mostly
          # as JSON, which the firewall reads as one text: it may look like any attack. The services
          # verify and parse them strictly.
          expression = "!request.path.startsWith('/v1/') && evaluatePreconfiguredWaf('${rule.value}', {'sensitivity': 1})"
        }
      }
      # The same is true of what people search for.
      preconfigured_waf_config {
        exclusion {
          target_rule_set = rule.value
          request_query_param {
            operator = "EQUALS_ANY"
          }
        }
      }
    }
  }

  dynamic "rule" {
    for_each = local.rates
    content {
      priority    = rule.value.priority
      action      = "throttle"
      description = "At most ${rule.value.count} a minute by ${rule.value.key}"
      match {
        expr {
          expression = rule.value.match
        }
      }
      rate_limit_options {
        conform_action = "allow"
        exceed_action  = "deny(429)"
        enforce_on_key = rule.value.key
        rate_limit_threshold {
          count        = rule.value.count
          interval_sec = 60
        }
      }
    }
  }

  rule {
    priority    = 2147483647
    action      = "allow"
    description = "The rest"
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }

  adaptive_protection_config {
    layer_7_ddos_defense_config {
      enable = true
    }
  }

  depends_on = [time_sleep.apis]
}
