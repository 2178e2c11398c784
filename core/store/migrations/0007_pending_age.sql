-- SPDX-License-Identifier: MPL-2.0

-- When news of a message that is not here came, in microseconds since 1970: their texts
-- are history, too. Those of before count as old.
ALTER TABLE pending ADD COLUMN stored INTEGER NOT NULL DEFAULT 0;
