import type { Migrations } from './migrate.ts'

/** The ledger's file: attempts with everything that people search for, and totals by hour. */
export const ledgerMigrations: Migrations = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE attempt (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL, app TEXT NOT NULL, message TEXT NOT NULL, event_type TEXT NOT NULL, endpoint TEXT NOT NULL,
    attempt INTEGER NOT NULL, result TEXT NOT NULL, code INTEGER NOT NULL,
    started_at INTEGER NOT NULL, duration_ms INTEGER NOT NULL, next_at INTEGER, manual INTEGER NOT NULL,
    detail TEXT
  ) STRICT;
  CREATE UNIQUE INDEX attempt_id ON attempt (app, id);
  CREATE INDEX attempt_message ON attempt (app, message, id);
  CREATE INDEX attempt_endpoint ON attempt (app, endpoint, id);

  CREATE TABLE total (
    app TEXT NOT NULL, endpoint TEXT NOT NULL, hour INTEGER NOT NULL, success INTEGER NOT NULL, failed INTEGER NOT NULL,
    PRIMARY KEY (app, endpoint, hour)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Totals count every attempt: failed is what did not succeed, with what was interrupted or cancelled.
  DELETE FROM total;
  INSERT INTO total
    SELECT app, endpoint, started_at / 3600000 AS hour, count(*) FILTER (WHERE result = 'success'),
      count(*) FILTER (WHERE result <> 'success') FROM attempt GROUP BY app, endpoint, hour;
  `,
  `
  -- Attempts up to here have request headers as an earlier version kept them; see hide-old-headers.ts.
  INSERT INTO meta SELECT 'clear_headers_up_to', coalesce(max(seq), 0) FROM attempt;
  `,
]
