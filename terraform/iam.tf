# What each service may do, beyond its buckets and secrets.

locals {
  members = merge({ for name, s in module.stage : name => s.member }, { migrate = google_service_account.migrate.member })

  # Every service writes traces and metrics, and is counted as a user of the project's APIs for it.
  telemetry_roles = ["roles/telemetry.writer", "roles/monitoring.metricWriter", "roles/serviceusage.serviceUsageConsumer"]

  project_roles = merge([
    for name, roles in merge({ for name, s in local.services : name => s.roles }, { migrate = [] }) : {
      for role in concat(roles, local.telemetry_roles) : "${name} ${role}" => { name = name, role = role }
    }
  ]...)
  secret_roles = merge([
    for name, s in local.services : { for i, role in s.secrets : "${name} ${i}" => { name = name, role = role } }
  ]...)
  publishers = merge([
    for name, s in local.services : { for topic in s.publishes : "${name} ${topic}" => { name = name, topic = topic } }
  ]...)
}

resource "google_project_iam_member" "role" {
  for_each = local.project_roles
  project  = var.project_id
  role     = each.value.role
  member   = local.members[each.value.name]
}

# In the database that was made here, in those that were restored, and in the one that serves.
locals {
  databases = distinct(concat([var.spanner_database], var.restored_databases, var.serving_database[*]))
  # Migrate changes the schema, which no database role may.
  users = merge([for database in local.databases : {
    for name in concat(var.database_roles == "only" ? [] : keys(local.services), ["migrate"]) :
    "${name} ${database}" => { database = database, name = name }
  }]...)
  role_users = var.database_roles == "none" ? {} : merge([for database in local.databases : {
    for name in keys(local.services) : "${name} ${database}" => { database = database, name = name }
  }]...)
}

# What Spanner's own role for it allows, without the schema: that one contains updateDdl.
resource "google_project_iam_custom_role" "database_user" {
  role_id     = "pipelineDatabaseUser"
  title       = "Pipeline: reads and writes the database"
  description = "Rows, and not the schema."
  permissions = [
    "spanner.databases.beginOrRollbackReadWriteTransaction",
    "spanner.databases.beginReadOnlyTransaction",
    "spanner.databases.read",
    "spanner.databases.select",
    "spanner.databases.write",
    "spanner.sessions.create",
    "spanner.sessions.delete",
    "spanner.sessions.get",
    "spanner.sessions.list",
  ]
  depends_on = [time_sleep.apis]
}

# Every service reads and writes, and migrate changes the schema as well.
resource "google_spanner_database_iam_member" "user" {
  for_each   = local.users
  instance   = google_spanner_instance.this.name
  database   = each.value.database
  role       = each.value.name == "migrate" ? "roles/spanner.databaseUser" : google_project_iam_custom_role.database_user.id
  member     = local.members[each.value.name]
  depends_on = [google_spanner_database.this]
}

# Whoever has these two acts in a database role, and in none but its own. What that role may do is
# in the schema: internal/store/schema/roles.
resource "google_spanner_database_iam_member" "role_based" {
  for_each   = local.role_users
  instance   = google_spanner_instance.this.name
  database   = each.value.database
  role       = "roles/spanner.fineGrainedAccessUser"
  member     = local.members[each.value.name]
  depends_on = [google_spanner_database.this]
}

resource "google_spanner_database_iam_member" "role" {
  for_each = local.role_users
  instance = google_spanner_instance.this.name
  database = each.value.database
  role     = "roles/spanner.databaseRoleUser"
  member   = local.members[each.value.name]

  condition {
    title      = "own-role"
    expression = "resource.type == \"spanner.googleapis.com/DatabaseRole\" && resource.name.endsWith(\"/${each.value.name}\")"
  }

  depends_on = [google_spanner_database.this]
}

resource "google_pubsub_topic_iam_member" "publisher" {
  for_each = local.publishers
  topic    = google_pubsub_topic.this[each.value.topic].id
  role     = "roles/pubsub.publisher"
  member   = local.members[each.value.name]
}

# Tenants' secrets are made while the services run, so the right to them goes by name.
resource "google_project_iam_member" "secrets" {
  for_each = local.secret_roles
  project  = var.project_id
  role     = each.value.role
  member   = local.members[each.value.name]

  condition {
    title       = "tenants-secrets"
    description = "Secrets of tenants, and none of the deployment's own."
    expression  = "resource.name.startsWith(\"projects/${data.google_project.this.number}/secrets/tenant-\")"
  }
}

resource "google_project_iam_custom_role" "secret_keeper" {
  role_id     = "pipelineSecretKeeper"
  title       = "Pipeline: keeps tenants' secrets"
  description = "Reads and deletes secrets; their versions are another role's."
  permissions = ["secretmanager.secrets.get", "secretmanager.secrets.delete"]
  depends_on  = [time_sleep.apis]
}

# A secret that is not there yet has no name to go by.
resource "google_project_iam_custom_role" "secret_creator" {
  role_id     = "pipelineSecretCreator"
  title       = "Pipeline: creates secrets"
  permissions = ["secretmanager.secrets.create"]
  depends_on  = [time_sleep.apis]
}

resource "google_project_iam_member" "secret_creator" {
  project = var.project_id
  role    = google_project_iam_custom_role.secret_creator.id
  member  = local.members.api
}

# The api service signs the addresses of recordings as itself.
resource "google_service_account_iam_member" "api_signs" {
  service_account_id = module.stage["api"].account
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = local.members.api
}
