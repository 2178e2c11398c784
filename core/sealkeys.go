// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// reader is a device that gets a message.
type reader struct {
	id      ratchet
	session *omemo.Session
	anew    bool // it takes the place of a broken one
}

type readerList []reader

func (l readerList) reach(owner chat.Address) bool {
	for _, r := range l {
		if r.id.owner == owner {
			return true
		}
	}
	return false
}

func (l readerList) by(v omemo.Version) (some readerList) {
	for _, r := range l {
		if r.id.version == v {
			some = append(some, r)
		}
	}
	return some
}

// readers finds the sessions with the devices of keys, or begins them. A device whose
// bundle could not be had, or is of another key, is left out.
func (a *account) readers(ctx context.Context, r *ratchets, keys []chat.Key, ways readerWays) (readerList, error) {
	var list readerList
	for _, k := range keys {
		formats, err := a.waysTo(ctx, r, k)
		if err != nil {
			return nil, err
		}
		if !ways.older {
			formats = formats[:1]
		}
		var best reader // a broken session only where there is no other way
		for _, id := range formats {
			s, anew, err := a.sessionFor(ctx, r, id, k.Fingerprint, ways.renew)
			if err != nil {
				return nil, err
			}
			if s != nil && (best.session == nil || !s.Broken()) {
				best = reader{id, s, anew}
			}
			if s != nil && !s.Broken() {
				break
			}
		}
		if best.session != nil {
			list = append(list, best)
		}
	}
	return list, nil
}

// readerWays are the ways in which a message can go.
type readerWays struct {
	renew bool // the person sends it, which begins broken sessions anew where that can be done
	older bool // it can go in the old format where there is nothing for the new one
}

// sessionFor is the session with a device that has this key, or a new one; nil where none
// can be begun, or the one that is there is broken and not to be begun anew. anew: it takes
// the place of one that was broken.
func (a *account) sessionFor(ctx context.Context, r *ratchets, id ratchet, f chat.Fingerprint, renew bool) (s *omemo.Session, anew bool, err error) {
	s, err = r.session(ctx, id)
	if err != nil {
		return nil, false, err
	}
	none := s == nil || s.Remote().Fingerprint() != f
	switch {
	case none:
	case !s.Broken():
		return s, false, nil
	case !renew:
		return nil, false, nil
	}
	switch begun, ok := a.beginWith(id, f); {
	case ok:
		begun.Supersede(s, time.Now())
		return begun, !none, nil
	case none:
		return nil, false, nil
	}
	return s, false, nil
}

// beginWith begins a session with the bundle that was fetched of a device, if that is of
// the key.
func (a *account) beginWith(id ratchet, f chat.Fingerprint) (*omemo.Session, bool) {
	bundle, ok := a.omemo.bundles[id]
	if !ok {
		return nil, false
	}
	s, err := omemo.Begin(id.version, a.omemo.own.identity, bundle.Bundle, nil)
	if err != nil || s.Remote().Fingerprint() != f {
		a.isBarren(id, useless)
		return nil, false
	}
	return s, true
}

// waysTo are the formats in which a device can get a message, the best first. One that is
// on both lists is served in the old format only while there is no bundle of it for the
// new one, or none that can be used; its key is the same in both.
func (a *account) waysTo(ctx context.Context, r *ratchets, k chat.Key) ([]ratchet, error) {
	ways := []ratchet{{k.Owner, k.Device, versionOf(k)}}
	if !k.OMEMO || !k.OMEMO2 || a.omemo.barren[ways[0]].lack == unsaid || !a.client.held().allowsFormat(omemo.V03) {
		return ways, nil
	}
	old := ratchet{k.Owner, k.Device, omemo.V03}
	listed, err := r.isListed(ctx, old)
	if listed {
		ways = append(ways, old)
	}
	return ways, err
}

// reachesSoon says whether a message that none of its contact's devices can get, although
// their keys are known, waits: a bundle was not there, and is looked for once more.
func (a *account) reachesSoon(ctx context.Context, r *ratchets, keys []chat.Key, row store.Outgoing) bool {
	return slices.ContainsFunc(keys, func(k chat.Key) bool {
		ways, err := a.waysTo(ctx, r, k)
		return err == nil && k.Owner == row.Conv.Peer && slices.ContainsFunc(ways, func(id ratchet) bool {
			b := a.omemo.barren[id]
			return b.lack == absent && !b.final(row.Time)
		})
	}) && a.mayWait(row.Conv.Peer, waitForKey)
}

// versionOf is the format in which a device gets its messages.
func versionOf(k chat.Key) omemo.Version {
	if k.OMEMO2 {
		return omemo.V2
	}
	return omemo.V03
}

// sealPart encrypts one payload for the devices of one format; plain nil only moves
// keys. What it moves is added to changes.
func (r *ratchets) sealPart(v omemo.Version, plain []byte, readers readerList, changes *store.KeyChanges) (xmpp.Encrypted, error) {
	part := xmpp.Encrypted{Version: xmpp.OMEMOVersion(v), Sender: r.a.omemo.own.device}
	var key []byte
	var err error
	if plain == nil {
		key, part.IV, err = omemo.TransportKey(v, nil)
	} else {
		part.Payload, part.IV, key, err = omemo.Seal(v, plain, nil)
	}
	if err != nil {
		return part, err
	}
	defer clear(key)
	for _, to := range readers {
		data, kex, err := to.session.Encrypt(key, nil)
		if err != nil {
			return part, err
		}
		if err := r.moved(to.id, to.session, changes); err != nil {
			return part, err
		}
		k := xmpp.EncryptedKey{Device: to.id.device, Kex: kex, Data: data}
		if v == omemo.V2 {
			k.Owner = to.id.owner
		}
		part.Keys = append(part.Keys, k)
	}
	return part, nil
}

// transport is an empty message for one device, which moves its session on.
func (r *ratchets) transport(id ratchet, s *omemo.Session, changes *store.KeyChanges) (outItem, error) {
	part, err := r.sealPart(id.version, nil, readerList{{id: id, session: s}}, changes)
	if err != nil {
		return outItem{}, err
	}
	m := xmpp.OutMessage{To: id.owner, Type: "chat", ID: newID(), Encrypted: []xmpp.Encrypted{part}}
	return outItem{stanza: xmpp.EncodeMessage(m), receipt: true}, nil
}

// answerKeys lets a device know that its session is there, or that we go on (XEP-0384
// §4.3, §6), unless that would tell a stranger that we are here. It goes out when the page
// is stored; to what the archive had before the session began, when it has been read.
func (a *account) answerKeys(p *arrivals, l *letter, id ratchet) {
	if k, ok := keyOf(p.keys(a).known[id.owner], l.secret.key); ok && k.Trust == chat.TrustDistrusted {
		return
	}
	switch {
	case l.old():
		if !slices.Contains(p.late, id) {
			p.late = append(p.late, id)
		}
	case !a.mayAnswer(id):
	case !slices.Contains(p.toAnswer, id):
		p.toAnswer = append(p.toAnswer, id)
	}
}

// mayAnswer says whether the owner of a device may learn that we are here.
func (a *account) mayAnswer(id ratchet) bool { return id.owner == a.addr || a.seesUs(id.owner) }

// answerLate answers the key exchanges that the archive had, once for each session, if
// nothing was sent in it since: their prekeys may have been used twice (XEP-0384 §6).
func (a *account) answerLate(ctx context.Context, s *session) {
	if a.session != s {
		return
	}
	r := a.newRatchets()
	var changes store.KeyChanges
	var items []outItem
	for id := range a.omemo.late {
		with, err := r.session(ctx, id)
		switch {
		case err != nil:
			a.log.Error("answer keys", "err", chatError("read session", err))
			return
		case with == nil || !with.Unanswered() && !with.Heartbeat() || !a.mayAnswer(id):
			continue
		}
		item, err := r.transport(id, with, &changes)
		if err != nil {
			a.log.Error("answer keys", "err", chatError("encrypt", err))
			continue
		}
		items = append(items, item)
	}
	if err := a.db.SaveKeys(ctx, a.addr, changes); err != nil {
		a.log.Error("answer keys", "err", chatError("store session", err))
		return
	}
	clear(a.omemo.late)
	a.owe(items...)
}

// answerAll makes the answers of a page: one for each session, however many messages of
// it came.
func (a *account) answerAll(p *arrivals) {
	for _, id := range p.toAnswer {
		s := p.keys(a).sessions[id]
		if s == nil {
			continue
		}
		var changes store.KeyChanges
		item, err := p.keys(a).transport(id, s, &changes)
		if err != nil {
			a.log.Error("answer keys", "err", chatError("encrypt", err))
			continue
		}
		p.moved = append(p.moved, changes)
		p.replies = append(p.replies, item)
	}
}

func keyOf(keys []chat.Key, f chat.Fingerprint) (chat.Key, bool) {
	for _, k := range keys {
		if k.Fingerprint == f {
			return k, true
		}
	}
	return chat.Key{}, false
}
