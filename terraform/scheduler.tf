# What sweep is called for, and how often. It decides itself what is due: a call too many costs
# a query, a call that is lost is made up for by the next one.

locals {
  schedules = {
    sweep     = "* * * * *"
    jobs      = "* * * * *"
    retention = "*/5 * * * *"
    poll      = "*/5 * * * *"
  }
}

resource "google_cloud_scheduler_job" "sweep" {
  for_each         = local.schedules
  name             = each.key
  description      = "Calls /${each.key} of the service sweep."
  region           = local.active_region
  schedule         = each.value
  time_zone        = "Etc/UTC"
  attempt_deadline = "320s"

  http_target {
    http_method = "POST"
    uri         = "${module.stage["sweep"].url}/${each.key}"

    # The service accepts one account and audience: the same as of its subscription.
    oidc_token {
      service_account_email = module.stage["sweep"].invoker_email
      audience              = module.stage["sweep"].audience
    }
  }

  # A region that is lost cannot take its own away.
  lifecycle {
    create_before_destroy = true
  }
  depends_on = [time_sleep.apis]
}
