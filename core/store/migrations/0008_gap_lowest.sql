-- SPDX-License-Identifier: MPL-2.0

-- The message.id of the lowest row that the gap's own pages have placed in the
-- conversation: what the next page has is older. NULL: none has, the row stands for what a
-- newer gap's pages went past.
ALTER TABLE gap_place ADD COLUMN lowest INTEGER;
