# The flow, as data: each service, what is pushed to it, what it publishes and what it may touch.
# A new step is an entry of local.services and a topic in topics.tf.

locals {
  # Push subscriptions by topic. A step has ten minutes; what must not be given up has no dead
  # letters and comes again until it is taken.
  step    = { dead_letters = true, ack_seconds = 600, minimum_backoff = "1s", maximum_backoff = "60s" }
  endless = { dead_letters = false, ack_seconds = 60, minimum_backoff = "10s", maximum_backoff = "600s" }

  requests = ["request-received", "request-transcribed", "request-analyzed", "request-pushed"]

  # What a service leaves out is as in local.usual.
  services = { for name, s in local.flow : name => merge(local.usual, s) }

  usual = {
    public      = false
    min         = 0
    memory      = "512Mi"
    concurrency = 2 * var.step_slots # jobs that wait must be inside, where tenants are told apart
    timeout     = 630                # longer than the longest ack deadline
    liveness    = true
    pushed      = {}
    publishes   = []
    secrets     = [] # roles on tenants' secrets
    roles       = [] # roles in the project
    recordings  = false
    environment = local.slots_env
  }

  slots_env = { STEP_SLOTS = tostring(var.step_slots) }

  flow = {
    webhook = {
      public      = true
      min         = var.webhook_min_instances
      concurrency = 80
      timeout     = 60
      liveness    = false # its health is 503 until tenants are loaded, and deliveries are kept without them
      pushed      = { intake = local.endless }
      publishes   = concat(local.requests, ["intake"]) # a form begins at a later step than a call
      secrets     = ["roles/secretmanager.secretAccessor"]
      environment = { BOOTSTRAP_KEY_SECRET = google_secret_manager_secret.bootstrap.secret_id }
    }
    transcribe = {
      memory      = "1Gi" # pieces of recordings are in memory
      pushed      = { request-received = local.step }
      publishes   = ["request-transcribed"]
      secrets     = ["roles/secretmanager.secretAccessor"]
      roles       = ["roles/speech.client"]
      recordings  = true
      environment = merge(local.slots_env, local.recordings_env, { SPEECH_LOCATION = var.speech_location })
    }
    analyze = {
      pushed      = { request-transcribed = local.step }
      publishes   = ["request-analyzed"]
      roles       = ["roles/aiplatform.user"]
      environment = merge(local.slots_env, local.gemini_env)
    }
    push = {
      pushed      = { request-analyzed = local.step, delivery-due = local.step }
      publishes   = ["request-pushed"]
      secrets     = ["roles/secretmanager.secretAccessor", "roles/secretmanager.secretVersionManager"] # it renews OAuth tokens
      environment = merge(local.slots_env, local.dashboard_links)
    }
    notify = {
      pushed      = { request-pushed = local.step }
      secrets     = ["roles/secretmanager.secretAccessor"]
      environment = merge(local.slots_env, local.dashboard_links, local.smtp_env)
    }
    sweep = {
      pushed     = { (local.dead_letters) = local.endless }
      publishes  = concat(local.requests, ["delivery-due"])
      secrets    = ["roles/secretmanager.secretAccessor"]
      roles      = ["roles/aiplatform.user"] # another look at past requests
      recordings = true
      environment = merge(local.slots_env, local.recordings_env, local.gemini_env, {
        PITR_DAYS        = tostring(var.pitr_days)
        BACKUP_DAYS      = tostring(var.backup_days)
        SOFT_DELETE_DAYS = tostring(var.soft_delete_days)
        MESSAGE_DAYS     = tostring(var.message_days)
        EXPORT_DAYS      = tostring(var.export_days)
      })
    }
    api = {
      public      = true
      concurrency = 80
      timeout     = 3600 # a stream of events stays open
      publishes   = concat(local.requests, ["delivery-due"])
      secrets     = ["roles/secretmanager.secretAccessor", "roles/secretmanager.secretVersionManager", google_project_iam_custom_role.secret_keeper.id]
      recordings  = true
      environment = merge(local.recordings_env, local.secret_env, local.dashboard_links, local.dashboard_env, local.smtp_env, {
        API_ISSUERS  = jsonencode(concat(try(jsondecode(var.api_issuers), []), [local.canary_issuer]))
        TRUSTED_HOPS = var.domain == null ? "0" : "1"
        WEBHOOK_URL  = local.webhook_url
      })
    }
  }
}

# Until its first release a service takes nothing: whoever is pushed to and answers 200 has the only copy of a
# message. Its health is good, so that Cloud Run keeps it.
locals {
  placeholder = ["sh", "-c", join(" ", [
    "echo 'events {} http { access_log off; server { listen 8080;",
    "location = /v1/health { return 200 placeholder; } location / { return 503; } } }'",
    ">/tmp/nginx.conf && exec nginx -c /tmp/nginx.conf -g 'daemon off;'",
  ])]
}

module "stage" {
  source   = "./modules/stage"
  for_each = local.services

  project_id          = var.project_id
  name                = each.key
  regions             = toset(var.regions)
  active_region       = local.active_region
  image               = var.placeholder_image
  command             = local.placeholder
  deletion_protection = var.deletion_protection

  public               = each.value.public
  ingress              = local.ingress[each.value.public ? "public" : "private"]
  default_uri_disabled = each.value.public && var.domain != null && length(each.value.pushed) == 0
  liveness             = each.value.liveness

  cpu             = "1"
  memory          = each.value.memory
  cpu_idle        = !var.cpu_always
  concurrency     = each.value.concurrency
  timeout_seconds = each.value.timeout
  scaling         = { min = each.value.min, max = var.max_instances }
  subnetworks     = local.subnetworks

  environment        = merge(local.environment, local.service_env, each.value.environment)
  secret_environment = lookup(local.secret_environments, each.key, {})

  subscriptions     = { for topic, s in each.value.pushed : topic => merge(s, { topic = google_pubsub_topic.this[topic].id }) }
  dead_letter_topic = google_pubsub_topic.this[local.dead_letters].id
  retention_seconds = var.message_days * 24 * 3600
  pubsub_agent      = local.pubsub_agent

  depends_on = [time_sleep.apis]
}
