mock_provider "google" {
  override_resource {
    target = google_service_account.runtime
    values = {
      email  = "runtime@example-project.iam.gserviceaccount.com"
      member = "serviceAccount:runtime@example-project.iam.gserviceaccount.com"
      name   = "projects/example-project/serviceAccounts/runtime@example-project.iam.gserviceaccount.com"
    }
  }
  override_resource {
    target = google_service_account.invoker
    values = {
      email  = "invoker@example-project.iam.gserviceaccount.com"
      member = "serviceAccount:invoker@example-project.iam.gserviceaccount.com"
      name   = "projects/example-project/serviceAccounts/invoker@example-project.iam.gserviceaccount.com"
    }
  }
}

variables {
  project_id          = "example-project"
  name                = "analyze"
  regions             = ["us-central1", "us-east1"]
  active_region       = "us-central1"
  image               = "docker.io/library/nginx:stable-alpine"
  command             = ["nginx"]
  cpu                 = "1"
  memory              = "512Mi"
  cpu_idle            = false
  concurrency         = 32
  scaling             = { min = 0, max = 10 }
  timeout_seconds     = 630
  dead_letter_topic   = "projects/example-project/topics/dead-letter"
  retention_seconds   = 604800
  pubsub_agent        = "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
  deletion_protection = true
  subscriptions = {
    request-transcribed = {
      topic           = "projects/example-project/topics/request-transcribed"
      dead_letters    = true
      ack_seconds     = 600
      minimum_backoff = "1s"
      maximum_backoff = "60s"
    }
  }
}

run "a_private_service_is_called_by_one_account_and_acts_as_another" {
  assert {
    condition     = alltrue([for s in google_cloud_run_v2_service.this : s.template[0].service_account == google_service_account.runtime.email])
    error_message = "The service does not act as its own account."
  }
  assert {
    condition     = alltrue([for m in google_cloud_run_v2_service_iam_member.invoker : m.member == google_service_account.invoker[0].member && m.role == "roles/run.invoker"])
    error_message = "Somebody else may call the service."
  }
  assert {
    condition     = length(google_cloud_run_v2_service_iam_member.public) == 0 && alltrue([for s in google_cloud_run_v2_service.this : s.ingress == "INGRESS_TRAFFIC_INTERNAL_ONLY"])
    error_message = "A private service can be reached from outside."
  }
}

run "what_the_service_checks_is_what_pubsub_sends" {
  assert {
    condition = alltrue([for s in google_cloud_run_v2_service.this : {
      for e in s.template[0].containers[0].env : e.name => e.value
      } == {
      PUSH_AUDIENCE          = google_pubsub_subscription.this["request-transcribed"].push_config[0].oidc_token[0].audience
      PUSH_SERVICE_ACCOUNT   = google_pubsub_subscription.this["request-transcribed"].push_config[0].oidc_token[0].service_account_email
      PUSH_SIGNATURE_REMOVED = "true"
    }])
    error_message = "The service would refuse what is pushed to it."
  }
  assert {
    condition     = alltrue([for s in google_cloud_run_v2_service.this : contains(s.custom_audiences, output.audience)])
    error_message = "Cloud Run would refuse what is pushed to the service."
  }
  assert {
    condition     = google_pubsub_subscription.this["request-transcribed"].dead_letter_policy[0].max_delivery_attempts == 20 && length(google_pubsub_subscription_iam_member.dead_letters) == 1
    error_message = "What is refused for good is not put aside."
  }
}

run "only_an_open_port_is_needed_to_start" {
  assert {
    condition     = alltrue([for s in google_cloud_run_v2_service.this : s.template[0].containers[0].startup_probe[0].tcp_socket[0].port == 8080 && s.template[0].containers[0].resources[0].startup_cpu_boost])
    error_message = "A service would not start while the store is away."
  }
}

run "a_public_service_is_open_to_everybody_in_every_region" {
  variables {
    public        = true
    liveness      = false
    ingress       = "INGRESS_TRAFFIC_ALL"
    subscriptions = {}
  }
  assert {
    condition     = toset(keys(google_cloud_run_v2_service_iam_member.public)) == toset(["us-central1", "us-east1"]) && alltrue([for m in google_cloud_run_v2_service_iam_member.public : m.member == "allUsers"])
    error_message = "Customers cannot reach the service."
  }
  assert {
    condition     = length(google_service_account.invoker) == 0 && alltrue([for s in google_cloud_run_v2_service.this : length(s.template[0].containers[0].liveness_probe) == 0])
    error_message = "Nothing is pushed to it, and its health depends on the store."
  }
}

run "a_public_service_verifies_what_is_pushed_to_it" {
  variables {
    public  = true
    ingress = "INGRESS_TRAFFIC_ALL"
  }
  assert {
    condition = alltrue([for s in google_cloud_run_v2_service.this :
    !contains([for e in s.template[0].containers[0].env : e.name], "PUSH_SIGNATURE_REMOVED")])
    error_message = "Everybody could write a token without a signature."
  }
  assert {
    condition     = alltrue([for s in google_cloud_run_v2_service.this : length(coalesce(s.custom_audiences, [])) == 0])
    error_message = "Cloud Run might verify the token and take away the signature that the service needs."
  }
}

run "a_secret_in_the_environment_can_be_read_before_the_service_starts" {
  variables {
    secret_environment = { SMTP_PASSWORD = "smtp-password" }
  }
  assert {
    condition     = google_secret_manager_secret_iam_member.environment["SMTP_PASSWORD"].member == google_service_account.runtime.member
    error_message = "The service cannot read its secret."
  }
}

run "ten_minutes_are_the_longest_that_pubsub_waits" {
  command = plan
  variables {
    timeout_seconds = 3601
    subscriptions = {
      request-transcribed = {
        topic           = "projects/example-project/topics/request-transcribed"
        dead_letters    = true
        ack_seconds     = 601
        minimum_backoff = "1s"
        maximum_backoff = "60s"
      }
    }
  }
  expect_failures = [var.timeout_seconds, var.subscriptions]
}
