// SPDX-License-Identifier: MPL-2.0

package core

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/otr"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// secret is what encryption says of a letter.
type secret struct {
	how  chat.Encryption
	key  chat.Fingerprint  // of the device that sent it
	hash []byte            // of the ciphertext, which is read once
	keys *store.KeyChanges // what reading it has moved: stored with what it says
	code chat.Code         // why it could not be read; "" where it could
	read bool              // it was read before: what it said is here
	held bool              // its device is on no list: what it says is held back

	at store.Resent // of what OTR sends again
}

// decrypt is the stage of the encryption: a letter leaves it with what it says, or
// with the reason why nobody knows. false: there is nothing in it for us.
func (a *account) decrypt(ctx context.Context, p *arrivals, l *letter) bool {
	switch {
	case l.Type == "error":
		return true
	case len(l.Encrypted) > 0:
		return a.openOMEMO(ctx, p, l)
	case l.HasBody && !otr.Looks(l.Body) && foreign(l.EME) != "":
		return a.unreadable(l, foreign(l.EME))
	case l.HasBody:
		return a.openOTR(ctx, p, l)
	}
	return true
}

// foreign is why a message can not be read that was encrypted in a way of which we have no
// part: then its body only says so, to who does not know XEP-0380. "" where it was not: a
// hint alone, without the part that it speaks of, hides no text.
func foreign(hints []xmpp.EMEHint) (code chat.Code) {
	for _, h := range hints {
		switch _, ours := h.Encryption(); {
		case ours || !h.Part:
		case h.OpenPGP():
			return chat.CodeOpenPGP
		default:
			code = chat.CodeNotSupported
		}
	}
	return code
}

func (a *account) openOMEMO(ctx context.Context, p *arrivals, l *letter) bool {
	if err := a.loadOwn(ctx); err != nil { // what comes before the session has begun is for us, too
		a.log.Error("own keys", "err", chatError("read own keys", err))
	}
	part, keys := a.ourPart(l.Message)
	if part == nil {
		l.Message = l.Opened("") // keys for others, and perhaps something beside them
		l.HasBody = false
		return true
	}
	l.secret = secret{how: part.Version.Encryption(), hash: cipherHash(part, keys)}
	sender, own := l.From.Bare(), a.omemo.own
	if own != nil && sender == a.addr && part.Sender == own.device {
		// This computer's own words: where it has them it knows them by their id. Without
		// one they were not for people.
		return l.OriginID != "" && a.unreadable(l, chat.CodeNotForUs)
	}
	if len(keys) == 0 {
		if own != nil && l.time(p.now).Before(own.made) {
			return a.unreadable(l, chat.CodeBeforeDevice)
		}
		return a.unreadable(l, chat.CodeNotForUs)
	}
	r := p.keys(a)
	if r.read[string(l.secret.hash)] { // twice in the page, and its row is not stored yet
		return false
	}
	switch read, err := a.wasRead(ctx, l.secret.hash); {
	case err != nil:
		a.log.Error("read message", "err", chatError("look for message", err))
	case read:
		l.secret.read = true
		l.Message = l.Opened("")
		return true
	}
	id := ratchet{sender, part.Sender, omemo.Version(part.Version)}
	if part.Payload == nil && sender != a.addr && !a.contacts[sender].Listed {
		// A stranger who says nothing gets no session: there would be no end of them.
		if keys = slices.DeleteFunc(keys, func(k xmpp.EncryptedKey) bool { return k.Kex }); len(keys) == 0 {
			return false
		}
	}
	changes := &store.KeyChanges{}
	inside, s, kex, err := r.openOne(ctx, id, keys, l.time(p.now), p.now, changes)
	if err != nil {
		return a.notOpened(ctx, p, l, part, id, err)
	}
	l.secret.keys = changes
	r.read[string(l.secret.hash)] = true
	if !a.met(ctx, p, l, id, s, changes) {
		changes.Sessions = nil // nor is its session kept
	}
	if r.sessions[id] == s && (kex || s.Heartbeat()) {
		a.answerKeys(p, l, id)
	}
	if part.Payload == nil { // it was only to move keys
		l.Message = l.Opened("")
		l.HasBody = false
		return true
	}
	text, err := omemo.Open(id.version, part.Payload, part.IV, inside)
	clear(inside)
	if err != nil {
		return a.unreadable(l, chat.CodeForged)
	}
	ok := a.opened(p, l, part.Version, text)
	if l.secret.held && l.secret.code == "" { // it is here, to be shown when the list names the device
		l.secret.code = chat.CodeUnlisted
	}
	return ok
}

// opened puts what was inside in the place of what stood outside.
func (a *account) opened(p *arrivals, l *letter, v xmpp.OMEMOVersion, text []byte) bool {
	if v == xmpp.OMEMO03 {
		l.Message = l.Opened(string(text))
		return true
	}
	outer := l.Message
	e, err := xmpp.DecodeEnvelope(text, outer, "")
	to := a.addr
	if l.direction == chat.Out {
		to = l.conv.Peer
	}
	// XEP-0420 §5: somebody has exchanged envelopes.
	if err != nil || !e.From.IsZero() && e.From.Bare() != l.From.Bare() || !e.To.IsZero() && Canonical(e.To).Bare() != to {
		return a.unreadable(l, chat.CodeForged)
	}
	l.Message = e.Message
	// Programs differ in where they put these, which say nothing of what was written.
	l.ReceiptRequest = l.ReceiptRequest || outer.ReceiptRequest
	l.Markable = l.Markable || outer.Markable
	l.ReceiptFor, l.DisplayedFor = cmp.Or(l.ReceiptFor, outer.ReceiptFor), cmp.Or(l.DisplayedFor, outer.DisplayedFor)
	if e.OptOut != nil && l.direction == chat.In && !p.again && !l.secret.held { // a wish, which nothing follows by itself (XEP-0384 §5.7)
		p.notices = append(p.notices, store.Notice{
			Conv: l.conv, Code: chat.CodeOptOut, Owner: l.conv.Peer, Fingerprint: l.secret.key, Text: e.OptOut.Reason, Time: l.time(p.now),
		})
	}
	if e.Trust != nil {
		p.trust = append(p.trust, trustNews{l.From.Bare(), l.secret.key, *e.Trust, e.Time})
	}
	return true
}

// notOpened says why a letter could not be read. What had come before is passed over
// (XEP-0384 §6).
func (a *account) notOpened(ctx context.Context, p *arrivals, l *letter, part *xmpp.Encrypted, id ratchet, err error) bool {
	if errors.Is(err, omemo.ErrRepeated) { // what was in it is here, or nobody knows: then it is not passed over in silence
		if part.Payload == nil {
			return false
		}
		return a.unreadable(l, chat.CodeBrokenKeys)
	}
	a.log.Info("message not read", "err", chatError("read message", err))
	if a.forNamesake(ctx, p, l, part, id) {
		return part.Payload != nil && a.unreadable(l, chat.CodeNotForUs)
	}
	code := chat.CodeForged
	for _, e := range []error{omemo.ErrOtherSession, omemo.ErrNoPrekey, omemo.ErrSkippedTooFar} {
		if errors.Is(err, e) {
			code = chat.CodeBrokenKeys
		}
	}
	name, tooFar := l.secret.hash, errors.Is(err, omemo.ErrSkippedTooFar)
	if tooFar && p.again { // it was too early, and that said nothing; now it does, once
		name = nameAgain(name)
	}
	early := tooFar && !p.again && a.tooEarly(a.ctx, l, p.now)
	if code == chat.CodeBrokenKeys && !early && a.isNews(ctx, p, l, id, name) {
		a.broke(p, l, id, part.Payload == nil)
	}
	if tooFar && p.again {
		p.moved = append(p.moved, store.KeyChanges{Hashes: [][]byte{name}})
	}
	if part.Payload == nil {
		return false
	}
	return a.unreadable(l, code)
}

// forNamesake says whether the one key of our number, which could not be read, may be for a
// device of the contact to whom another device of the account has written: then it says
// nothing of the session with that. What only moves keys is for the devices of whom it goes to.
func (a *account) forNamesake(ctx context.Context, p *arrivals, l *letter, part *xmpp.Encrypted, id ratchet) bool {
	if _, keys := a.ourPart(l.Message); id.version != omemo.V03 || id.owner != a.addr || l.conv.Peer == a.addr || len(keys) != 1 {
		return false
	}
	listed, err := p.keys(a).isListed(ctx, ratchet{l.conv.Peer, a.omemo.own.device, omemo.V03})
	return part.Payload == nil || err == nil && listed
}

// isNews says whether a message that could not be read says something of a session as it
// is now. One that came before does not, nor one that was sent before the device was last
// heard, or perhaps before this side has begun the session: whoever brings old messages
// again must not have sessions begun anew. name is what the message is known by.
func (a *account) isNews(ctx context.Context, p *arrivals, l *letter, id ratchet, name []byte) bool {
	r := p.keys(a)
	s, sent := r.sessions[id], l.time(p.now)
	old, err := a.db.Tried(ctx, a.addr, name)
	if err == nil && !old && s != nil && !l.live() {
		if old = s.Pending(); !old {
			old, err = r.heardSince(ctx, id, sent)
		}
	}
	if err != nil {
		a.log.Error("session", "err", chatError("look for message", err))
	}
	return err == nil && !old
}

// broke notes that the keys of a session do not fit any more: it begins anew when the
// person says so, or sends something. Where there was none one begins by itself (XEP-0384
// §6 and Security Considerations). What is no row is remembered beside it.
func (a *account) broke(p *arrivals, l *letter, id ratchet, rowless bool) {
	s := p.keys(a).sessions[id]
	if s == nil {
		p.broken = append(p.broken, brokenSession{l.conv, id})
		return
	}
	delete(a.omemo.bundles, id) // perhaps the other side has no more of its prekey
	if s.Broken() {
		return
	}
	s.Break()
	var changes store.KeyChanges
	if rowless {
		changes.Hashes = append(changes.Hashes, l.secret.hash)
	}
	if err := p.keys(a).moved(id, s, &changes); err != nil {
		a.log.Error("session", "err", chatError("store session", err))
		return
	}
	p.moved = append(p.moved, changes)
}

// unreadable makes a letter the row that says so. Nobody is told that it has arrived.
func (a *account) unreadable(l *letter, code chat.Code) bool {
	if !slices.Contains(chat.Unreadable, code) {
		a.log.Error("message not read", "code", string(code))
		code = chat.CodeUnknown // which has words
	}
	l.secret.code = code
	l.Message = l.Opened("")
	l.ReceiptRequest = false
	return true
}

// maxOurKeys is how many keys of a message are tried: there is one for each device that
// has the number of this computer, of the account and of the contact.
const maxOurKeys = 8

// ourPart is the part of a message that this computer can read, of the newest format,
// and the keys in it that may be for us: the old format does not say whose device a
// number is, and a contact can give one of his that of this computer. Without a key for
// us it is a part that says something; nil: there is none.
func (a *account) ourPart(m *xmpp.Message) (part *xmpp.Encrypted, keys []xmpp.EncryptedKey) {
	own := a.omemo.own
	for _, v := range []xmpp.OMEMOVersion{xmpp.OMEMO2, xmpp.OMEMO03} {
		e := m.Sealed(v)
		if e == nil {
			continue
		}
		if part == nil && e.Payload != nil {
			part = e
		}
		if own == nil {
			continue
		}
		for _, k := range e.Keys {
			if k.Device == own.device && (k.Owner.IsZero() || k.Owner == a.addr) && len(keys) < maxOurKeys {
				keys = append(keys, k)
			}
		}
		if len(keys) > 0 {
			return e, keys
		}
	}
	return part, nil
}

// cipherHash names a ciphertext.
func cipherHash(e *xmpp.Encrypted, keys []xmpp.EncryptedKey) []byte {
	h := sha256.New()
	part := func(b []byte) {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(b))))
		h.Write(b)
	}
	part([]byte{byte(e.Version)})
	part(binary.BigEndian.AppendUint32(nil, e.Sender))
	for _, k := range keys {
		part(k.Data)
	}
	part(e.IV)
	part(e.Payload)
	return h.Sum(nil)
}

// met notes which key the device of a letter has, and what is to be said of one that
// nobody knew. Who can write in somebody's name can also make up a device: one that is
// not on its owner's list is not trusted by rule, and no news before it stands there; of
// one that never was on a list that we can know what it says is held back until then.
// false: there are so many of these that another is not kept.
func (a *account) met(ctx context.Context, p *arrivals, l *letter, id ratchet, s *omemo.Session, changes *store.KeyChanges) bool {
	f := s.Remote().Fingerprint()
	seen := store.SeenKey{Owner: id.owner, Fingerprint: f, Device: id.device, Version: int(id.version), At: l.time(p.now)}
	listed, err := p.keys(a).isListed(ctx, id)
	if err != nil {
		a.log.Error("keys", "err", chatError("read devices", err))
	}
	if !listed {
		l.secret.held = a.neverListed(ctx, p.keys(a), id.owner, f)
		if a.tooMany(ctx, p, id.owner, f) {
			return false
		}
		a.wroteUnlisted(ctx, l, id.owner)
	}
	l.secret.key = f
	k, fresh := a.appear(ctx, p.keys(a), id, f, appearance{l.conv, !listed}, &p.notices)
	if fresh {
		p.met(id.owner)
	}
	seen.Trust, seen.By, seen.Unlisted = k.Trust, k.By, k.Unlisted // each says it: the first of a page may not be stored first
	changes.Seen = append(changes.Seen, seen)
	return true
}
