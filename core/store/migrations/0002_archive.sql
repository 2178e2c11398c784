-- SPDX-License-Identifier: MPL-2.0
-- What a server's archive (XEP-0313) has, is found by ids that say nothing about
-- order: the places that are not loaded yet are kept as pairs of ids.

-- The newest archive id before which nothing is missing but gaps. NULL: the
-- archive was never asked. '': it was empty.
ALTER TABLE account ADD COLUMN archive_top TEXT;
-- The highest message.id given when archive_top was stored.
ALTER TABLE account ADD COLUMN topped INTEGER NOT NULL DEFAULT 0;

ALTER TABLE conversation ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;     -- the archive has nothing before its first message
ALTER TABLE conversation ADD COLUMN displayed TEXT NOT NULL DEFAULT '';   -- the archive id up to which we have told others that we read
ALTER TABLE conversation ADD COLUMN read_in INTEGER;                      -- message.id up to which another device of ours has shown it
ALTER TABLE conversation ADD COLUMN read_out INTEGER;                     -- message.id up to which the other side has seen ours

ALTER TABLE message ADD COLUMN mark TEXT;                                 -- account.archive_top when stanza was made
ALTER TABLE message ADD COLUMN marked INTEGER;                            -- the highest message.id given then
ALTER TABLE message ADD COLUMN markable INTEGER NOT NULL DEFAULT 0;       -- its sender wants to know when it was seen (XEP-0333)
ALTER TABLE message ADD COLUMN retracted INTEGER NOT NULL DEFAULT 0;      -- XEP-0424; the body is '' then
ALTER TABLE message ADD COLUMN corrected INTEGER;                         -- the number of the correction whose text it has (XEP-0308)
ALTER TABLE message ADD COLUMN reply_to TEXT;                             -- as its sender names it (XEP-0461)
ALTER TABLE message ADD COLUMN reactions TEXT;                            -- JSON: [{"e":emoji,"s":sides}], see react.go
ALTER TABLE message ADD COLUMN reacted_in INTEGER;                        -- the number of the other side's reactions (XEP-0444)
ALTER TABLE message ADD COLUMN reacted_out INTEGER;                       -- the number of ours

-- What lies between two archive ids has not been loaded. Its messages get ids that
-- count down from high, so that they stand, for a search, between what was there
-- when the gap was opened (below base) and what came since (above high).
CREATE TABLE gap (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
	after   TEXT NOT NULL,                     -- '': from the archive's beginning
	before  TEXT NOT NULL,                     -- '': to its end
	base    INTEGER NOT NULL,
	low     INTEGER NOT NULL,                  -- the lowest id that is reserved
	next    INTEGER NOT NULL                   -- the id that is given next
) STRICT;
CREATE INDEX gap_account ON gap (account, id);

-- The rows that stand for a gap in the conversations: one in each that the pages
-- read so far have touched.
CREATE TABLE gap_place (
	gap     INTEGER NOT NULL REFERENCES gap (id) ON DELETE CASCADE,
	conv    INTEGER NOT NULL,
	message INTEGER NOT NULL UNIQUE REFERENCES message (id) ON DELETE CASCADE,
	PRIMARY KEY (gap, conv)
) STRICT, WITHOUT ROWID;

-- Ids that were reserved and not used: who judges by ids how many messages lie
-- between two takes them off.
CREATE TABLE hole (
	first INTEGER NOT NULL PRIMARY KEY,
	last  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The ids of what changed a message: of corrections, retractions and reactions.
CREATE TABLE alias (
	conv      INTEGER NOT NULL,
	direction INTEGER NOT NULL,
	name      TEXT NOT NULL,
	message   INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
	number    INTEGER NOT NULL,                -- of the change: the higher one is the later
	PRIMARY KEY (conv, direction, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_message ON alias (message);

-- News of messages that are not here yet: pages come newest first. id is the number
-- of the news, from the same row of numbers as message.id: it tells their order.
CREATE TABLE pending (
	id        INTEGER PRIMARY KEY,
	account   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
	peer      TEXT NOT NULL,
	target    TEXT NOT NULL,                   -- the message, as who speaks of it names it
	kind      INTEGER NOT NULL,                -- see pending.go
	direction INTEGER NOT NULL,                -- who speaks
	body      TEXT NOT NULL,
	emoji     TEXT NOT NULL,                   -- a JSON array, '' for none
	secret    INTEGER NOT NULL,                -- how it travelled
	name      TEXT NOT NULL,                   -- what it is known by if it comes again, '' for none
	names     TEXT NOT NULL                    -- all its own ids
) STRICT;
CREATE INDEX pending_target ON pending (account, peer, target, id);
CREATE INDEX pending_peer ON pending (account, peer, id);

-- What goes out and is no row of its own: corrections, retractions, reactions.
-- Ids are from the same row of numbers as message.id: one order for the outbox.
CREATE TABLE errand (
	id        INTEGER PRIMARY KEY,
	conv      INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
	message   INTEGER REFERENCES message (id) ON DELETE SET NULL,
	kind      INTEGER NOT NULL,
	target    TEXT NOT NULL,                   -- the message, as the other side knows it
	body      TEXT NOT NULL,
	emoji     TEXT NOT NULL,                   -- a JSON array, '' for none
	time      INTEGER NOT NULL,
	origin_id TEXT NOT NULL,
	failed    INTEGER NOT NULL DEFAULT 0,
	mark      TEXT,
	marked    INTEGER,
	stanza    BLOB,
	UNIQUE (conv, origin_id)
) STRICT;
CREATE INDEX errand_message ON errand (message);

-- The ids of messages that the person deleted and that an archive may give again.
CREATE TABLE gone (
	account   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
	peer      TEXT NOT NULL,
	direction INTEGER NOT NULL,
	name      TEXT NOT NULL,                   -- which of its ids, and the id
	PRIMARY KEY (account, peer, direction, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE blocked (
	account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
	address TEXT NOT NULL,
	PRIMARY KEY (account, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE bookmark (
	account  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
	address  TEXT NOT NULL,
	name     TEXT NOT NULL,
	nick     TEXT NOT NULL,
	autojoin INTEGER NOT NULL,
	password TEXT NOT NULL,
	extra    BLOB,                             -- what other programs keep with it
	PRIMARY KEY (account, address)
) STRICT, WITHOUT ROWID;
