-- SPDX-License-Identifier: MPL-2.0
-- Of an account's archive, what was there before this computer knew the account is
-- old, whenever it is loaded: the gap remembers that it is that one.

ALTER TABLE gap ADD COLUMN first INTEGER NOT NULL DEFAULT 0;
