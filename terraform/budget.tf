locals {
  mailed          = sort([for name, c in var.alert_channels : name if c.type == "email" && contains(c.severities, "warning")])
  budget_channels = [for name in slice(local.mailed, 0, min(5, length(local.mailed))) : google_monitoring_notification_channel.this[name].id]
}

resource "google_billing_budget" "monthly" {
  count           = var.budget == null ? 0 : 1
  provider        = google.billing
  billing_account = var.budget.billing_account
  display_name    = "Pipeline ${var.project_id}"

  budget_filter {
    projects = ["projects/${data.google_project.this.number}"]
  }
  amount {
    specified_amount {
      currency_code = var.budget.currency
      units         = tostring(floor(var.budget.monthly))
    }
  }
  dynamic "threshold_rules" {
    for_each = [0.5, 0.9, 1.0]
    content {
      threshold_percent = threshold_rules.value
    }
  }
  # As things go, before the month is over.
  threshold_rules {
    threshold_percent = 1.2
    spend_basis       = "FORECASTED_SPEND"
  }

  # Budgets mail at most five channels, and no other kind than e-mail.
  dynamic "all_updates_rule" {
    for_each = length(local.budget_channels) == 0 ? [] : [local.budget_channels]
    content {
      monitoring_notification_channels = all_updates_rule.value
    }
  }

  depends_on = [time_sleep.apis]
}
