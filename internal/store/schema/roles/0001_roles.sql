-- What each service may do, for databases whose services act in a role (SPANNER_ROLES). A table
-- that comes later needs a file with its own grants. The emulator has no roles: there, the store
-- reads these lines and refuses what they do not grant, also in tests (internal/store/roles.go).

CREATE ROLE webhook;
CREATE ROLE transcribe;
CREATE ROLE analyze;
CREATE ROLE push;
CREATE ROLE notify;
CREATE ROLE sweep;
CREATE ROLE api;

-- Everybody knows the tenants and what is paused.
GRANT SELECT ON TABLE tenants, sources, integrations, pauses TO ROLE webhook;
GRANT SELECT ON TABLE tenants, sources, integrations, pauses TO ROLE transcribe;
GRANT SELECT ON TABLE tenants, sources, integrations, pauses TO ROLE analyze;
GRANT SELECT ON TABLE tenants, sources, integrations, pauses TO ROLE push;
GRANT SELECT ON TABLE tenants, sources, integrations, pauses TO ROLE notify;

-- The public one: it reads deliveries, and neither transcripts nor what was made of them.
GRANT SELECT, INSERT, UPDATE ON TABLE requests, source_counts TO ROLE webhook;
GRANT INSERT, UPDATE ON TABLE people TO ROLE webhook;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE quotas TO ROLE webhook;
GRANT SELECT ON TABLE deliveries TO ROLE webhook;
GRANT INSERT ON TABLE events TO ROLE webhook;

GRANT SELECT, UPDATE ON TABLE requests TO ROLE transcribe;
GRANT SELECT, INSERT, UPDATE ON TABLE transcripts, people TO ROLE transcribe;
GRANT SELECT ON TABLE person_flags TO ROLE transcribe;
GRANT INSERT ON TABLE events TO ROLE transcribe;

GRANT SELECT, UPDATE ON TABLE requests TO ROLE analyze;
GRANT SELECT, INSERT, UPDATE ON TABLE transcripts, analyses, search_documents, people TO ROLE analyze;
GRANT SELECT ON TABLE corrections, person_flags TO ROLE analyze;
GRANT INSERT ON TABLE events TO ROLE analyze;
-- It may find out that a request is about somebody who was erased, and erases it at once.
GRANT DELETE ON TABLE transcripts, analyses, corrections, notices, events, search_documents TO ROLE analyze;
GRANT INSERT ON TABLE jobs TO ROLE analyze;

GRANT SELECT, UPDATE ON TABLE requests TO ROLE push;
GRANT SELECT ON TABLE transcripts, analyses, corrections, people, person_flags TO ROLE push;
GRANT SELECT, INSERT, UPDATE ON TABLE deliveries, contacts, leases TO ROLE push;
GRANT INSERT ON TABLE events TO ROLE push;

GRANT SELECT, UPDATE ON TABLE requests TO ROLE notify;
GRANT SELECT ON TABLE transcripts, analyses, corrections, deliveries TO ROLE notify;
GRANT SELECT, INSERT, UPDATE ON TABLE notices TO ROLE notify;
GRANT INSERT ON TABLE events TO ROLE notify;

-- Sweep finds, retries, erases; the api service does what people ask for. Neither can change what
-- the audit log says.
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE
  tenants, sources, integrations, pauses, requests, transcripts, analyses, deliveries, contacts, notices, events,
  source_counts, leases, people, person_flags, corrections, search_documents, jobs, dead_letters, quotas, source_states
  TO ROLE sweep;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE
  tenants, sources, integrations, pauses, requests, transcripts, analyses, deliveries, contacts, notices, events,
  source_counts, leases, people, person_flags, corrections, search_documents, jobs, dead_letters, quotas, source_states
  TO ROLE api;
GRANT SELECT, INSERT ON TABLE audit_log TO ROLE sweep;
GRANT SELECT, INSERT ON TABLE audit_log TO ROLE api;
GRANT SELECT ON TABLE schema_migrations TO ROLE api;
