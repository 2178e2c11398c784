-- SPDX-License-Identifier: MPL-2.0
-- Keys, what is thought of them, and how far encrypted conversations have come. All
-- of it outlives a conversation that is removed and goes with its account. Columns
-- called data hold private keys.

ALTER TABLE account ADD COLUMN encrypt INTEGER NOT NULL DEFAULT 0;        -- nothing is sent that is not encrypted
ALTER TABLE account ADD COLUMN trust_level INTEGER;                       -- NULL: the program's

ALTER TABLE message ADD COLUMN key INTEGER;                               -- known_key.id of the device that sent it, or that a notice is about
ALTER TABLE message ADD COLUMN wanted INTEGER NOT NULL DEFAULT 0;         -- how the person wants it to travel
ALTER TABLE errand ADD COLUMN wanted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE errand ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;          -- how stanza is encrypted
ALTER TABLE errand ADD COLUMN under INTEGER NOT NULL DEFAULT 0;           -- how the message that it changes has travelled, also when that is deleted
ALTER TABLE pending ADD COLUMN key INTEGER;                               -- as message.key

-- A key of somebody's. message.key names it, so none is ever deleted while its
-- account is there.
CREATE TABLE known_key (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	account     INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
	owner       TEXT NOT NULL,                 -- bare; the account itself for one's own
	kind        INTEGER NOT NULL,
	fingerprint TEXT NOT NULL,
	trust       INTEGER NOT NULL,
	source      INTEGER NOT NULL,              -- of the trust
	was_verified INTEGER NOT NULL DEFAULT 0,   -- once, by whatever decision: stays for ever
	said        INTEGER NOT NULL DEFAULT 0,    -- when the last word of another device that was followed was said (XEP-0434 §3.2.1)
	said_trust  INTEGER NOT NULL DEFAULT 0,    -- and what it was
	untold      INTEGER NOT NULL DEFAULT 0,    -- the person has decided, and other devices have not been told (XEP-0450 §4)
	device      INTEGER NOT NULL,              -- that had it last; 0 for none
	first_seen  INTEGER NOT NULL,
	last_seen   INTEGER NOT NULL               -- a message came from it; 0 for never
) STRICT;
CREATE UNIQUE INDEX known_key_name ON known_key (account, owner, fingerprint);
CREATE INDEX known_key_untold ON known_key (account) WHERE untold = 1;

CREATE TABLE own_identity (
	account     INTEGER NOT NULL PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
	data        BLOB,                          -- OMEMO's; NULL for none
	key         INTEGER,                       -- known_key.id
	device      INTEGER NOT NULL DEFAULT 0,
	label       TEXT NOT NULL DEFAULT '',
	next_signed INTEGER NOT NULL DEFAULT 1,    -- ids that were never given
	next_prekey INTEGER NOT NULL DEFAULT 1,
	otr_data    BLOB,
	otr_key     INTEGER,
	otr_tag     INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE own_signed (
	account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
	id      INTEGER NOT NULL,
	made    INTEGER NOT NULL,
	retired INTEGER NOT NULL DEFAULT 0,        -- when a newer one took its place; 0: it is the newest
	data    BLOB NOT NULL,
	PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE own_prekey (
	account   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
	id        INTEGER NOT NULL,
	published INTEGER NOT NULL,
	data      BLOB NOT NULL,
	PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

-- version: 1 is eu.siacs.conversations.axolotl, 2 is urn:xmpp:omemo:2.
CREATE TABLE device (
	account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
	owner   TEXT NOT NULL,
	device  INTEGER NOT NULL,
	version INTEGER NOT NULL,
	label   TEXT NOT NULL,
	listed  INTEGER NOT NULL,                  -- on its owner's list now
	added   INTEGER NOT NULL,
	seen    INTEGER NOT NULL,                  -- a message came from it; 0 for never
	key     INTEGER,                           -- known_key.id; NULL: not known yet
	PRIMARY KEY (account, owner, device, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE device_list (
	account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
	owner   TEXT NOT NULL,
	version INTEGER NOT NULL,
	fetched INTEGER NOT NULL,
	known   INTEGER NOT NULL,                  -- 0: its owner has published none
	PRIMARY KEY (account, owner, version)
) STRICT, WITHOUT ROWID;

-- step rises with each move of a session: an older state never takes a newer one's place.
CREATE TABLE session (
	id      INTEGER PRIMARY KEY,
	account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
	owner   TEXT NOT NULL,
	device  INTEGER NOT NULL,
	version INTEGER NOT NULL,
	step    INTEGER NOT NULL,
	data    BLOB NOT NULL,
	UNIQUE (account, owner, device, version)
) STRICT;

-- What was read once is never read again: the keys for it are gone. hash is the first
-- half of the SHA-256 of a ciphertext. message is message.id or 0 for what is no row; it
-- is no reference, because a message that the person deletes stays one that was read.
CREATE TABLE deciphered (
	account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
	hash    BLOB NOT NULL,
	message INTEGER NOT NULL,
	readable INTEGER NOT NULL,                 -- 0: it could not be read
	PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;

-- The person's choices for a contact.
CREATE TABLE peer_encryption (
	account     INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
	peer        TEXT NOT NULL,
	choice      INTEGER NOT NULL DEFAULT 0,
	trust_level INTEGER,                       -- NULL: the account's
	used        INTEGER NOT NULL DEFAULT 0,    -- something encrypted was sent or came: stays for ever
	plain       INTEGER NOT NULL DEFAULT 0,    -- the person has decided that it need not be encrypted
	PRIMARY KEY (account, peer)
) STRICT, WITHOUT ROWID;

-- What a device said about keys before it was verified (XEP-0450 §5).
CREATE TABLE trust_later (
	account     INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
	sender      INTEGER NOT NULL,              -- known_key.id
	owner       TEXT NOT NULL,
	fingerprint TEXT NOT NULL,
	trust       INTEGER NOT NULL,
	time        INTEGER NOT NULL,
	PRIMARY KEY (account, sender, owner, fingerprint)
) STRICT, WITHOUT ROWID;
