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

run "every_message_is_pushed_with_a_token_and_never_expires" {
  assert {
    condition = toset(flatten([for s in module.stage : keys(s.subscriptions)])) == toset([
      "webhook-intake", "transcribe-request-received", "analyze-request-transcribed", "push-request-analyzed", "push-delivery-due",
      "notify-request-pushed", "sweep-dead-letter",
    ])
    error_message = "The subscriptions are not those that the services answer."
  }
  assert {
    condition     = alltrue(flatten([for s in module.stage : [for p in s.subscriptions : p.account != "" && p.audience == s.audience]]))
    error_message = "A subscription pushes without a token, or with another service's."
  }
  assert {
    condition     = alltrue(flatten([for s in module.stage : [for name, p in s.subscriptions : p.expires == "" && endswith(name, reverse(split("/pubsub/", p.endpoint))[0])]]))
    error_message = "A subscription expires, or is pushed to another topic's endpoint."
  }
}

run "every_step_has_dead_letters_and_what_must_not_be_given_up_has_none" {
  assert {
    condition = alltrue(flatten([for s in module.stage : [
      for name, p in s.subscriptions : (p.dead_letters == null) == contains(["webhook-intake", "sweep-dead-letter"], name)
    ]]))
    error_message = "A step has no dead letters, or intake or the dead letters themselves have."
  }
  assert {
    condition     = module.stage["webhook"].subscriptions["webhook-intake"].retry == "10s to 600s"
    error_message = "Deliveries that were kept must come again within ten minutes."
  }
  assert {
    condition     = alltrue(flatten([for s in module.stage : [for p in s.subscriptions : tonumber(trimsuffix(p.retention, "s")) >= 7 * 24 * 3600]]))
    error_message = "Messages must outlive INTAKE_PATIENCE, which is 160 hours."
  }
  assert {
    condition     = google_pubsub_topic_iam_member.dead_letters.role == "roles/pubsub.publisher"
    error_message = "Pub/Sub may not publish dead letters."
  }
}

run "each_service_is_somebody_and_only_two_are_public" {
  assert {
    condition     = length(distinct([for s in module.stage : s.account_id])) == 7 && length(distinct([for s in module.stage : s.audience])) == 7
    error_message = "Two services share an account or an audience."
  }
  assert {
    condition     = toset([for name, s in module.stage : name if s.public]) == toset(["webhook", "api"])
    error_message = "Only webhook and api may be called by anybody."
  }
  assert {
    condition     = alltrue([for m in google_project_iam_member.secrets : strcontains(m.condition[0].expression, "projects/123456789012/secrets/tenant-")])
    error_message = "A service may use secrets that are no tenant's."
  }
  assert {
    condition     = toset([for p in google_pubsub_topic_iam_member.publisher : p.topic if p.topic == google_pubsub_topic.this["dead-letter"].id]) == toset([])
    error_message = "A service may publish dead letters itself."
  }
  assert {
    condition     = toset(keys(google_storage_bucket_iam_member.recordings)) == toset(["transcribe", "sweep", "api"])
    error_message = "Recordings are read by services that have no use for them."
  }
}

run "sweep_is_called_by_its_own_account" {
  assert {
    condition     = toset(keys(google_cloud_scheduler_job.sweep)) == toset(["sweep", "jobs", "retention", "poll"])
    error_message = "Something that sweep does is not called."
  }
  assert {
    condition = alltrue([for name, job in google_cloud_scheduler_job.sweep :
      job.http_target[0].oidc_token[0].audience == module.stage["sweep"].audience && endswith(job.http_target[0].uri, "/${name}")
    ])
    error_message = "The scheduler calls without sweep's token, or calls something else."
  }
  assert {
    condition     = google_cloud_scheduler_job.sweep["sweep"].schedule == "* * * * *"
    error_message = "What is due must be looked for every minute."
  }
}

run "what_is_temporary_goes_and_what_is_needed_after_a_restore_stays" {
  assert {
    condition = {
      for rule in google_storage_bucket.recordings.lifecycle_rule : one(one(rule.condition).matches_prefix) => one(rule.condition).age if one(rule.action).type == "Delete"
    } == { "exports/" = 7, "uploads/" = 1, "speech/" = 1 }
    error_message = "The lifetimes of exports, uploads and speech are wrong, or something else is deleted."
  }
  assert {
    condition     = google_spanner_database.this.version_retention_period == "7d" && google_spanner_backup_schedule.daily.retention_duration == "2592000s"
    error_message = "The database cannot be taken back for a week, or its backups are not kept for 30 days."
  }
  assert {
    condition     = google_spanner_database.this.enable_drop_protection && google_spanner_database.this.deletion_protection
    error_message = "The database can be dropped."
  }
}

run "without_a_domain_there_is_no_load_balancer" {
  assert {
    condition     = length(google_compute_backend_service.edge) == 0 && output.webhook_url == "https://webhook-123456789012.us-central1.run.app"
    error_message = "The first apply must need no domain."
  }
  assert {
    condition     = local.services.api.environment.TRUSTED_HOPS == "0" && local.ingress.public == "INGRESS_TRAFFIC_ALL"
    error_message = "Without a load balancer no proxy is trusted, and the addresses are open."
  }
}

run "with_a_domain_everything_passes_the_load_balancer" {
  variables {
    domain  = "leads.example.com"
    regions = ["us-central1", "us-east1"]
  }
  assert {
    condition     = length(google_compute_region_network_endpoint_group.edge) == 4 && alltrue([for b in google_compute_backend_service.edge : b.security_policy == google_compute_security_policy.edge[0].id])
    error_message = "A region or Cloud Armor is missing from the load balancer."
  }
  assert {
    condition     = local.ingress.public == "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" && local.services.api.environment.TRUSTED_HOPS == "1"
    error_message = "The run.app addresses are open beside the load balancer."
  }
  assert {
    condition     = output.webhook_url == "https://leads.example.com" && output.api_url == "https://leads.example.com"
    error_message = "The outputs do not name the domain."
  }
  assert {
    condition = alltrue([
      for rule in google_compute_security_policy.edge[0].rule : length(rule.preconfigured_waf_config[0].exclusion[0].request_query_param) == 1 if rule.priority >= 1000 && rule.priority < 2000
    ])
    error_message = "A rule of the firewall looks into what people search for."
  }
  assert {
    condition = [
      for rule in google_compute_security_policy.edge[0].rule :
      startswith(rule.match[0].expr[0].expression, "!request.path.startsWith('/v1/') && ") if strcontains(try(rule.match[0].expr[0].expression, ""), "evaluatePreconfiguredWaf")
    ] == [for _ in local.rule_sets : true]
    error_message = "A rule of the firewall looks into bodies: deliveries would be lost."
  }
  assert {
    condition = { for rule in google_compute_security_policy.edge[0].rule : rule.match[0].expr[0].expression => rule.priority if rule.action == "throttle" } == {
      "request.path.startsWith('/v1/callrail/')" = 900
      "request.path.startsWith('/v1/forms/')"    = 901
      "request.path.startsWith('/')"             = 2000
    }
    error_message = "Deliveries do not come before the firewall, or the rest does."
  }
}

run "until_a_release_nothing_is_taken" {
  assert {
    condition = alltrue(flatten([for s in module.stage : [for c in s.placeholders :
      c.image == "docker.io/library/nginx:stable-alpine" && strcontains(c.command[2], "location / { return 503; }")
    ]]))
    error_message = "A placeholder acknowledges what it is pushed."
  }
}

run "a_region_is_not_behind_the_load_balancer_before_it_has_a_release" {
  variables {
    domain  = "leads.example.com"
    regions = ["us-central1", "us-east1"]
  }
  override_data {
    target = data.google_storage_bucket_objects.released
    values = { bucket_objects = [{ name = "released/us-central1", content_type = "", media_link = "", self_link = "", storage_class = "" }] }
  }
  assert {
    condition = alltrue([for name, b in google_compute_backend_service.edge :
      [for backend in b.backend : backend.group] == [google_compute_region_network_endpoint_group.edge["${name} us-central1"].id]
    ])
    error_message = "A placeholder refuses deliveries that are sent once."
  }
}

run "before_the_first_release_every_region_is_behind_the_load_balancer" {
  variables {
    domain  = "leads.example.com"
    regions = ["us-central1", "us-east1"]
  }
  assert {
    condition     = alltrue([for b in google_compute_backend_service.edge : length(b.backend) == 2])
    error_message = "The first release's smoke test cannot get through."
  }
}

run "only_migrate_may_change_the_schema" {
  assert {
    condition = { for key, m in google_spanner_database_iam_member.user : key => m.role } == merge(
      { for name in keys(local.services) : "${name} pipeline-db" => google_project_iam_custom_role.database_user.id },
      { "migrate pipeline-db" = "roles/spanner.databaseUser" },
    )
    error_message = "A service may change the schema, or migrate may not."
  }
  assert {
    condition     = length([for p in google_project_iam_custom_role.database_user.permissions : p if strcontains(lower(p), "ddl")]) == 0
    error_message = "The services' role contains the schema."
  }
}

run "the_switch_for_own_keys_reaches_everything" {
  variables {
    cmek = true
  }
  assert {
    condition     = alltrue([for t in google_pubsub_topic.this : t.kms_key_name == google_kms_crypto_key.this["us-central1"].id])
    error_message = "A topic is not encrypted with our key."
  }
  assert {
    condition = alltrue([for b in [google_storage_bucket.recordings, google_storage_bucket.audit, google_storage_bucket.build] :
      b.encryption[0].default_kms_key_name == google_kms_crypto_key.this["us-central1"].id
    ])
    error_message = "A bucket is not encrypted with our key."
  }
  assert {
    condition = (
      google_spanner_database.this.encryption_config[0].kms_key_name == google_kms_crypto_key.this["us-central1"].id &&
      google_spanner_backup_schedule.daily.encryption_config[0].encryption_type == "CUSTOMER_MANAGED_ENCRYPTION"
    )
    error_message = "The database or its backups are not encrypted with our key."
  }
  assert {
    condition     = google_secret_manager_secret.bootstrap.replication[0].auto[0].customer_managed_encryption[0].kms_key_name == google_kms_crypto_key.this["global"].id
    error_message = "The bootstrap key is not encrypted with our key."
  }
  assert {
    condition     = local.services.api.environment.SECRET_KMS_KEY == google_kms_crypto_key.this["global"].id
    error_message = "Secrets that the api service makes are not encrypted with our key."
  }
}

run "keys_are_where_a_database_of_several_regions_is" {
  variables {
    cmek                  = true
    spanner_config        = "nam3"
    spanner_key_locations = ["us-east4", "us-east1", "us-central1"]
  }
  assert {
    condition     = length(google_spanner_database.this.encryption_config[0].kms_key_names) == 3
    error_message = "A region of the database has no key."
  }
  assert {
    condition     = output.spanner.edition == "ENTERPRISE_PLUS"
    error_message = "Several regions need Enterprise Plus."
  }
}

run "own_keys_for_several_regions_must_be_placed" {
  command = plan
  variables {
    cmek           = true
    spanner_config = "nam3"
  }
  expect_failures = [google_spanner_database.this]
}

run "database_roles_are_taken_step_by_step" {
  variables {
    database_roles = "use"
  }
  assert {
    condition     = local.environment.SPANNER_ROLES == "use" && length(google_spanner_database_iam_member.user) == 8
    error_message = "An account loses its right to the database before its service acts in a role."
  }
  assert {
    condition = alltrue([for name in keys(local.services) :
      strcontains(google_spanner_database_iam_member.role["${name} pipeline-db"].condition[0].expression, "endsWith(\"/${name}\")")
    ])
    error_message = "A service may act in another's role."
  }
}

run "with_database_roles_only_no_service_has_a_right_to_the_whole_database" {
  variables {
    database_roles = "only"
  }
  assert {
    condition     = local.environment.SPANNER_ROLES == "use" && join(",", keys(google_spanner_database_iam_member.user)) == "migrate pipeline-db"
    error_message = "A service may still do what no database role allows."
  }
}
