# Keys of our own, if var.cmek says so: one for each location that something is kept in.

locals {
  # What is encrypted, where its keys must be, and who uses them.
  key_users = !var.cmek ? {} : {
    topics  = { locations = [var.regions[0]], member = google_project_service_identity.agent["pubsub"].member }
    buckets = { locations = [lower(local.bucket_location)], member = data.google_storage_project_service_account.this[0].member }
    secrets = { locations = ["global"], member = google_project_service_identity.agent["secretmanager"].member } # kept everywhere
    spanner = { locations = local.spanner_locations, member = google_project_service_identity.agent["spanner"].member }
  }
  spanner_locations = local.spanner_is_regional ? [trimprefix(var.spanner_config, "regional-")] : var.spanner_key_locations

  key_grants = merge([
    for use, u in local.key_users : { for l in u.locations : "${use} ${l}" => { location = l, member = u.member } }
  ]...)

  # Null where Google's keys are used.
  keys = {
    topics  = var.cmek ? google_kms_crypto_key.this[var.regions[0]].id : null
    buckets = var.cmek ? google_kms_crypto_key.this[lower(local.bucket_location)].id : null
    secrets = var.cmek ? google_kms_crypto_key.this["global"].id : null
    spanner = var.cmek ? [for l in local.spanner_locations : google_kms_crypto_key.this[l].id] : null
  }
}

data "google_storage_project_service_account" "this" {
  count      = var.cmek ? 1 : 0
  depends_on = [time_sleep.base]
}

resource "google_kms_key_ring" "this" {
  for_each   = toset(!var.cmek ? [] : concat([var.regions[0], lower(local.bucket_location), "global"], local.spanner_locations))
  name       = "pipeline"
  location   = each.key
  depends_on = [time_sleep.apis]
}

resource "google_kms_crypto_key" "this" {
  for_each        = google_kms_key_ring.this
  name            = "pipeline"
  key_ring        = each.value.id
  rotation_period = "7776000s" # 90 days
  deletion_policy = "PREVENT"  # with the key goes everything that it encrypts
}

resource "google_kms_crypto_key_iam_member" "agent" {
  for_each      = local.key_grants
  crypto_key_id = google_kms_crypto_key.this[each.value.location].id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = each.value.member
}
