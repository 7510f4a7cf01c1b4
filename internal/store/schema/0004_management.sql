-- What the management API adds: who may be found how, what was corrected, what it cost,
-- what is paused, and the long work that people ask for.

-- A tenant's id names its objects and secrets: one with a slash would reach into another's.
ALTER TABLE tenants ADD CONSTRAINT tenants_id CHECK (REGEXP_CONTAINS(tenant_id, r'^[A-Za-z0-9_-]+$'));

ALTER TABLE sources ADD COLUMN name STRING(256);                  -- what people call it
ALTER TABLE sources ADD COLUMN settings JSON;                     -- tenant.SourceSettings: a form's origins and keys
ALTER TABLE integrations ADD COLUMN name STRING(256);             -- what people call it
ALTER TABLE integrations ADD COLUMN third_party BOOL NOT NULL DEFAULT (FALSE); -- a person who opted out is never sent there

ALTER TABLE requests ADD COLUMN handling JSON;                    -- request.Handling: what is different about this one
ALTER TABLE requests ADD COLUMN metering JSON;                    -- request.Metering: what it used, over all runs
ALTER TABLE requests ADD COLUMN cost_micros INT64;                -- that in millionths of a US dollar, by the prices of the day
ALTER TABLE requests ADD COLUMN cost_speech_micros INT64;         -- of it for transcription
ALTER TABLE requests ADD COLUMN cost_model_micros INT64;          -- of it for models
ALTER TABLE requests ADD COLUMN cost_storage_micros INT64;        -- of it for recordings; what is left is the platform's share
ALTER TABLE requests ADD COLUMN hold BOOL NOT NULL DEFAULT (FALSE); -- legal hold: neither retention nor erasure touches it
ALTER TABLE deliveries ADD COLUMN calls INT64 NOT NULL DEFAULT (0); -- calls made to the CRM for it

-- What lists and statistics read: newest first, a page at a time, with every column that a
-- list filters by or a statistic sums, so that rows which do not match cost no second read.
-- Writes of one tenant follow the clock here; at 10,000 calls a day that is far below what
-- one split takes. It replaces requests_by_time.
CREATE INDEX IF NOT EXISTS requests_newest ON requests (tenant_id, received_at DESC, request_id)
  STORING (status, kind, source_id, source_name, crm_state, intent, project_type, timeline, budget, lead_score, score_band, hold,
           cost_micros, cost_speech_micros, cost_model_micros, cost_storage_micros),
  INTERLEAVE IN tenants;
DROP INDEX IF EXISTS requests_by_time;

-- What the event stream reads: what has changed since a moment, oldest first.
CREATE INDEX IF NOT EXISTS requests_changed ON requests (tenant_id, updated_at), INTERLEAVE IN tenants;

-- Who a request is about, as keys: lists by phone or e-mail, erasure, export and opt-out go
-- by them. Keys are hashes as in contacts: key values show up in Spanner's own statistics.
CREATE TABLE IF NOT EXISTS people (
  tenant_id   STRING(64) NOT NULL,
  request_id  STRING(64) NOT NULL,
  person_key  STRING(64) NOT NULL,                             -- hex SHA-256 of tenant and "phone:+1…" or "email:…"
  received_at TIMESTAMP  NOT NULL OPTIONS (allow_commit_timestamp = true), -- the request's: orders lists
) PRIMARY KEY (tenant_id, request_id, person_key),
  INTERLEAVE IN PARENT requests ON DELETE NO ACTION;

CREATE INDEX IF NOT EXISTS people_by_key ON people (tenant_id, person_key, received_at DESC, request_id), INTERLEAVE IN tenants;

-- What was decided about a person. The rows outlive the requests: an erased person who is
-- found out by a late analysis of an old call must not come back.
CREATE TABLE IF NOT EXISTS person_flags (
  tenant_id    STRING(64)  NOT NULL,
  person_key   STRING(64)  NOT NULL,
  erased_at    TIMESTAMP   OPTIONS (allow_commit_timestamp = true), -- requests received before are not about them any more
  opted_out_at TIMESTAMP   OPTIONS (allow_commit_timestamp = true), -- no third-party destination since
  actor        STRING(256) NOT NULL,
  updated_at   TIMESTAMP   NOT NULL OPTIONS (allow_commit_timestamp = true),
) PRIMARY KEY (tenant_id, person_key),
  INTERLEAVE IN PARENT tenants ON DELETE NO ACTION;

-- What an erasure reads: a person's rows in every destination, those that were removed too.
CREATE INDEX IF NOT EXISTS contacts_by_person ON contacts (tenant_id, contact_key), INTERLEAVE IN tenants;

-- What people put right. The analyser's own answer stays beside it, in analyses.
CREATE TABLE IF NOT EXISTS corrections (
  tenant_id  STRING(64)  NOT NULL,
  request_id STRING(64)  NOT NULL,
  field      STRING(64)  NOT NULL,                             -- as the API names it: intent, customer.name …
  value      JSON        NOT NULL,
  replaced   STRING(MAX),                                      -- what the caller's column held before, for taking it back
  actor      STRING(256) NOT NULL,
  corrected_at TIMESTAMP NOT NULL OPTIONS (allow_commit_timestamp = true),
) PRIMARY KEY (tenant_id, request_id, field),
  INTERLEAVE IN PARENT requests ON DELETE NO ACTION;

-- The words that full-text search looks through. The search index itself is optional
-- (schema/search): it sets the edition that Spanner must have.
CREATE TABLE IF NOT EXISTS search_documents (
  tenant_id   STRING(64)  NOT NULL,
  request_id  STRING(64)  NOT NULL,
  received_us INT64       NOT NULL,                            -- the request's received_at in microseconds: search indexes order by integers
  body        STRING(MAX) NOT NULL,                            -- names, summary and transcript
) PRIMARY KEY (tenant_id, request_id),
  INTERLEAVE IN PARENT requests ON DELETE NO ACTION;

-- Work that somebody asked for and that outlives their request: export, erasure, import.
CREATE TABLE IF NOT EXISTS jobs (
  tenant_id   STRING(64)  NOT NULL,
  job_id      STRING(64)  NOT NULL,                            -- random
  kind        STRING(32)  NOT NULL,                            -- export, erase, import
  state       STRING(16)  NOT NULL,                            -- queued, running, paused, done, failed, canceled
  input       JSON        NOT NULL,                            -- what was asked; people only as keys
  progress    JSON,                                            -- where to go on after a crash
  report      JSON,                                            -- what was done so far, for people
  error       STRING(MAX),                                     -- why it failed or what it waits for; no personal data
  actor       STRING(256) NOT NULL,
  attempts    INT64       NOT NULL,
  due_at      TIMESTAMP,                                       -- null when nothing is left to do
  lease_token STRING(32),
  lease_until TIMESTAMP,
  created_at  TIMESTAMP   NOT NULL OPTIONS (allow_commit_timestamp = true),
  updated_at  TIMESTAMP   NOT NULL OPTIONS (allow_commit_timestamp = true),
) PRIMARY KEY (tenant_id, job_id),
  INTERLEAVE IN PARENT tenants ON DELETE NO ACTION;

CREATE INDEX IF NOT EXISTS jobs_by_time ON jobs (tenant_id, created_at DESC, job_id), INTERLEAVE IN tenants;
CREATE NULL_FILTERED INDEX IF NOT EXISTS jobs_due ON jobs (due_at); -- jobs are few: a handful a day over all tenants

-- What is held back on purpose. A pause of everything has the tenant '*', so this table is
-- no child of tenants.
CREATE TABLE IF NOT EXISTS pauses (
  tenant_id  STRING(64)   NOT NULL,                            -- '*': every tenant
  subject    STRING(128)  NOT NULL,                            -- all, step:<name>, destination:<integration> or model
  reason     STRING(512)  NOT NULL,
  actor      STRING(256)  NOT NULL,
  until      TIMESTAMP,                                        -- null: until somebody resumes it
  created_at TIMESTAMP    NOT NULL OPTIONS (allow_commit_timestamp = true),
) PRIMARY KEY (tenant_id, subject);

-- Messages that no step could deal with. They are surprises: each is worth an alert. A message
-- that cannot be read has no tenant, so this table is no child of tenants.
CREATE TABLE IF NOT EXISTS dead_letters (
  letter_id   STRING(64)   NOT NULL,                           -- hash of topic and message id: a second delivery meets its own row
  tenant_id   STRING(64)   NOT NULL,                           -- empty: not known
  request_id  STRING(64),
  topic       STRING(64)   NOT NULL,                           -- where it was published first
  message     JSON         NOT NULL,                           -- attributes and data: ids only
  attempts    INT64        NOT NULL,                           -- deliveries before it was given up
  state       STRING(16)   NOT NULL,                           -- open, redriven, dismissed
  actor       STRING(256),                                     -- who redrove or dismissed it
  received_at TIMESTAMP    NOT NULL OPTIONS (allow_commit_timestamp = true),
  updated_at  TIMESTAMP    NOT NULL OPTIONS (allow_commit_timestamp = true),
) PRIMARY KEY (letter_id);

CREATE INDEX IF NOT EXISTS dead_letters_by_time ON dead_letters (state, received_at DESC, letter_id); -- a handful a year
CREATE INDEX IF NOT EXISTS dead_letters_by_tenant ON dead_letters (tenant_id, state, received_at DESC, letter_id);

-- How much of a daily allowance is used. Instances take blocks of it, so that the rows are
-- written once in a while and the limit still holds over all instances.
CREATE TABLE IF NOT EXISTS quotas (
  tenant_id STRING(64) NOT NULL,
  name      STRING(64) NOT NULL,                               -- forms or api
  day       DATE       NOT NULL,                               -- in the tenant's zone
  used      INT64      NOT NULL,
) PRIMARY KEY (tenant_id, name, day),
  INTERLEAVE IN PARENT tenants ON DELETE NO ACTION;

-- How a source stands with the call tracker: where polling goes on, and what it found.
CREATE TABLE IF NOT EXISTS source_states (
  tenant_id     STRING(64)  NOT NULL,
  source_id     STRING(64)  NOT NULL,
  state         JSON        NOT NULL,                          -- tenant.SourceState
  updated_at    TIMESTAMP   NOT NULL OPTIONS (allow_commit_timestamp = true),
) PRIMARY KEY (tenant_id, source_id),
  INTERLEAVE IN PARENT tenants ON DELETE NO ACTION;

-- The audit log's lines get what a change was from and to, and where it came from.
ALTER TABLE audit_log ADD COLUMN origin STRING(64);              -- the address that the request came from
DROP INDEX IF EXISTS audit_log_by_time;
CREATE INDEX IF NOT EXISTS audit_log_newest ON audit_log (tenant_id, occurred_at DESC, audit_id), INTERLEAVE IN tenants;
