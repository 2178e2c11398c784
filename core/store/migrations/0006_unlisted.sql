-- SPDX-License-Identifier: MPL-2.0
-- A key that came from a device on no list is no news before its device stands on one.
-- A message that its author wants shown as it was typed (XEP-0393 §6).

ALTER TABLE known_key ADD COLUMN unlisted INTEGER NOT NULL DEFAULT 0;     -- its device was never on its owner's list
CREATE INDEX known_key_unlisted ON known_key (account, owner) WHERE unlisted = 1;
ALTER TABLE message ADD COLUMN unstyled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pending ADD COLUMN unstyled INTEGER NOT NULL DEFAULT 0;       -- as message.unstyled
