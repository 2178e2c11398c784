-- SPDX-License-Identifier: MPL-2.0
-- Others are told when the person decided: of two words about a key the later one counts.
-- For what waited before that was kept the time is one that can not hide a distrust: a
-- distrust is of now, a trust as old as what is known of the key. 4 is distrusted.

ALTER TABLE known_key ADD COLUMN decided INTEGER NOT NULL DEFAULT 0;      -- when, of what untold speaks of
UPDATE known_key SET decided = iif(trust = 4, CAST(strftime('%s', 'now') AS INTEGER) * 1000000, first_seen) WHERE untold = 1;
