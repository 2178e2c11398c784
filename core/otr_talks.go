// SPDX-License-Identifier: MPL-2.0

package core

import (
	"sync"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/otr"
	"chatsecure.org/desktop/core/xmpp"
)

// otrState is what an account knows of OTR. The sessions are here and nowhere else:
// when the program has ended nobody can read any more what was sent in them. The
// actor's own, but for views.
type otrState struct {
	key     *otr.Key      // nil: not read yet, or there is none
	tag     uint32        // goes with key
	making  chan struct{} // closes when the key that is being made is stored, or can not be; nil: none is
	imports int           // how often the stored key was replaced by the person
	early   []earlyText   // that came before key was there
	talks   map[chat.Address]*talk
	newest  map[chat.Fingerprint]bool // keys that have spoken the newest version
	sealed  map[chat.MsgID]sealedIn
	bounces map[chat.MsgID]int
	number  uint64   // of texts that were encrypted
	left    *session // that is ending: its goodbyes have been said

	mu    sync.Mutex
	views map[chat.Address]otrView
}

// talk is OTR with one contact.
type talk struct {
	conv        chat.ConvID
	sides       map[string]*side    // by resource
	last        string              // the side that was last heard from, or that began a session last
	speaks      bool                // its program has said so, or a key of it is known
	looked      bool                // for such a key
	begun       bool                // the person has asked for a session
	plain       bool                // the person knows that plain text came, since the last that was not
	warned      time.Time           // when the person was last told that version 2 was refused
	again       bool                // what may have been lost goes before anything else
	bounced     map[chat.MsgID]bool // came back, and go once more
	doubts      doubts              // what may have been lost with the session with the server
	settling    bool                // word of who is here decides about them
	corrections []correction        // of which nobody knows whether they have arrived
	asking      bool                // the other side's program whether it sends receipts
	wait        waiting
	offers      *otr.Conversation // which texts say that we speak OTR; nil for none yet
}

// side is a program of the contact: one full address.
type side struct {
	*otr.Conversation
	addr      chat.Address
	heard     time.Time
	doubtful  bool             // the other side may have lost the session since
	receipts  receipts         // whether its program sends any
	latestAt  time.Time        // when latest was
	latest    string           // the origin-id of the text that was last read in its session
	again     string           // that of the last text that was read after it could not be
	sought    map[string]bool  // of missed, those that were asked for, or that came before the program was started
	missed    map[string]bool  // ids of texts that could not be read, have not come again and were not asked for
	seek      *time.Timer      // that looks whether they come
	texts     generations      // ids of texts that were read in the session
	strange   chat.Fingerprint // its key, which was new when a session with it began
	looked    bool             // for what was unreadable before
	arrived   sealedIn         // the latest text of the session that has arrived; the zero one for none
	passing   bool             // what it has passed over is looked for soon
	renewed   time.Time        // when a new one was last begun because of that
	question  string           // with asked
	asked     bool             // for the secret that both know
	asking    bool             // the other side for it
	crossings int              // how often both sides have asked at the same time
	proven    [8]byte          // the session in which a secret has verified its key
}

// waiting is how long rows have waited for a session to begin.
type waiting struct {
	since  time.Time // zero: nobody waits
	on     *session
	called bool // the other side has been asked for it, on that session
	timer  *time.Timer
	gaveUp time.Time
}

const (
	maxSides  = 32               // of a contact: as many devices as are followed
	otrWait   = 30 * time.Second // for a session to begin
	otrSettle = 3 * time.Second  // for a key exchange that is under way, and for word of who is here
	otrAbsent = 2 * otrSettle    // for a contact that has gone to come back
	otrAgain  = 10 * time.Second // between two tries to renew a session for which nobody waits
	otrWarn   = time.Minute      // between two notices of a refused session
	otrRound  = 2 * time.Second  // between two tries at all; and for rows that are given up together
)

// otrPolicy is when the program speaks OTR.
func (p *prefs) otrPolicy() otr.Policy { return otr.Policy(p.otr.Load()) }

// policyOf reads chat.SettingOTR; what it does not know is the default.
func policyOf(value string) otr.Policy {
	switch value {
	case chat.OTRRequire:
		return otr.Require
	case chat.OTRAutomatic:
		return otr.Automatic
	case chat.OTRNever:
		return otr.Never
	}
	return otr.OnRequest
}

// talkWith is OTR with a contact, as it is or as it begins.
func (a *account) talkWith(peer chat.Address) *talk {
	t := a.otr.talks[peer]
	if t == nil {
		if a.otr.talks == nil {
			a.otr.talks = make(map[chat.Address]*talk)
		}
		t = &talk{conv: chat.ConvID{Account: a.addr, Peer: peer}, sides: make(map[string]*side)}
		a.otr.talks[peer] = t
	}
	return t
}

// sideOf is a program of a contact. There must be a key.
func (a *account) sideOf(t *talk, addr chat.Address) *side {
	s := t.sides[addr.Resource]
	if s == nil {
		if len(t.sides) >= maxSides {
			t.dropOldest()
		}
		s = &side{addr: addr, Conversation: a.newConversation()}
		t.sides[addr.Resource] = s
	}
	s.SetPolicy(a.client.prefs.otrPolicy())
	return s
}

func (a *account) newConversation() *otr.Conversation {
	if a.otr.newest == nil {
		a.otr.newest = make(map[chat.Fingerprint]bool)
	}
	cfg := a.client.cfg
	return otr.New(otr.Config{
		Key: a.otr.key, InstanceTag: a.otr.tag, Policy: a.client.prefs.otrPolicy(), Query: cfg.OTRQuery, Error: cfg.OTRError, Newest: a.otr.newest,
	})
}

// dropOldest forgets the side that was silent for the longest time, of those without
// a session if there are any.
func (t *talk) dropOldest() {
	var oldest *side
	for _, s := range t.sides {
		if oldest == nil || oldest.Secure() && !s.Secure() || oldest.Secure() == s.Secure() && s.heard.Before(oldest.heard) {
			oldest = s
		}
	}
	oldest.End()
	delete(t.sides, oldest.addr.Resource)
}

// had says whether there has been a session with a program of the contact's; t may be
// nil.
func (t *talk) had(addr chat.Address) bool {
	if t == nil || t.sides[addr.Resource] == nil {
		return false
	}
	return t.sides[addr.Resource].Their() != ""
}

// open is the side with which a session is open that the other side should know: the
// one that was last heard from, if it has one. nil: there is none.
func (t *talk) open() (best *side) {
	if s := t.sides[t.last]; s != nil && s.usable() {
		return s
	}
	for _, s := range t.sides {
		if s.usable() && (best == nil || s.heard.After(best.heard)) {
			best = s
		}
	}
	return best
}

func (s *side) usable() bool { return s.Secure() && !s.doubtful }

// ended says whether the other side has ended its session and no other is open: then
// nothing goes there before the person or the other side begins a new one.
func (t *talk) ended() bool {
	over := false
	for _, s := range t.sides {
		if s.Secure() {
			return false
		}
		over = over || s.Their() != ""
	}
	return over
}

// answers says whether OTR with a contact is answered: a stranger would learn by it
// that we are here, and who we are.
func (a *account) answers(peer chat.Address) bool {
	if !otr.Available || a.leaving() {
		return false
	}
	t := a.otr.talks[peer]
	return a.seesUs(peer) || t != nil && t.begun
}

// leaving says whether the goodbyes of the session have been said.
func (a *account) leaving() bool { return a.otr.left != nil && a.otr.left == a.session }

// isHere says whether a contact, or one of its programs, can be reached, as far as it
// lets us see that.
func (a *account) isHere(addr chat.Address) bool {
	if a.contacts[addr.Bare()].Subscription&chat.SubscriptionTo == 0 {
		return true
	}
	l := a.live[addr.Bare()]
	if l == nil {
		return false
	}
	_, here := l.devices[addr.Resource]
	return here || addr.IsBare() && len(l.devices) > 0
}

// absentFor is how long nobody has been there for a contact, as far as it lets us see
// that; 0 while somebody is. A program that is started anew goes and comes.
func (a *account) absentFor(addr chat.Address, now time.Time) time.Duration {
	if a.isHere(addr) {
		return 0
	}
	l := a.live[addr.Bare()]
	if l == nil || l.lastActive.IsZero() || l.lastActive.After(now) {
		return otrWait
	}
	return now.Sub(l.lastActive)
}

// begin begins a key exchange, unless one has just been: who gets two at once while its
// own is on its way compares that with another one than we do, and both sides wait.
func (s *side) begin() []outItem {
	now := time.Now()
	if now.Sub(s.renewed) < otrRound {
		return nil
	}
	s.renewed = now
	return otrItems(s.addr, s.Begin())
}

// otrItems are messages with texts of OTR. They are not for archives, nor for other
// devices (XEP-0364 §4.3).
func otrItems(to chat.Address, texts []string) []outItem {
	items := make([]outItem, 0, len(texts))
	for _, text := range texts {
		m := xmpp.OutMessage{To: to, Type: "chat", ID: newID(), Body: text}
		items = append(items, outItem{stanza: xmpp.EncodeMessage(otrMessage(m)), receipt: true, otr: to})
	}
	return items
}

func otrMessage(m xmpp.OutMessage) xmpp.OutMessage {
	m.Hints.NoStore, m.Hints.NoCopy, m.Private = true, !m.To.IsBare(), true
	m.EME = []xmpp.EMEHint{{Namespace: xmpp.NamespaceOTR}}
	return m
}
