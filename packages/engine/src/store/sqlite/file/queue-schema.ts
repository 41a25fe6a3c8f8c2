import type { Migrations } from './migrate.ts'

/** The queue's file: catalog, messages, work, and the tiny outcomes. One writer; every statement is in its thread. */
export const queueMigrations: Migrations = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE application (
    id TEXT PRIMARY KEY, org TEXT NOT NULL, uid TEXT, version INTEGER NOT NULL, data TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX application_uid ON application (org, uid) WHERE uid IS NOT NULL;

  CREATE TABLE endpoint (
    id TEXT PRIMARY KEY, org TEXT NOT NULL, app TEXT NOT NULL, uid TEXT, data TEXT NOT NULL, sealed TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX endpoint_app ON endpoint (app, id);
  CREATE UNIQUE INDEX endpoint_uid ON endpoint (app, uid) WHERE uid IS NOT NULL;

  CREATE TABLE event_type (
    org TEXT NOT NULL, name TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (org, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE message (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL, app TEXT NOT NULL, event_type TEXT NOT NULL, event_id TEXT, payload TEXT,
    occurred_at INTEGER NOT NULL, accepted_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
    early INTEGER NOT NULL, deliver INTEGER NOT NULL, targets TEXT NOT NULL, detail TEXT
  ) STRICT;
  CREATE UNIQUE INDEX message_id ON message (app, id);
  CREATE UNIQUE INDEX message_event_id ON message (app, event_id) WHERE event_id IS NOT NULL;
  -- Those with a retention of their own run out before their turn.
  CREATE INDEX message_early ON message (expires_at) WHERE early = 1;

  -- Unfinished work only. Finished work is deleted, so the table stays small and in the cache; it is indexed by target
  -- and due time and by nothing else, so a million rows behind one dead target cost the others nothing.
  CREATE TABLE work (
    target TEXT NOT NULL, due INTEGER NOT NULL, message TEXT NOT NULL, app TEXT NOT NULL,
    epoch INTEGER NOT NULL, generation INTEGER NOT NULL, failures INTEGER NOT NULL,
    manual INTEGER NOT NULL, crashes INTEGER NOT NULL,
    again INTEGER NOT NULL,
    PRIMARY KEY (target, due, message)
  ) STRICT, WITHOUT ROWID;

  -- A first attempt is due when its message was accepted, so the primary key finds it by its message. The rest (retries,
  -- repeats, what is to be delivered later) is found by this; the happy path never writes it.
  CREATE INDEX work_again ON work (message, target) WHERE again = 1;

  CREATE TABLE outcome (
    seq INTEGER PRIMARY KEY,
    attempt TEXT NOT NULL, app TEXT NOT NULL, message TEXT NOT NULL, target TEXT NOT NULL,
    generation INTEGER NOT NULL, result TEXT NOT NULL, manual INTEGER NOT NULL, code INTEGER NOT NULL,
    started_at INTEGER NOT NULL, duration_ms INTEGER NOT NULL, next_at INTEGER
  ) STRICT;

  CREATE TABLE idempotency (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, answer TEXT NOT NULL, expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX idempotency_expiry ON idempotency (expires_at);
  `,
  `
  -- Signing keys of an application, encrypted, newest first.
  ALTER TABLE application ADD COLUMN sealed TEXT NOT NULL DEFAULT '[]';

  CREATE TABLE dialect (
    org TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, data TEXT NOT NULL, PRIMARY KEY (org, name, version)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE audit (id TEXT PRIMARY KEY, org TEXT NOT NULL, app TEXT, data TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX audit_org ON audit (org, id);
  CREATE INDEX audit_app ON audit (org, app, id) WHERE app IS NOT NULL;

  -- Members that rows of the first version lack.
  UPDATE application SET data = json_insert(data, '$.preset', NULL, '$.facts', json('{}'));
  UPDATE endpoint SET
    data = json_insert(data, '$.name', '', '$.platforms', NULL, '$.filter', NULL, '$.filterOver', 'payload',
      '$.dialectVersion', NULL, '$.secondary', NULL),
    sealed = json_insert(sealed, '$.secondary', json('[]'));
  UPDATE event_type SET
    data = json_insert(data, '$.title', '', '$.category', NULL, '$.platforms', NULL, '$.sample', NULL);
  `,
  `
  -- Messages that leave in one request, in their order: written before the first send, so that every retry has the same
  -- bytes. Its work is one row, with the batch's id where a message's would stand. It is gone when its delivery has ended.
  CREATE TABLE batch (id TEXT PRIMARY KEY, app TEXT NOT NULL, members TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE batch_member (
    message TEXT NOT NULL, target TEXT NOT NULL, batch TEXT NOT NULL, PRIMARY KEY (message, target)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX batch_member_batch ON batch_member (batch);
  UPDATE endpoint SET data = json_insert(data, '$.batch', NULL);
  `,
  `
  -- Long jobs that report back. A claim id and the token of a file's link are secrets: they are looked up by their hash, and
  -- stored encrypted, because callbacks and claims need them again.
  CREATE TABLE operation (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL, app TEXT NOT NULL, kind TEXT, state TEXT NOT NULL,
    callback_url TEXT NOT NULL, metadata TEXT NOT NULL, lasts_ms INTEGER NOT NULL,
    claim_hash TEXT NOT NULL, sealed_claim TEXT NOT NULL,
    message TEXT, error TEXT, file TEXT, file_hash TEXT,
    created_at INTEGER NOT NULL, completed_at INTEGER, expires_at INTEGER, called_at INTEGER, claimed_at INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX operation_id ON operation (id);
  CREATE INDEX operation_app ON operation (app, id);
  CREATE UNIQUE INDEX operation_claim ON operation (app, claim_hash);
  CREATE UNIQUE INDEX operation_file ON operation (file_hash) WHERE file_hash IS NOT NULL;
  CREATE INDEX operation_expiry ON operation (expires_at) WHERE state <> 'expired';

  -- Apart, so that a change of state does not write a result of a megabyte again.
  CREATE TABLE operation_payload (operation TEXT PRIMARY KEY, payload TEXT NOT NULL) STRICT;
  `,
  `
  -- What an organisation's event types and dialects are changed from. Absent: version 0.
  CREATE TABLE organisation (id TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
  `
  -- When the push of a delivery began, of which a retry is a part. NULL: with the next attempt.
  ALTER TABLE work ADD COLUMN pushed_at INTEGER;
  -- Until now a body had the time of the accept in its place: retries keep their bytes.
  UPDATE work SET pushed_at = (SELECT accepted_at FROM message m WHERE m.app = work.app AND m.id = work.message)
    WHERE failures > 0;
  `,
]
