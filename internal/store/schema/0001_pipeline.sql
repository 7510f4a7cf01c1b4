-- The pipeline's tables. Three rules run through all of them:
--
--  * tenant_id leads every primary key and every index. Spanner has no row-level
--    security; isolation is that a tenant's handle can only name keys that begin with
--    its own id. The second part is a uniform id, so that a busy tenant's rows split.
--  * Everything unsettled has a due_at. Sweep looks only at the *_due indexes; they are
--    null-filtered, so that finished work costs nothing.
--  * Times of record are commit timestamps, which no instance's clock can falsify.
--    Times that are compared with a clock (due_at, leases) are written by the services.

-- One row for each customer company. INSERT of id, name and status alone makes a usable
-- tenant: every other column has a default or may be null.
CREATE TABLE IF NOT EXISTS tenants (
  tenant_id  STRING(64)  NOT NULL,                             -- chosen by the operator; part of webhook URLs
  name       STRING(256) NOT NULL,                             -- the company's name, shown to people and told to the model
  status     STRING(16)  NOT NULL DEFAULT ('active'),          -- active or suspended; suspended tenants' deliveries are kept, not worked on
  time_zone  STRING(64)  NOT NULL DEFAULT ('America/New_York'),-- IANA name: people read times in it
  region     STRING(2)   NOT NULL DEFAULT ('US'),              -- ISO 3166: completes phone numbers without a country
  settings   JSON,                                             -- the choices of tenant.Settings; null means all defaults
  created_at TIMESTAMP   NOT NULL DEFAULT (CURRENT_TIMESTAMP()),
  updated_at TIMESTAMP   OPTIONS (allow_commit_timestamp = true),
  CONSTRAINT tenants_status CHECK (status IN ('active', 'suspended')),
) PRIMARY KEY (tenant_id);

-- Where a tenant's deliveries come from.
CREATE TABLE IF NOT EXISTS sources (
  tenant_id           STRING(64)  NOT NULL,
  source_id           STRING(64)  NOT NULL,
  kind                STRING(16)  NOT NULL,                    -- callrail
  status              STRING(16)  NOT NULL DEFAULT ('active'),
  company_id          STRING(64),                              -- CallRail's number for the company, as webhooks carry it
  company_resource_id STRING(64),                              -- CallRail's COM… id, as the API carries it
  account_id          STRING(64),                              -- CallRail account: the API's rate limit is counted per account
  signing_secrets     ARRAY<STRING(256)>,                      -- names of secrets; several while a key is being rotated
  api_key_secret      STRING(256),                             -- name of the secret with the API key; null: no API access
  created_at          TIMESTAMP   NOT NULL OPTIONS (allow_commit_timestamp = true),
) PRIMARY KEY (tenant_id, source_id),
  INTERLEAVE IN PARENT tenants ON DELETE NO ACTION;

-- A CallRail company belongs to one tenant: the second one to claim it is refused.
CREATE UNIQUE NULL_FILTERED INDEX IF NOT EXISTS sources_by_company ON sources (company_resource_id);
CREATE UNIQUE NULL_FILTERED INDEX IF NOT EXISTS sources_by_company_number ON sources (company_id);

-- A tenant's CRM destinations.
CREATE TABLE IF NOT EXISTS integrations (
  tenant_id      STRING(64)  NOT NULL,
  integration_id STRING(64)  NOT NULL,                         -- also the destination of deliveries
  kind           STRING(16)  NOT NULL,                         -- hubspot, salesforce, pipedrive, custom
  status         STRING(16)  NOT NULL DEFAULT ('active'),
  secret         STRING(256),                                  -- name of the secret with the credentials
  config         JSON,                                         -- the connector's own settings
  created_at     TIMESTAMP   NOT NULL OPTIONS (allow_commit_timestamp = true),
) PRIMARY KEY (tenant_id, integration_id),
  INTERLEAVE IN PARENT tenants ON DELETE NO ACTION;

-- One row for each call, form or text. The id is a hash of tenant, namespace and external
-- id: a repeated delivery meets its own row without a read, and no key range is hot.
CREATE TABLE IF NOT EXISTS requests (
  tenant_id    STRING(64)  NOT NULL,
  request_id   STRING(64)  NOT NULL,
  kind         STRING(16)  NOT NULL,                           -- call, form, text
  namespace    STRING(16)  NOT NULL,                           -- what external_id is an id of
  external_id  STRING(256) NOT NULL,                           -- the source's id, to ask it again
  source_id    STRING(64),                                     -- null: accepted with the bootstrap key
  status       STRING(16)  NOT NULL,                           -- how far it has come
  run          INT64       NOT NULL,                           -- raised when the first audio arrives late; object names carry it
  attempts     INT64       NOT NULL,                           -- errors and expired leases of the current step
  announced    INT64       NOT NULL,                           -- times swept since the last progress: the sweep's backoff
  reason       STRING(MAX),                                    -- why it failed or what it waits for; no personal data
  due_at       TIMESTAMP,                                      -- when sweep should look again; null when settled
  not_before   TIMESTAMP,                                      -- a step asked to be left alone until then
  lease_token  STRING(32),                                     -- who works on it: saves must show the same token
  lease_until  TIMESTAMP,                                      -- when that claim runs out
  received_at  TIMESTAMP   NOT NULL OPTIONS (allow_commit_timestamp = true),
  updated_at   TIMESTAMP   NOT NULL OPTIONS (allow_commit_timestamp = true),
  started_at   TIMESTAMP,                                      -- when the call began or the form was sent, says the source
  caller_name  STRING(MAX),
  caller_phone STRING(64),
  caller_email STRING(320),
  details      JSON,                                           -- what the source told (request.Details)
  recording    JSON,                                           -- where the audio is (request.Recording)
  speech       JSON,                                           -- the transcription under way (request.Speech): paid once
  payload      BYTES(MAX),                                     -- the newest delivery as it came, for what was not understood yet
  payload_type STRING(128),
  payload_hash STRING(64),                                     -- of the first delivery
  change_hash  STRING(64),                                     -- of the newest modification: tells a repeat from news
  source_name  STRING(256),                                    -- marketing source, for lists
  intent       STRING(32),                                     -- the analysis' answers, kept here so that lists need one read
  project_type STRING(32),
  timeline     STRING(32),
  budget       STRING(16),
  lead_score   INT64,                                          -- null until analysed
  score_band   STRING(8),
  summary      STRING(MAX),
  crm_state    STRING(16)  NOT NULL,                           -- the deliveries summed up
  trace_parent STRING(64),                                     -- W3C trace context of the delivery: a sweep goes on with it
) PRIMARY KEY (tenant_id, request_id),
  INTERLEAVE IN PARENT tenants ON DELETE NO ACTION;

-- What sweep reads: the oldest due rows of each tenant, so that one tenant's backlog
-- cannot hide another's single call.
CREATE NULL_FILTERED INDEX IF NOT EXISTS requests_due ON requests (tenant_id, due_at) STORING (status, run, trace_parent), INTERLEAVE IN tenants;

-- What lists read: newest first, a page at a time. Writes of one tenant follow the clock
-- here; at 10,000 calls a day that is far below what one split takes.
CREATE INDEX IF NOT EXISTS requests_by_time ON requests (tenant_id, received_at DESC, request_id), INTERLEAVE IN tenants;

-- What was said. A new run replaces it.
CREATE TABLE IF NOT EXISTS transcripts (
  tenant_id  STRING(64) NOT NULL,
  request_id STRING(64) NOT NULL,
  run        INT64      NOT NULL,                              -- the run that made it
  origin     STRING(16) NOT NULL,                              -- speech, source, form, none
  body       JSON       NOT NULL,                              -- request.Transcript
  updated_at TIMESTAMP  NOT NULL OPTIONS (allow_commit_timestamp = true),
) PRIMARY KEY (tenant_id, request_id),
  INTERLEAVE IN PARENT requests ON DELETE NO ACTION;

-- What it means. The prompt's hash makes it the cache of the model's answer, too.
CREATE TABLE IF NOT EXISTS analyses (
  tenant_id   STRING(64) NOT NULL,
  request_id  STRING(64) NOT NULL,
  run         INT64      NOT NULL,
  analyzer    STRING(16) NOT NULL,                             -- model or rules
  prompt_hash STRING(64),                                      -- of model and prompt: the same question is not paid for twice
  body        JSON       NOT NULL,                             -- request.Analysis
  updated_at  TIMESTAMP  NOT NULL OPTIONS (allow_commit_timestamp = true),
) PRIMARY KEY (tenant_id, request_id),
  INTERLEAVE IN PARENT requests ON DELETE NO ACTION;

-- One row for each request and CRM destination, with a life of its own: a CRM that is
-- down for a day holds up nothing else.
CREATE TABLE IF NOT EXISTS deliveries (
  tenant_id    STRING(64) NOT NULL,
  request_id   STRING(64) NOT NULL,
  destination  STRING(64) NOT NULL,                            -- integration id
  connector    STRING(16) NOT NULL,
  state        STRING(16) NOT NULL,                            -- pending done skipped parked failed
  run          INT64      NOT NULL,                            -- the request's run that it was planned for
  revision     INT64      NOT NULL,                            -- raised when the answer changed
  synced       INT64      NOT NULL,                            -- the revision that the remote records show
  attempts     INT64      NOT NULL,
  announced    INT64      NOT NULL,
  due_at       TIMESTAMP,                                      -- null when settled
  not_before   TIMESTAMP,                                      -- the CRM said when to come again
  lease_token  STRING(32),
  lease_until  TIMESTAMP,
  ledger       JSON       NOT NULL,                            -- remote ids and intents, step by step
  outcome      STRING(16),                                     -- created, updated, matched
  error        STRING(MAX),                                    -- the CRM's own words
  link         STRING(MAX),                                    -- the record in the CRM
  warnings     ARRAY<STRING(MAX)>,
  trace_parent STRING(64),
  updated_at   TIMESTAMP  NOT NULL OPTIONS (allow_commit_timestamp = true),
) PRIMARY KEY (tenant_id, request_id, destination),
  INTERLEAVE IN PARENT requests ON DELETE NO ACTION;

CREATE NULL_FILTERED INDEX IF NOT EXISTS deliveries_due ON deliveries (tenant_id, due_at) STORING (trace_parent), INTERLEAVE IN tenants;

-- Who is who in a destination: consulted, under a lease, before the CRM is searched,
-- because a CRM's search lags behind its writes. Keys are hashes, since key values show
-- up in Spanner's own statistics.
CREATE TABLE IF NOT EXISTS contacts (
  tenant_id   STRING(64) NOT NULL,
  destination STRING(64) NOT NULL,
  contact_key STRING(64) NOT NULL,                             -- hex SHA-256 of tenant and "phone:+1…" or "email:…"
  remote_id   STRING(256),                                     -- null: somebody is about to create the contact
  request_id  STRING(64) NOT NULL,                             -- the request that holds or last held the lease
  lease_token STRING(32),                                      -- somebody is resolving the person right now
  lease_until TIMESTAMP,
  intent_at   TIMESTAMP,                                       -- when an attempt began whose outcome nobody recorded
  updated_at  TIMESTAMP  NOT NULL OPTIONS (allow_commit_timestamp = true),
) PRIMARY KEY (tenant_id, destination, contact_key),
  INTERLEAVE IN PARENT tenants ON DELETE NO ACTION;

-- Who was told about a request, and at which score band: told again only if it rises.
CREATE TABLE IF NOT EXISTS notices (
  tenant_id  STRING(64)  NOT NULL,
  request_id STRING(64)  NOT NULL,
  channel    STRING(128) NOT NULL,                             -- slack:<name> or email:<name>
  band       STRING(8)   NOT NULL,
  sent_at    TIMESTAMP   NOT NULL OPTIONS (allow_commit_timestamp = true),
) PRIMARY KEY (tenant_id, request_id, channel),
  INTERLEAVE IN PARENT requests ON DELETE NO ACTION;

-- The timeline of a request.
CREATE TABLE IF NOT EXISTS events (
  tenant_id   STRING(64) NOT NULL,
  request_id  STRING(64) NOT NULL,
  event_id    STRING(32) NOT NULL,                             -- random
  occurred_at TIMESTAMP  NOT NULL OPTIONS (allow_commit_timestamp = true),
  step        STRING(16) NOT NULL,                             -- webhook, transcribe, analyze, push, notify, sweep
  name        STRING(32) NOT NULL,                             -- received, done, waiting, retrying, failed …
  detail      STRING(MAX),                                     -- fixed words; never a transcript, phone number or e-mail
  duration_ms INT64,
) PRIMARY KEY (tenant_id, request_id, event_id),
  INTERLEAVE IN PARENT requests ON DELETE NO ACTION;

-- Deliveries of each source counted by day, outcome and reason: "show me what never
-- arrived" without keeping any body.
CREATE TABLE IF NOT EXISTS source_counts (
  tenant_id STRING(64) NOT NULL,
  source_id STRING(64) NOT NULL,                               -- empty: accepted with the bootstrap key
  day       DATE       NOT NULL,                               -- UTC
  outcome   STRING(16) NOT NULL,                               -- accepted, duplicate, updated, ignored, rejected
  reason    STRING(64) NOT NULL,                               -- empty where the outcome says it all
  count     INT64      NOT NULL,
  last_at   TIMESTAMP  NOT NULL,
) PRIMARY KEY (tenant_id, source_id, day, outcome, reason),
  INTERLEAVE IN PARENT tenants ON DELETE NO ACTION;

-- Every administrative change and every read of a recording or transcript. Rows are only
-- ever inserted. Personal fields are named, their values are not kept.
CREATE TABLE IF NOT EXISTS audit_log (
  tenant_id STRING(64)  NOT NULL,
  audit_id  STRING(32)  NOT NULL,                              -- random
  occurred_at TIMESTAMP NOT NULL OPTIONS (allow_commit_timestamp = true),
  actor     STRING(256) NOT NULL,                              -- who: a token's subject or an operator's tool
  action    STRING(64)  NOT NULL,                              -- for instance integration.put
  target    STRING(256) NOT NULL,                              -- what it was done to
  detail    JSON,                                              -- the names of what changed
) PRIMARY KEY (tenant_id, audit_id),
  INTERLEAVE IN PARENT tenants ON DELETE NO ACTION;

CREATE INDEX IF NOT EXISTS audit_log_by_time ON audit_log (tenant_id, occurred_at DESC), INTERLEAVE IN tenants;
