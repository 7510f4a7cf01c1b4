mock_provider "google" {
  source = "./tests/google"
}
mock_provider "google" {
  alias  = "billing"
  source = "./tests/google"
}
mock_provider "google-beta" {
  source = "./tests/google"
}
mock_provider "random" {}
mock_provider "time" {}

variables {
  project_id = "example-project"
  alert_channels = {
    oncall = { type = "pagerduty", labels = {}, severities = ["critical"] }
    team   = { type = "email", labels = { email_address = "team@example.com" } }
    sales  = { type = "slack", labels = { channel_name = "#leads" }, severities = ["info"] }
  }
  alert_tokens = { oncall = "key", sales = "token" }
}

run "each_severity_reaches_those_who_asked_for_it" {
  assert {
    condition     = { for severity, ids in local.channels : severity => length(ids) } == { critical = 2, warning = 1, info = 1 }
    error_message = "A severity has other channels than its own."
  }
  assert {
    condition     = google_monitoring_alert_policy.this["dead-letter"].notification_channels == tolist(local.channels.critical)
    error_message = "The first dead letter does not reach those who are told of critical alerts."
  }
  assert {
    condition     = google_monitoring_notification_channel.this["sales"].sensitive_labels[0].auth_token == "token" && google_monitoring_notification_channel.this["oncall"].sensitive_labels[0].service_key == "key"
    error_message = "A channel lacks its token."
  }
}

run "every_alert_says_what_it_means_and_where_its_runbook_is" {
  assert {
    condition = alltrue([for a in google_monitoring_alert_policy.this :
      startswith(a.documentation[0].links[0].url, "https://github.com/your-org/multi-tenant-pipeline/blob/main/docs/runbooks/") &&
      can(regex("/[a-z]+\\.md#[a-z0-9-]+$", a.documentation[0].links[0].url)) && strcontains(a.documentation[0].content, "**First:** ")
    ])
    error_message = "An alert has no runbook, or does not say what to do first."
  }
  assert {
    condition     = alltrue([for a in google_monitoring_alert_policy.this : length(a.documentation[0].content) < 8192 && length(a.documentation[0].subject) <= 255])
    error_message = "Documentation is too long for Monitoring."
  }
}

run "nothing_is_left_to_be_filled_in_and_metrics_may_be_missing" {
  assert {
    condition     = alltrue([for a in local.alerts : length(regexall("\\$(each|cpu|instances|window)", jsonencode(a))) == 0])
    error_message = "A placeholder was left in an alert."
  }
  assert {
    condition = alltrue([for a in google_monitoring_alert_policy.this :
      alltrue([for c in a.conditions[0].condition_prometheus_query_language : c.disable_metric_validation])
    ])
    error_message = "An alert could not be made before its metric's first point."
  }
  assert {
    condition     = length(local.alerts) == 45 && toset([for a in local.alerts : a.severity]) == toset(["critical", "warning", "info"])
    error_message = "An alert was lost, or has another severity than the three."
  }
}

run "a_budget_that_burns_fast_is_seen_in_an_hour_and_slowly_in_six" {
  assert {
    condition     = length([for name in keys(local.alerts) : name if startswith(name, "slo-")]) == 10
    error_message = "Each objective has two alerts."
  }
  assert {
    condition     = strcontains(google_monitoring_alert_policy.this["slo-crm-success-fast"].conditions[0].condition_prometheus_query_language[0].query, "> 0.288000)")
    error_message = "14.4 times a budget of 2 % is 28.8 %."
  }
  assert {
    condition     = google_monitoring_alert_policy.this["slo-availability-fast"].severity == "CRITICAL" && google_monitoring_alert_policy.this["slo-availability-slow"].severity == "WARNING"
    error_message = "A slow burn must wake nobody."
  }
}

run "objectives_on_our_own_metrics_become_slos_when_there_are_such" {
  assert {
    condition     = keys(google_monitoring_slo.this) == ["availability"]
    error_message = "An SLO is asked for on metrics that an empty project does not have."
  }
}

run "later_all_objectives_are_slos" {
  variables {
    own_slos = true
  }
  assert {
    condition     = { for name, s in google_monitoring_slo.this : name => s.goal } == { availability = 0.9999, webhook-success = 0.998, webhook-latency = 0.95, end-to-end = 0.95, crm-success = 0.98 }
    error_message = "An objective is missing, or has another goal."
  }
  assert {
    condition     = google_monitoring_slo.this["end-to-end"].request_based_sli[0].distribution_cut[0].range[0].max == 180
    error_message = "Requests should be completed within three minutes."
  }
}

run "health_is_checked_at_run_app_without_a_domain" {
  assert {
    condition = { for name, c in google_monitoring_uptime_check_config.health : name => "${c.monitored_resource[0].labels.host}${c.http_check[0].path}" } == {
      webhook = "webhook-123456789012.us-central1.run.app/v1/health"
      api     = "api-123456789012.us-central1.run.app/v1/health"
    }
    error_message = "The checks ask somewhere else."
  }
}

run "health_is_checked_through_the_load_balancer_with_one" {
  variables {
    domain = "leads.example.com"
  }
  assert {
    condition = { for name, c in google_monitoring_uptime_check_config.health : name => "${c.monitored_resource[0].labels.host}${c.http_check[0].path}" } == {
      webhook = "leads.example.com/v1/callrail/health"
      api     = "leads.example.com/v1/health"
    }
    error_message = "The checks ask somewhere else."
  }
  assert {
    condition = [for rule in google_compute_url_map.edge[0].path_matcher[0].path_rule :
      rule.route_action[0].url_rewrite[0].path_prefix_rewrite if contains(rule.paths, "/v1/callrail/health")
    ] == ["/v1/health"]
    error_message = "Webhook's health cannot be reached through the load balancer."
  }
}

run "a_database_in_several_regions_is_warned_of_earlier" {
  variables {
    spanner_config = "nam3"
  }
  assert {
    condition     = strcontains(local.alerts["spanner-cpu"].query, "> 0.45") && strcontains(local.alerts["scaled-out"].query, "> 16")
    error_message = "A limit is not that of this deployment."
  }
}

run "the_bill_s_budget_mails_the_same_people" {
  variables {
    budget = { billing_account = "012345-6789AB-CDEF01", monthly = 200 }
  }
  assert {
    condition     = google_billing_budget.monthly[0].all_updates_rule[0].monitoring_notification_channels == tolist([google_monitoring_notification_channel.this["team"].id])
    error_message = "The budget mails somebody else, or a channel that budgets refuse."
  }
}

run "who_reads_alerts_elsewhere_names_another_place_for_runbooks" {
  variables {
    runbook_base_url = "https://wiki.example.com/runbooks"
  }
  assert {
    condition     = google_monitoring_alert_policy.this["oldest-due"].documentation[0].links[0].url == "https://wiki.example.com/runbooks/sweep.md#oldest-due"
    error_message = "The runbook is looked for in the wrong place."
  }
}

run "a_severity_that_there_is_not_is_refused" {
  command = plan
  variables {
    alert_channels = { team = { type = "email", labels = { email_address = "team@example.com" }, severities = ["urgent"] } }
  }
  expect_failures = [var.alert_channels]
}
