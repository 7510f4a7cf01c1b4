# What is watched: alerts.yaml and slos.yaml say what and why, dashboards/ what people look at.

locals {
  # Health checks come from outside, so with a domain they go through the load balancer.
  health = {
    webhook = var.domain == null ? { host = trimprefix(local.run_app.webhook, "https://"), path = "/v1/health" } : { host = var.domain, path = "/v1/callrail/health" }
    api     = var.domain == null ? { host = trimprefix(local.run_app.api, "https://"), path = "/v1/health" } : { host = var.domain, path = "/v1/health" }
  }

  slos = { for s in yamldecode(file("${path.module}/slos.yaml")) : s.name => s }
  # https://sre.google/workbook/alerting-on-slos/ table 5-8
  burns = {
    fast = { long = "1h", short = "5m", rate = 14.4 }
    slow = { long = "6h", short = "30m", rate = 6 }
  }
  burn_alerts = flatten([for s in local.slos : [for speed, b in local.burns : {
    name      = "slo-${s.name}-${speed}"
    severity  = speed == "fast" ? s.severity : "warning"
    for       = "0s"
    condition = "The error budget of \"${s.condition}\" burns ${b.rate} times as fast as it may."
    query = join(" and ", concat(
      [for window in [b.long, b.short] :
        "((${replace(s.bad, "$window", window)}) / (${replace(s.total, "$window", window)}) > ${format("%.6f", b.rate * (1 - s.goal))})"
      ],
      ["((${replace(s.bad, "$window", b.long)}) >= ${s.least})"],
    ))
    summary = s.counts
    first   = "Look at the operations dashboard: which service or step it is, and when it began."
    runbook = s.runbook
  }]])

  alert_values = { "$cpu_limit" = local.spanner_is_regional ? "0.65" : "0.45", "$instances_limit" = format("%g", 0.8 * var.max_instances) }
  alerts = { for a in concat(local.burn_alerts, flatten([
    for a in yamldecode(file("${path.module}/alerts.yaml")) : [for each in lookup(a, "each", [""]) : merge(a, {
      for key in ["name", "condition", "summary", "first", "runbook", "query"] : key => replace(replace(replace(lookup(a, key, ""),
      "$each", each), "$cpu_limit", local.alert_values["$cpu_limit"]), "$instances_limit", local.alert_values["$instances_limit"])
    })]
  ])) : a.name => a }

  channels = { for severity in ["critical", "warning", "info"] : severity => [
    for name, c in var.alert_channels : google_monitoring_notification_channel.this[name].id if contains(c.severities, severity)
  ] }
}

resource "google_monitoring_notification_channel" "this" {
  for_each     = var.alert_channels
  display_name = "Pipeline: ${each.key}"
  type         = each.value.type
  labels       = each.value.labels

  dynamic "sensitive_labels" {
    for_each = contains(["slack", "pagerduty"], each.value.type) ? [each.value.type] : []
    content {
      auth_token  = sensitive_labels.value == "slack" ? lookup(var.alert_tokens, each.key, null) : null
      service_key = sensitive_labels.value == "pagerduty" ? lookup(var.alert_tokens, each.key, null) : null
    }
  }

  depends_on = [time_sleep.apis]
}

resource "google_monitoring_uptime_check_config" "health" {
  for_each     = local.health
  display_name = "Pipeline: ${each.key}"
  timeout      = "10s"
  period       = "60s"

  http_check {
    path         = each.value.path
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }
  monitored_resource {
    type   = "uptime_url"
    labels = { project_id = var.project_id, host = each.value.host }
  }

  # The host of a check cannot be changed.
  lifecycle {
    create_before_destroy = true
  }
  depends_on = [time_sleep.apis]
}

resource "google_monitoring_alert_policy" "this" {
  for_each     = local.alerts
  display_name = "Pipeline: ${each.key}"
  combiner     = "OR"
  severity     = { critical = "CRITICAL", warning = "WARNING", info = null }[each.value.severity]
  user_labels  = { severity = each.value.severity }

  conditions {
    display_name = each.value.condition

    # Metrics that nothing has been sent of yet are no error.
    dynamic "condition_prometheus_query_language" {
      for_each = contains(keys(each.value), "uptime") ? [] : [trimspace(each.value.query)]
      content {
        query                     = condition_prometheus_query_language.value
        duration                  = each.value.for
        evaluation_interval       = "60s"
        disable_metric_validation = true
      }
    }

    dynamic "condition_threshold" {
      for_each = contains(keys(each.value), "uptime") ? [google_monitoring_uptime_check_config.health[each.value.uptime].uptime_check_id] : []
      content {
        filter          = "metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" AND metric.label.check_id=\"${condition_threshold.value}\" AND resource.type=\"uptime_url\""
        comparison      = "COMPARISON_GT"
        threshold_value = 1 # places that cannot reach it
        duration        = each.value.for
        aggregations {
          alignment_period     = "300s"
          per_series_aligner   = "ALIGN_NEXT_OLDER"
          cross_series_reducer = "REDUCE_COUNT_FALSE"
          group_by_fields      = ["resource.label.host"]
        }
        trigger {
          count = 1
        }
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    subject   = "${each.value.severity}: ${each.key}"
    content   = "**${each.value.condition}**\n\n${each.value.summary}\n\n**First:** ${each.value.first}\n\n[Runbook](${var.runbook_base_url}/${each.value.runbook})"
    links {
      display_name = "Runbook"
      url          = "${var.runbook_base_url}/${each.value.runbook}"
    }
  }

  alert_strategy {
    auto_close = "1800s"
  }
  notification_channels = local.channels[each.value.severity]
  depends_on            = [time_sleep.apis]
}

resource "google_monitoring_custom_service" "pipeline" {
  service_id   = "pipeline"
  display_name = "Ingestion pipeline"
  depends_on   = [time_sleep.apis]
}

resource "google_monitoring_slo" "this" {
  for_each            = { for name, s in local.slos : name => s if !s.own || var.own_slos }
  service             = google_monitoring_custom_service.pipeline.service_id
  slo_id              = each.key
  display_name        = each.value.condition
  goal                = each.value.goal
  rolling_period_days = 28

  request_based_sli {
    dynamic "good_total_ratio" {
      for_each = contains(keys(each.value), "bad_filter") ? [each.value] : []
      content {
        bad_service_filter   = good_total_ratio.value.bad_filter
        good_service_filter  = lookup(good_total_ratio.value, "good_filter", null)
        total_service_filter = lookup(good_total_ratio.value, "total_filter", null)
      }
    }
    dynamic "distribution_cut" {
      for_each = contains(keys(each.value), "distribution_filter") ? [each.value] : []
      content {
        distribution_filter = distribution_cut.value.distribution_filter
        range {
          max = distribution_cut.value.at_most
        }
      }
    }
  }
}

resource "google_monitoring_dashboard" "this" {
  for_each       = toset(["operations", "business", "tenant"])
  dashboard_json = file("${path.module}/dashboards/${each.key}.json")
  depends_on     = [time_sleep.apis]
}
