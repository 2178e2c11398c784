-- SPDX-License-Identifier: MPL-2.0
-- A released migration never changes. Times are microseconds since 1970, UTC.
-- AUTOINCREMENT: who removes something by its id never meets what came later.

CREATE TABLE setting (
	key   TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The highest id ever given, so that none is given twice after a deletion.
CREATE TABLE counter (
	name  TEXT NOT NULL PRIMARY KEY,
	value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE account (
	id             INTEGER PRIMARY KEY AUTOINCREMENT,
	address        TEXT NOT NULL UNIQUE,
	host           TEXT NOT NULL,
	port           INTEGER NOT NULL,
	direct_tls     INTEGER NOT NULL,
	proxy          TEXT NOT NULL,
	tor            INTEGER NOT NULL,
	allow_plain    INTEGER NOT NULL,
	nick           TEXT NOT NULL,
	avatar         TEXT NOT NULL,
	enabled        INTEGER NOT NULL,
	mechanism      TEXT NOT NULL,
	roster_version TEXT NOT NULL,
	resource       TEXT NOT NULL,
	password       BLOB,                       -- NULL: the keyring holds it
	removed        INTEGER NOT NULL DEFAULT 0  -- being deleted: shown nowhere
) STRICT;

CREATE TABLE contact (
	account      INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
	address      TEXT NOT NULL,
	name         TEXT NOT NULL,
	nick         TEXT NOT NULL,
	groups       TEXT NOT NULL,                -- a JSON array, '' for none
	subscription INTEGER NOT NULL,
	listed       INTEGER NOT NULL,
	asked        INTEGER NOT NULL,
	asking       INTEGER NOT NULL,
	avatar       TEXT NOT NULL,
	last_active  INTEGER,
	PRIMARY KEY (account, address)
) STRICT, WITHOUT ROWID;

-- last, unread and first_new repeat what message says, so that the list of
-- conversations never counts messages.
CREATE TABLE conversation (
	id        INTEGER PRIMARY KEY AUTOINCREMENT,
	account   INTEGER NOT NULL REFERENCES account (id),
	peer      TEXT NOT NULL,
	recent    INTEGER NOT NULL,                -- rises with each arrival: the order of the list
	top       INTEGER NOT NULL,                -- the highest message.ord ever given here
	last      INTEGER,                         -- message.id with the highest ord
	time      INTEGER NOT NULL,
	unread    INTEGER NOT NULL DEFAULT 0,
	first_new INTEGER,                         -- message.id of the oldest unread
	draft     TEXT NOT NULL DEFAULT '',
	muted     INTEGER NOT NULL DEFAULT 0,
	pinned    INTEGER NOT NULL DEFAULT 0,
	UNIQUE (account, peer)
) STRICT;

-- The sender is the account (direction 1) or the peer (direction 0) with resource.
-- ord leaves 2^20 places between two arrivals for what an archive knows.
CREATE TABLE message (
	id         INTEGER PRIMARY KEY,
	conv       INTEGER NOT NULL REFERENCES conversation (id),
	ord        INTEGER NOT NULL,
	direction  INTEGER NOT NULL,
	resource   TEXT NOT NULL,
	kind       INTEGER NOT NULL,
	body       TEXT NOT NULL,
	time       INTEGER NOT NULL,
	status     INTEGER NOT NULL,
	error      TEXT NOT NULL,
	error_text TEXT NOT NULL,
	encryption INTEGER NOT NULL,
	origin_id  TEXT,
	archive    INTEGER,                        -- whose archive_id: 0 the account's, 1 the peer's
	archive_id TEXT,
	message_id TEXT,                           -- the stanza's id, where origin_id does not say it
	edited     INTEGER NOT NULL DEFAULT 0,
	stanza     BLOB                            -- the finished bytes of a message on its way out
) STRICT;

CREATE UNIQUE INDEX message_place ON message (conv, ord);
CREATE UNIQUE INDEX message_origin ON message (conv, direction, origin_id) WHERE origin_id IS NOT NULL;
CREATE UNIQUE INDEX message_archive ON message (conv, direction, archive, archive_id) WHERE archive_id IS NOT NULL;
CREATE INDEX message_stanza ON message (conv, direction, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX message_unread ON message (conv, ord, status, direction) WHERE direction = 0 AND status < 3;
CREATE INDEX message_outbox ON message (conv, id) WHERE direction = 1 AND status = 0;

-- The search index: rowid is message.id, text is what grams() in fold.go makes
-- of a body. docs/decisions/0003-search-index.md says why it looks like this.
CREATE VIRTUAL TABLE gram USING fts5 (
	text, content = '', columnsize = 0, detail = none, prefix = '1 2', tokenize = 'ascii'
);
-- A page of 4096 bytes has 4016 beside its authentication code: one row a page.
INSERT INTO gram (gram, rank) VALUES ('pgsz', 3900);

CREATE TABLE picture (
	hash  TEXT NOT NULL PRIMARY KEY,
	added INTEGER NOT NULL,
	data  BLOB NOT NULL                        -- last: what stands behind it costs reading it
) STRICT;

CREATE TABLE caps (
	ver      TEXT NOT NULL PRIMARY KEY,
	features TEXT NOT NULL,                    -- a JSON array, '' for none
	added    INTEGER NOT NULL
) STRICT;
