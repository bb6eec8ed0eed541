//! The tables of the control database.

use crate::sql::Migration;

pub(crate) const MIGRATIONS: &[Migration] = &[
    FIRST,
    Migration { version: 2, sql: "ALTER TABLE sources ADD COLUMN consent TEXT NOT NULL DEFAULT '{}'" },
    CONTENT,
    Migration {
        version: 4,
        sql: "ALTER TABLE resources ADD COLUMN approved_by TEXT; ALTER TABLE resources ADD COLUMN approved_at INTEGER",
    },
];

/// What templates look up.
const CONTENT: Migration = Migration {
    version: 3,
    sql: "
CREATE TABLE catalog_rows (
    ws INTEGER NOT NULL, catalog TEXT NOT NULL, key TEXT NOT NULL, row TEXT NOT NULL, PRIMARY KEY (ws, catalog, key)
) WITHOUT ROWID;
CREATE TABLE coupon_codes (
    ws INTEGER NOT NULL, pool TEXT NOT NULL, code TEXT NOT NULL, message TEXT, at INTEGER, PRIMARY KEY (ws, pool, code)
) WITHOUT ROWID;
CREATE UNIQUE INDEX coupon_codes_given ON coupon_codes (ws, pool, message) WHERE message IS NOT NULL;
CREATE INDEX coupon_codes_free ON coupon_codes (ws, pool, code) WHERE message IS NULL;
CREATE TABLE media (
    id TEXT NOT NULL, ws INTEGER NOT NULL, name TEXT NOT NULL, media_type TEXT NOT NULL, width INTEGER, height INTEGER,
    bytes INTEGER NOT NULL, created_by TEXT NOT NULL, created_at INTEGER NOT NULL, content BLOB NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX media_ws ON media (ws, created_at, id);
",
};

const FIRST: Migration = Migration {
    version: 1,
    sql: "
CREATE TABLE installation (key TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE settings (key TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE counters (
    ws INTEGER NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (ws, name)
) WITHOUT ROWID;

CREATE TABLE workspaces (
    id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, name TEXT NOT NULL, time_zone TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE TABLE members (
    id INTEGER PRIMARY KEY, ws INTEGER NOT NULL REFERENCES workspaces (id), email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL, role TEXT NOT NULL, password_hash TEXT NOT NULL, created_at INTEGER NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX members_ws ON members (ws, id);
CREATE TABLE sessions (
    hash BLOB PRIMARY KEY, member INTEGER NOT NULL REFERENCES members (id), csrf TEXT NOT NULL,
    created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
);
CREATE INDEX sessions_member ON sessions (member);
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE TABLE tokens (
    id INTEGER PRIMARY KEY, ws INTEGER NOT NULL REFERENCES workspaces (id), name TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE, prefix TEXT NOT NULL, scopes TEXT NOT NULL, created_at INTEGER NOT NULL,
    last_used_at INTEGER, expires_at INTEGER, revoked_at INTEGER
);
CREATE INDEX tokens_ws ON tokens (ws, id);
CREATE TABLE sources (
    id INTEGER PRIMARY KEY, ws INTEGER NOT NULL REFERENCES workspaces (id), slug TEXT NOT NULL, name TEXT NOT NULL,
    kind TEXT NOT NULL, created_at INTEGER NOT NULL, disabled INTEGER NOT NULL DEFAULT 0, UNIQUE (ws, slug)
);
CREATE TABLE write_keys (
    key TEXT PRIMARY KEY, source INTEGER NOT NULL REFERENCES sources (id), created_at INTEGER NOT NULL,
    revoked_at INTEGER
);
CREATE INDEX write_keys_source ON write_keys (source);
CREATE TABLE throttle (
    key TEXT PRIMARY KEY, failures INTEGER NOT NULL, until INTEGER NOT NULL, updated_at INTEGER NOT NULL
);

CREATE TABLE resources (
    ws INTEGER NOT NULL REFERENCES workspaces (id), kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
    status TEXT NOT NULL, spec TEXT NOT NULL, created_by TEXT NOT NULL, created_at INTEGER NOT NULL,
    changed_by TEXT NOT NULL, changed_at INTEGER NOT NULL, PRIMARY KEY (ws, kind, id, version)
);
CREATE UNIQUE INDEX resources_live ON resources (ws, kind, id) WHERE status = 'live';

CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT, ws INTEGER NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL,
    action TEXT NOT NULL, object TEXT NOT NULL, detail TEXT NOT NULL
);
CREATE INDEX audit_ws ON audit (ws, id);

CREATE TABLE rejected (
    ws INTEGER NOT NULL, id INTEGER NOT NULL, source INTEGER, at INTEGER NOT NULL, kind TEXT NOT NULL,
    reason TEXT NOT NULL, detail TEXT NOT NULL, sample TEXT NOT NULL, PRIMARY KEY (ws, id)
);
CREATE TABLE rejected_last (ws INTEGER PRIMARY KEY, id INTEGER NOT NULL);
CREATE TABLE rejected_counts (
    ws INTEGER NOT NULL, day INTEGER NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (ws, day, reason)
) WITHOUT ROWID;

CREATE TABLE suppressions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, ws INTEGER NOT NULL, channel TEXT NOT NULL, address_hash BLOB NOT NULL,
    address TEXT, reason TEXT NOT NULL, at INTEGER NOT NULL, source TEXT NOT NULL, UNIQUE (ws, channel, address_hash)
);
CREATE INDEX suppressions_ws ON suppressions (ws, id);

CREATE TABLE imports (
    id INTEGER PRIMARY KEY AUTOINCREMENT, ws INTEGER NOT NULL, file_name TEXT NOT NULL, path TEXT NOT NULL,
    mapping TEXT NOT NULL, state TEXT NOT NULL, total_bytes INTEGER NOT NULL, position TEXT NOT NULL,
    rows INTEGER NOT NULL DEFAULT 0, accepted INTEGER NOT NULL DEFAULT 0, rejected INTEGER NOT NULL DEFAULT 0,
    created_by TEXT NOT NULL, created_at INTEGER NOT NULL, started_at INTEGER, finished_at INTEGER, error TEXT
);
CREATE INDEX imports_ws ON imports (ws, id);
CREATE INDEX imports_unfinished ON imports (id) WHERE state IN ('queued', 'running');
CREATE TABLE import_rejects (
    id INTEGER PRIMARY KEY AUTOINCREMENT, import INTEGER NOT NULL REFERENCES imports (id), line INTEGER NOT NULL,
    reason TEXT NOT NULL, sample TEXT NOT NULL
);
CREATE INDEX import_rejects_import ON import_rejects (import, id);

CREATE TABLE idempotency (
    ws INTEGER NOT NULL, key TEXT NOT NULL, request_hash BLOB NOT NULL, status INTEGER NOT NULL, body BLOB NOT NULL,
    at INTEGER NOT NULL, PRIMARY KEY (ws, key)
);
CREATE INDEX idempotency_at ON idempotency (at);
",
};
