//! The tables of the ledger and what belongs to it.

use rapport_store::Migration;

/// The ledger's tables, in each partition's database.
pub const MIGRATIONS: &[Migration] = &[
    FIRST,
    Migration {
        version: 2,
        sql: "ALTER TABLE messages ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0;
          ALTER TABLE messages ADD COLUMN request TEXT;",
    },
    Migration {
        version: 3,
        sql: "ALTER TABLE messages ADD COLUMN sent_at INTEGER;
          ALTER TABLE messages ADD COLUMN topic TEXT;
          ALTER TABLE messages ADD COLUMN counted INTEGER NOT NULL DEFAULT 1;
          ALTER TABLE messages ADD COLUMN via TEXT;
          ALTER TABLE messages ADD COLUMN provider_id TEXT;
          UPDATE messages SET sent_at = changed_at WHERE status = 'sent';
          CREATE INDEX messages_by_contact ON messages (workspace, profile, sent_at) WHERE sent_at IS NOT NULL;
          CREATE TABLE message_marks (
            workspace INTEGER NOT NULL, partition INTEGER NOT NULL, number INTEGER NOT NULL, mark TEXT NOT NULL,
            at INTEGER NOT NULL, detail TEXT, PRIMARY KEY (workspace, partition, number, mark)) WITHOUT ROWID;
          CREATE TABLE mark_counts (
            workspace INTEGER NOT NULL, template TEXT NOT NULL, journey TEXT NOT NULL, step TEXT NOT NULL,
            mark TEXT NOT NULL, messages INTEGER NOT NULL,
            PRIMARY KEY (workspace, template, journey, step, mark)) WITHOUT ROWID;
          CREATE TABLE short_links (
            workspace INTEGER NOT NULL, code TEXT NOT NULL, partition INTEGER NOT NULL, number INTEGER NOT NULL,
            url TEXT NOT NULL, PRIMARY KEY (workspace, code)) WITHOUT ROWID;
          CREATE INDEX short_links_by_message ON short_links (workspace, partition, number);
          CREATE TABLE dead_letters (
            workspace INTEGER NOT NULL, partition INTEGER NOT NULL, number INTEGER NOT NULL, profile INTEGER NOT NULL,
            payload BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (workspace, partition, number));
          CREATE INDEX dead_letters_by_profile ON dead_letters (workspace, profile);
          CREATE TABLE inapp (
            workspace INTEGER NOT NULL, profile INTEGER NOT NULL, partition INTEGER NOT NULL, number INTEGER NOT NULL,
            template TEXT NOT NULL, content TEXT NOT NULL, at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
            displays INTEGER NOT NULL, displayed_at INTEGER, read_at INTEGER, dismissed_at INTEGER,
            PRIMARY KEY (workspace, partition, number));
          CREATE INDEX inapp_by_profile ON inapp (workspace, profile, at)",
    },
    Migration {
        version: 4,
        sql: "CREATE TABLE message_views (
            place INTEGER PRIMARY KEY AUTOINCREMENT, workspace INTEGER NOT NULL, partition INTEGER NOT NULL,
            number INTEGER NOT NULL, profile INTEGER NOT NULL, payload BLOB NOT NULL);
          CREATE UNIQUE INDEX message_views_by_message ON message_views (workspace, partition, number);
          CREATE INDEX message_views_by_profile ON message_views (workspace, profile)",
    },
    Migration {
        version: 5,
        // What customers answered before is known from the marks; what they wrote unasked is not.
        sql: "CREATE TABLE inbound (
            workspace INTEGER NOT NULL, profile INTEGER NOT NULL, channel TEXT NOT NULL, at INTEGER NOT NULL,
            PRIMARY KEY (workspace, profile, channel)) WITHOUT ROWID;
          INSERT INTO inbound (workspace, profile, channel, at)
            SELECT m.workspace, m.profile, m.channel, MAX(k.at) FROM messages m JOIN message_marks k
            ON k.workspace = m.workspace AND k.partition = m.partition AND k.number = m.number
            WHERE k.mark = 'replied' AND m.channel = 'whatsapp' GROUP BY m.workspace, m.profile, m.channel",
    },
    Migration {
        version: 6,
        // Few messages are asked for by a call; the others take no room in it.
        sql: "CREATE INDEX messages_by_request ON messages (workspace, request, created_at) WHERE request IS NOT NULL",
    },
    Migration {
        version: 7,
        sql: "ALTER TABLE messages ADD COLUMN rule TEXT;
          ALTER TABLE messages ADD COLUMN seen TEXT NOT NULL DEFAULT '{}';
          CREATE TABLE message_decisions (
            workspace INTEGER NOT NULL, partition INTEGER NOT NULL, number INTEGER NOT NULL, place INTEGER NOT NULL,
            at INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT, rule TEXT, seen TEXT NOT NULL,
            PRIMARY KEY (workspace, partition, number, place)) WITHOUT ROWID",
    },
    Migration {
        version: 8,
        sql: "CREATE TABLE handovers (
            workspace INTEGER NOT NULL, partition INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL,
            subject TEXT NOT NULL, via TEXT NOT NULL, PRIMARY KEY (workspace, partition, number)) WITHOUT ROWID",
    },
    // What the run that decided it is about; of messages from before it is read where they wait.
    Migration { version: 9, sql: "ALTER TABLE messages ADD COLUMN run_key TEXT" },
];

const FIRST: Migration = Migration {
    version: 1,
    sql: "CREATE TABLE messages (
            workspace INTEGER NOT NULL, partition INTEGER NOT NULL, number INTEGER NOT NULL, profile INTEGER NOT NULL,
            channel TEXT NOT NULL, template TEXT NOT NULL, journey TEXT NOT NULL, version INTEGER, run INTEGER, step TEXT,
            status TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT, subject TEXT, attempts INTEGER NOT NULL,
            created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL, PRIMARY KEY (workspace, partition, number));
          CREATE INDEX messages_by_time ON messages (workspace, created_at, number);
          CREATE INDEX messages_by_status ON messages (workspace, status, created_at, number);
          CREATE INDEX messages_by_profile ON messages (workspace, profile, created_at, number);
          CREATE TABLE message_counts (
            workspace INTEGER NOT NULL, template TEXT NOT NULL, journey TEXT NOT NULL, status TEXT NOT NULL,
            reason TEXT NOT NULL, messages INTEGER NOT NULL,
            PRIMARY KEY (workspace, template, journey, status, reason))",
};
