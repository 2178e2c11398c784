-- SPDX-License-Identifier: MPL-2.0
-- What a device that is on no list says about messages is held back as its texts are.

ALTER TABLE pending ADD COLUMN held INTEGER NOT NULL DEFAULT 0;           -- until key is listed or verified
CREATE INDEX pending_held ON pending (account, key) WHERE held = 1;
