-- SPDX-License-Identifier: MPL-2.0
-- A server may send something newer first when it sends again what a lost link had
-- not taken. So a session asks the archive from a place a little before the newest
-- id: up to sure_top the order is known. next_top takes its place after a while.

ALTER TABLE account ADD COLUMN sure_top TEXT;                             -- NULL: archive_top
ALTER TABLE account ADD COLUMN sure_marked INTEGER NOT NULL DEFAULT 0;    -- the highest message.id given then
ALTER TABLE account ADD COLUMN next_top TEXT;
ALTER TABLE account ADD COLUMN next_marked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN next_at INTEGER NOT NULL DEFAULT 0;
