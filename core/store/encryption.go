// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"

	"chatsecure.org/desktop/core/chat"
)

// EncryptionSettings are the person's choices about encryption that count for a
// conversation, and whether it has been encrypted. Those of the conversation are kept
// by contact: removing the conversation does not forget them.
type EncryptionSettings struct {
	Choice       chat.EncryptionChoice
	Level        chat.TrustLevel // with OwnLevel: the conversation's
	OwnLevel     bool
	Used         bool // something encrypted was sent or came, or a key was verified: for ever
	PlainAllowed bool // the person has decided that it need not be encrypted

	Required     bool            // the account's: nothing is sent that is not encrypted
	AccountLevel chat.TrustLevel // with HasLevel: the account's
	HasLevel     bool
}

// EncryptionSettings returns what counts for a conversation, which need not exist.
// CodeNotFound: no such account.
func (db *DB) EncryptionSettings(ctx context.Context, conv chat.ConvID) (s EncryptionSettings, err error) {
	s, found, err := one(ctx, db, "read encryption", scanEncryption, `SELECT p.choice, p.trust_level, p.trust_level IS NOT NULL,
		coalesce(p.used, 0) OR EXISTS (SELECT 1 FROM known_key k WHERE k.account = a.id AND k.owner = ?1 AND k.was_verified = 1), p.plain,
		a.encrypt, a.trust_level, a.trust_level IS NOT NULL FROM account a LEFT JOIN peer_encryption p ON p.account = a.id AND p.peer = ?1
		WHERE a.address = ?2 AND a.removed = 0`, conv.Peer.Bare().String(), conv.Account.Bare().String())
	if err == nil && !found {
		err = wrong("read encryption", chat.CodeNotFound)
	}
	return s, err
}

func scanEncryption(row scanner) (s EncryptionSettings, err error) {
	err = row.Scan(&s.Choice, &s.Level, &s.OwnLevel, &s.Used, &s.PlainAllowed, &s.Required, &s.AccountLevel, &s.HasLevel)
	return s, err
}

// SetChoice stores what the person wants for a conversation. ChoiceNone is also the
// decision that it need not be encrypted, any other choice takes that back.
func (db *DB) SetChoice(ctx context.Context, conv chat.ConvID, choice chat.EncryptionChoice) error {
	return db.setPeer(ctx, conv, `UPDATE peer_encryption SET choice = ?1, plain = ?1 = 3 WHERE account = ?2 AND peer = ?3`, choice)
}

// SetTrustLevel stores a conversation's own level; without own the account's counts.
func (db *DB) SetTrustLevel(ctx context.Context, conv chat.ConvID, level chat.TrustLevel, own bool) error {
	return db.setPeer(ctx, conv, `UPDATE peer_encryption SET trust_level = ?1 WHERE account = ?2 AND peer = ?3`, levelOrNull(level, own))
}

// SetAccountTrustLevel stores an account's own level; without own the program's counts.
func (db *DB) SetAccountTrustLevel(ctx context.Context, account chat.Address, level chat.TrustLevel, own bool) error {
	return db.setAccount(ctx, `UPDATE account SET trust_level = ? WHERE id = ?`, account, levelOrNull(level, own))
}

// SetEncryptionRequired stores whether nothing is sent for an account that is not
// encrypted.
func (db *DB) SetEncryptionRequired(ctx context.Context, account chat.Address, on bool) error {
	return db.setAccount(ctx, `UPDATE account SET encrypt = ? WHERE id = ?`, account, on)
}

func levelOrNull(level chat.TrustLevel, own bool) any {
	if !own {
		return nil
	}
	return level
}

func (db *DB) setPeer(ctx context.Context, conv chat.ConvID, query string, value any) error {
	const op = "store encryption"
	if err := checkConv(op, conv); err != nil {
		return err
	}
	return db.write(ctx, op, func(t *tx) error {
		id, err := t.account(conv.Account)
		if err != nil {
			return err
		}
		if _, err := t.exec(`INSERT INTO peer_encryption (account, peer) VALUES (?, ?) ON CONFLICT DO NOTHING`, id, conv.Peer.String()); err != nil {
			return err
		}
		_, err = t.exec(query, value, id, conv.Peer.String())
		return err
	})
}

// latch remembers that a conversation has been encrypted.
func (t *tx) latch(conv int64) error {
	if t.latched[conv] {
		return nil
	}
	_, err := t.exec(`INSERT INTO peer_encryption (account, peer, used) SELECT account, peer, 1 FROM conversation WHERE id = ?
		ON CONFLICT (account, peer) DO UPDATE SET used = 1 WHERE used = 0`, conv)
	if err != nil {
		return err
	}
	if t.latched == nil {
		t.latched = map[int64]bool{}
	}
	t.latched[conv] = true
	return nil
}
