-- Full-text search, which needs Spanner's Enterprise edition (FULL_TEXT_SEARCH=false leaves it
-- out). The index is divided by tenant, so a search reads one tenant's words only, and ordered
-- by time, so that the newest matches come without sorting all of them.
ALTER TABLE search_documents ADD COLUMN words TOKENLIST AS (TOKENIZE_FULLTEXT(body)) HIDDEN;
CREATE SEARCH INDEX search_documents_by_words ON search_documents (words)
  PARTITION BY tenant_id ORDER BY received_us DESC;
