-- What statistics sum beside the columns of 0004. Each is reckoned by Spanner from what the row
-- has anyway, so that no writer can forget it and rows from before have it, too.

-- Who took an inbound call: answered, voicemail or missed. Null for everything else, and where
-- nobody told: a call by API that does not say it was answered may have been.
ALTER TABLE requests ADD COLUMN call_outcome STRING(16) AS (
  CASE
    WHEN kind != 'call' OR COALESCE(JSON_VALUE(details, '$.direction'), 'inbound') = 'outbound' THEN NULL
    WHEN JSON_VALUE(details, '$.voicemail') = 'true' OR STARTS_WITH(JSON_VALUE(details, '$.call_type'), 'voicemail') THEN 'voicemail'
    WHEN JSON_VALUE(details, '$.answered') = 'true' OR JSON_VALUE(details, '$.call_type') = 'answered' THEN 'answered'
    WHEN namespace = 'call' AND details IS NOT NULL THEN 'missed'
  END) STORED;

-- Seconds of audio that were transcribed, over all channels: what speech is paid by.
ALTER TABLE requests ADD COLUMN speech_s FLOAT64 AS (
  COALESCE(SAFE_CAST(JSON_VALUE(metering, '$.speech_s') AS FLOAT64), 0)
  + COALESCE(SAFE_CAST(JSON_VALUE(metering, '$.speech_batch_s') AS FLOAT64), 0)) STORED;

ALTER INDEX requests_newest ADD STORED COLUMN call_outcome;
ALTER INDEX requests_newest ADD STORED COLUMN speech_s;
