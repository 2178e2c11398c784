// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/otr"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/trust"
	"chatsecure.org/desktop/core/xmpp"
)

// sealedIn is the session for which the bytes of a row were made.
type sealedIn struct {
	side    chat.Address
	session [8]byte
	number  uint64           // in which order they were made
	first   time.Time        // when it was encrypted for the first time
	again   int              // times that it was sent again
	wanted  int              // times that it was for want of a receipt
	to      chat.Fingerprint // the key of the other side
}

// anew is it without the session: the bytes are to be made once more.
func (in sealedIn) anew() sealedIn {
	in.session, in.number = [8]byte{}, 0
	return in
}

// noteSealed changes what is known of a row's bytes.
func (a *account) noteSealed(id chat.MsgID, change func(*sealedIn)) {
	if a.otr.sealed == nil {
		a.otr.sealed = make(map[chat.MsgID]sealedIn)
	}
	in := a.otr.sealed[id]
	change(&in)
	a.otr.sealed[id] = in
}

// maxSealed is from how many rows on those are forgotten that the server has.
const maxSealed = 10_000

// routeOTR says whether a message can go in a session. Without one it waits for one
// that is begun, if the other side can be reached.
func (a *account) routeOTR(conv chat.ConvID) route {
	switch {
	case !otr.Available:
		return route{code: chat.CodeUnsupported}
	case conv.Peer == a.addr:
		return route{code: chat.CodeNoSession}
	case a.leaving():
		return route{wait: true}
	}
	t := a.talkWith(conv.Peer)
	switch s := t.open(); {
	case s != nil && t.again:
		if !t.asking && !t.settling {
			a.box.post(func(ctx context.Context) { a.goOnOTR(ctx, t) })
		}
		return route{wait: true}
	case s != nil && s.Ready():
		t.stopWaiting()
		return a.routeTo(conv, s)
	case s == nil && t.ended():
		return route{code: chat.CodeOTREnded}
	case a.client.prefs.otrPolicy() == otr.Never:
		return route{code: chat.CodeNoSession}
	}
	return a.await(t)
}

// routeTo asks whether the key of a session may have the message.
func (a *account) routeTo(conv chat.ConvID, s *side) route {
	keys, err := a.db.Keys(a.ctx, a.addr, conv.Peer)
	if err != nil {
		a.log.Error("keys", "err", chatError("read keys", err))
		return route{code: chat.CodeNoTrusted}
	}
	if code := trust.Session(a.levelOf(a.ctx, conv.Peer), keys, s.Their()); code != "" {
		return route{code: code}
	}
	return route{by: chat.EncryptionOTR}
}

// speaksOTR says whether a contact is known to speak OTR, or has to.
func (a *account) speaksOTR(conv chat.ConvID) bool {
	policy := a.client.prefs.otrPolicy()
	if !otr.Available || policy == otr.Never || conv.Peer == a.addr {
		return false
	}
	t := a.talkWith(conv.Peer)
	if !t.looked && !t.speaks {
		keys, err := a.db.Keys(a.ctx, a.addr, conv.Peer)
		t.looked, t.speaks = err == nil, hasOTR(keys)
	}
	return t.speaks || policy == otr.Require
}

func hasOTR(keys []chat.Key) bool {
	for _, k := range keys {
		if k.Fingerprint.Kind() == chat.KeyOTR && !k.Own {
			return true
		}
	}
	return false
}

// await lets a row wait for a session, and begins one.
func (a *account) await(t *talk) route {
	now := time.Now()
	absent := a.session != nil && !a.isAway() && now.Sub(a.session.began) >= otrSettle && a.absentFor(t.conv.Peer, now) >= otrAbsent
	if absent || now.Sub(t.wait.gaveUp) < otrRound {
		t.stopWaiting()
		return route{code: chat.CodeNoSession}
	}
	if t.wait.since.IsZero() || t.wait.on != a.session {
		t.stopWaiting()
		t.wait.since, t.wait.on = now, a.session
		t.wait.timer = time.AfterFunc(otrWait, func() { a.box.post(func(context.Context) { a.giveUp(t, now) }) })
		a.hurryLater(t, now)
	}
	a.call(t)
	return route{wait: true}
}

// isAway says whether the network is away: nobody can answer, and nobody can be known
// to have left.
func (a *account) isAway() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.online == nil
}

func (t *talk) stopWaiting() {
	if t.wait.timer != nil {
		t.wait.timer.Stop()
	}
	t.wait = waiting{gaveUp: t.wait.gaveUp}
}

// giveUp ends a wait that began then, if it is still the same one. While the network is
// away nobody can answer.
func (a *account) giveUp(t *talk, began time.Time) {
	if t.wait.since != began {
		return
	}
	if a.session != nil && a.isAway() {
		t.wait.timer = time.AfterFunc(otrWait, func() { a.box.post(func(context.Context) { a.giveUp(t, began) }) })
		return
	}
	t.stopWaiting()
	if a.session != nil {
		t.wait.gaveUp = time.Now()
	}
	a.failBounced(a.ctx, t)
	a.releaseHeld()
}

func (a *account) hurryLater(t *talk, began time.Time) {
	time.AfterFunc(otrSettle, func() { a.box.post(func(context.Context) { a.hurry(t, began) }) })
}

// hurry looks again while a wait goes on: nobody may be there, or a key exchange may
// stand still.
func (a *account) hurry(t *talk, began time.Time) {
	if t.wait.since != began || a.leaving() {
		return
	}
	if s := t.open(); s != nil && !s.Ready() && a.isHere(s.addr) {
		a.owe(s.begin()...)
	}
	if a.partner(t) != nil { // a question for people is not asked twice
		t.wait.called = false
		a.call(t)
	} else if s := a.unfinished(t); s != nil {
		a.owe(s.begin()...)
	}
	a.hurryLater(t, began)
	if len(t.bounced) > 0 && t.open() == nil && a.await(t).code != "" {
		a.failBounced(a.ctx, t)
	}
	a.releaseHeld()
}

// call asks the other side for a session, once: its program that had one or, where
// none is known, whichever is there.
func (a *account) call(t *talk) {
	if t.wait.called || a.session == nil || !a.otrKey(a.ctx) || !a.isHere(t.conv.Peer) {
		return
	}
	if s := t.open(); s != nil { // only its key exchange has to end
		return
	}
	t.wait.called = true
	if s := a.partner(t); s != nil {
		a.owe(s.begin()...)
		return
	}
	a.owe(otrItems(t.conv.Peer, a.newConversation().Start())...)
}

// partner is the program of a contact's that is here and had a session; nil for none.
func (a *account) partner(t *talk) *side {
	return a.lastHeard(t, func(s *side) bool { return s.Their() != "" })
}

// unfinished is the program of a contact's that is here and has begun a key exchange, which
// stands still; nil for none. Both may have begun, more than once, and each gave up what
// the other went on with.
func (a *account) unfinished(t *talk) *side {
	return a.lastHeard(t, func(s *side) bool { return s.Their() == "" && !s.heard.IsZero() && !s.Secure() })
}

// lastHeard is, of a contact's programs that are here, the one among those wanted that
// was heard last; nil for none.
func (a *account) lastHeard(t *talk, wanted func(*side) bool) (last *side) {
	for _, s := range t.sides {
		if wanted(s) && a.isHere(s.addr) && (last == nil || s.heard.After(last.heard)) {
			last = s
		}
	}
	return last
}

// sealOTR encrypts a message in the open session. What stands beside the text travels
// in the clear.
func (a *account) sealOTR(row store.Outgoing, m xmpp.OutMessage) (sealed, error) {
	t := a.talkWith(row.Conv.Peer)
	s := t.open()
	switch {
	case s == nil:
		return sealed{code: chat.CodeNoSession}, nil
	case m.Body == "":
		return sealed{code: chat.CodeNotProtected}, nil
	}
	text := m.Body
	if a.isPurple(s.addr) {
		text = otr.Mark(text)
	}
	texts, err := s.Send(text)
	switch {
	case err != nil:
		return sealed{code: chat.CodeOf(err)}, nil
	case len(texts) != 1:
		return sealed{code: chat.CodeTooLarge}, nil
	}
	m.To, m.Body = s.addr, texts[0]
	stanza := xmpp.EncodeMessage(otrMessage(m))
	if len(stanza) > maxSealedStanza {
		return sealed{code: chat.CodeTooLarge}, nil
	}
	if len(a.otr.sealed) >= maxSealed {
		for id := range a.otr.sealed {
			if _, handed := a.outbox.handed[id]; !handed {
				delete(a.otr.sealed, id)
			}
		}
	}
	a.otr.number++
	a.noteSealed(row.ID, func(in *sealedIn) {
		in.side, in.session, in.number, in.to = s.addr, s.SessionID(), a.otr.number, s.Their()
		if in.first.IsZero() {
			in.first = time.Now()
		}
	})
	if row.Errand == store.AmendReplace {
		t.corrected(row, a.otr.sealed[row.ID])
	}
	return sealed{stanza: stanza, how: chat.EncryptionOTR, key: a.otr.key.Fingerprint()}, nil
}

// stale says whether the saved bytes of a row were made in a session that is gone: the
// other side could not read them. The row is sealed again, with OTR and not otherwise.
func (a *account) stale(row store.Outgoing) bool {
	if row.Stanza == nil || row.Sealed != chat.EncryptionOTR {
		return false
	}
	s := a.talkWith(row.Conv.Peer).open()
	return s == nil || !a.sealedFor(s, row.ID)
}

// offerOTR adds to a plain text the sign that this program speaks OTR, where the person
// wants that and nothing better is possible.
func (a *account) offerOTR(ctx context.Context, row store.Outgoing, m *xmpp.OutMessage) {
	if a.client.prefs.otrPolicy() != otr.Automatic || row.Errand != 0 || m.Body == "" || row.Conv.Peer == a.addr || !a.otrKey(ctx) {
		return
	}
	t := a.talkWith(row.Conv.Peer)
	if t.offers == nil {
		t.offers = a.newConversation()
	}
	t.offers.SetPolicy(otr.Automatic)
	m.Body = t.offers.Offer(m.Body)
}
