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
}

run "search_by_words_sets_the_edition" {
  assert {
    condition     = output.spanner.edition == "ENTERPRISE"
    error_message = "Full-text search needs Enterprise."
  }
}

run "without_search_standard_will_do" {
  variables {
    full_text_search = false
  }
  assert {
    condition     = output.spanner.edition == "STANDARD" && local.environment.FULL_TEXT_SEARCH == "false"
    error_message = "The smallest edition and the schema must agree."
  }
}

run "scaling_the_database_needs_enterprise" {
  variables {
    full_text_search    = false
    spanner_autoscaling = { min_processing_units = 1000, max_processing_units = 4000 }
  }
  assert {
    condition     = output.spanner.edition == "ENTERPRISE"
    error_message = "The managed autoscaler needs Enterprise."
  }
}

run "a_new_project_takes_every_service" {
  assert {
    condition = var.max_instances <= 20 && alltrue([for s in local.services :
      var.max_instances * tonumber(regex("^[0-9]+", s.memory)) * (endswith(s.memory, "Gi") ? 1024 : 1) <= 40 * 1024
    ])
    error_message = "Cloud Run refuses a service that could need more than 20 CPUs or 40 GiB."
  }
  assert {
    condition = alltrue(flatten([for name in fileset(path.module, "env/*.tfvars") : [
      for m in regexall("(?m)^max_instances *= *([0-9]+)", file(name)) : tonumber(m[0]) <= var.max_instances
    ]]))
    error_message = "A file of variables asks for more than a new project has."
  }
}

run "an_apply_never_runs_migrate_by_itself" {
  assert {
    condition     = google_cloud_run_v2_job.migrate.run_execution_token == null && google_cloud_run_v2_job.migrate.start_execution_token == null
    error_message = "Cloud Run forgets the token when a release runs the job, and the next apply fails."
  }
}

run "what_migrate_is_told_can_be_compared" {
  variables {
    database_roles = "make"
  }
  assert {
    condition     = output.migrate_settings != run.an_apply_never_runs_migrate_by_itself.migrate_settings
    error_message = "Nobody sees that migrate has to make the roles."
  }
}

run "reports_of_erasures_say_what_is_set" {
  variables {
    pitr_days        = 3
    backup_days      = 14
    soft_delete_days = 10
    message_days     = 8
    export_days      = 2
  }
  assert {
    condition = [for name in ["PITR_DAYS", "BACKUP_DAYS", "SOFT_DELETE_DAYS", "MESSAGE_DAYS", "EXPORT_DAYS"] : local.services.sweep.environment[name]] == [
      "3", "14", "10", "8", "2",
    ]
    error_message = "Sweep would report other times than those that hold."
  }
}

run "a_restored_database_can_be_used_and_does_not_serve" {
  variables {
    restored_databases = ["pipeline-db-2"]
  }
  assert {
    condition     = length([for m in google_spanner_database_iam_member.user : m if m.database == "pipeline-db-2"]) == 8
    error_message = "Not every service can use the restored database."
  }
  assert {
    condition     = local.environment.SPANNER_DATABASE == "pipeline-db" && google_spanner_backup_schedule.daily.database == "pipeline-db"
    error_message = "A database serves without anybody having said so."
  }
}

run "the_database_that_serves_is_backed_up_and_a_drill_leaves_it_alone" {
  variables {
    serving_database   = "pipeline-db-2"
    restored_databases = ["drill", "pipeline-db-2"]
  }
  assert {
    condition     = local.environment.SPANNER_DATABASE == "pipeline-db-2" && google_spanner_backup_schedule.daily.database == "pipeline-db-2"
    error_message = "Another database serves, or is backed up, than was said."
  }
  assert {
    condition     = toset([for m in google_spanner_database_iam_member.user : m.database]) == toset(["pipeline-db", "pipeline-db-2", "drill"])
    error_message = "A database cannot be used."
  }
}

run "the_database_that_serves_can_be_used_without_being_named_twice" {
  variables {
    serving_database = "pipeline-db-2"
  }
  assert {
    condition     = length([for m in google_spanner_database_iam_member.user : m if m.database == "pipeline-db-2"]) == 8
    error_message = "Not every service can use the database that serves."
  }
}

run "the_pipeline_moves_to_another_region" {
  variables {
    regions       = ["us-central1", "us-east1"]
    active_region = "us-east1"
  }
  assert {
    condition     = alltrue([for j in google_cloud_scheduler_job.sweep : j.region == "us-east1"]) && google_cloud_run_v2_job.migrate.location == "us-east1"
    error_message = "The scheduler or the job stayed behind."
  }
  assert {
    condition     = !google_cloud_run_v2_job.migrate.deletion_protection
    error_message = "The job cannot leave its region."
  }
}

run "mail_is_sent_with_a_password_from_a_secret" {
  variables {
    smtp = { host = "smtp.example.com", username = "leads", from = "Leads <leads@example.com>", password_secret = "smtp-password" }
  }
  assert {
    condition     = local.services.notify.environment.SMTP_PORT == "587" && local.smtp_secrets.SMTP_PASSWORD == "smtp-password"
    error_message = "The server or its password is missing."
  }
  assert {
    condition     = local.services.api.environment.SMTP_HOST == "smtp.example.com" && local.secret_environments.api.SMTP_PASSWORD == "smtp-password"
    error_message = "The api could send no test message."
  }
}

run "outbound_addresses_are_fixed_when_asked_for" {
  variables {
    vpc_egress = true
    regions    = ["us-central1", "us-east1"]
  }
  assert {
    condition     = length(output.egress_addresses) == 2 && local.subnetworks != null
    error_message = "A region has no address."
  }
}

run "only_the_repositorys_main_may_build" {
  variables {
    ci_repository = "example/pipeline"
  }
  assert {
    condition     = google_iam_workload_identity_pool_provider.github[0].attribute_condition == "assertion.repository == 'example/pipeline' && assertion.ref == 'refs/heads/main'"
    error_message = "Everybody's workflows would be let in."
  }
}

run "a_budget_is_told_of" {
  variables {
    budget = { billing_account = "012345-6789AB-CDEF01", monthly = 500 }
  }
  assert {
    condition     = google_billing_budget.monthly[0].amount[0].specified_amount[0].units == "500" && length(google_billing_budget.monthly[0].threshold_rules) == 4
    error_message = "The budget is not the one that was asked for."
  }
}

run "everything_at_once_as_in_production" {
  variables {
    domain                = "leads.example.com"
    regions               = ["us-east4", "us-east1"]
    spanner_config        = "nam3"
    spanner_key_locations = ["us-east4", "us-east1", "us-central1"]
    spanner_autoscaling   = { min_processing_units = 1000, max_processing_units = 10000 }
    bucket_location       = "US"
    cmek                  = true
    vpc_egress            = true
  }
  assert {
    condition     = toset(keys(google_kms_key_ring.this)) == toset(["us-east4", "us-east1", "us-central1", "us", "global"])
    error_message = "Keys are missing where something is encrypted."
  }
  assert {
    condition     = google_spanner_instance.this.autoscaling_config[0].autoscaling_limits[0].max_processing_units == 10000
    error_message = "The database is not scaled."
  }
}

run "messages_outlive_the_patience_of_intake" {
  command = plan
  variables {
    message_days = 6
  }
  expect_failures = [var.message_days]
}

run "values_that_google_refuses_are_refused_first" {
  command = plan
  variables {
    project_id               = "Example"
    regions                  = []
    domain                   = "https://leads.example.com"
    spanner_processing_units = 1100
    soft_delete_days         = 3
    api_issuers              = "none"
    settings                 = { PORT = "80" }
    ci_repository            = "example"
    serving_database         = ""
  }
  expect_failures = [
    var.project_id, var.regions, var.domain, var.spanner_processing_units, var.soft_delete_days, var.api_issuers, var.settings, var.ci_repository,
    var.serving_database,
  ]
}
