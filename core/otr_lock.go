// SPDX-License-Identifier: MPL-2.0

package core

import (
	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/otr"
	"chatsecure.org/desktop/core/trust"
)

// otrView is what everybody may know of the sessions with a contact.
type otrView struct {
	speaks, open, ended bool
	version             int              // with open
	key                 chat.Fingerprint // with open
	asked, asking       bool
	question            string
}

// showTalk lets others know how a talk stands now, and says so if that is news.
func (a *account) showTalk(t *talk) {
	v := otrView{speaks: t.speaks, ended: t.ended()}
	s := t.open()
	if s != nil {
		v.open, v.version, v.key, v.asked, v.asking, v.question = true, s.Version(), s.Their(), s.asked, s.asking, s.question
	}
	a.otr.mu.Lock()
	same := a.otr.views[t.conv.Peer] == v
	if a.otr.views == nil {
		a.otr.views = make(map[chat.Address]otrView)
	}
	a.otr.views[t.conv.Peer] = v
	a.otr.mu.Unlock()
	if !same {
		a.publishTrust(t.conv.Peer)
	}
}

// otrViewOf may be called by any goroutine.
func (a *account) otrViewOf(peer chat.Address) otrView {
	a.otr.mu.Lock()
	defer a.otr.mu.Unlock()
	return a.otr.views[peer]
}

// otrState fills in how the sessions with a contact stand; theirs are all keys of it.
// Any goroutine.
func (a *account) otrState(st *chat.EncryptionState, conv chat.ConvID, theirs []chat.Key) {
	v := a.otrViewOf(conv.Peer)
	st.OTROpen, st.OTRVersion, st.Asked, st.Question, st.Waiting = v.open, v.version, v.asked, v.question, v.asking
	st.CanOTR = a.canOTR(v, conv.Peer, theirs)
}

// canOTR says whether a contact, with all its keys, has a session or can have one. Any
// goroutine.
func (a *account) canOTR(v otrView, peer chat.Address, theirs []chat.Key) bool {
	return v.open || otr.Available && peer != a.addr && a.client.prefs.otrPolicy() != otr.Never && (v.speaks || hasOTR(theirs))
}

// otrWay fills in what would become of a message that has to go in a session. Any
// goroutine.
func (a *account) otrWay(st *chat.EncryptionState, conv chat.ConvID, theirs []chat.Key) {
	v := a.otrViewOf(conv.Peer)
	st.Readers, st.Skipped, st.Lock, st.Unsure = nil, nil, chat.LockWarning, false
	switch {
	case !otr.Available:
		st.Code = chat.CodeUnsupported
	case v.open:
		k, _ := keyOf(theirs, v.key)
		k.Listed = true
		if st.Code = trust.Session(st.Level, theirs, v.key); st.Code != "" {
			st.Skipped = []chat.Key{k}
			return
		}
		k.Used = true
		st.Now, st.Readers, st.Lock = chat.EncryptionOTR, []chat.Key{k}, chat.LockClosed
		if k.Trust == chat.TrustVerified {
			st.Lock = chat.LockVerified
		}
	case v.ended:
		st.Code = chat.CodeOTREnded
	case st.CanOTR && a.contact(conv.Peer).Presence != chat.Unavailable: // a session would begin
		st.Now, st.Lock = chat.EncryptionOTR, chat.LockClosed
	default:
		st.Code = chat.CodeNoSession
	}
}

// markOTR marks the key of an owner with which a session is open. Any goroutine.
func (a *account) markOTR(owner chat.Address, keys []chat.Key, level chat.TrustLevel) {
	v := a.otrViewOf(owner)
	for i := range keys {
		if v.open && keys[i].Fingerprint == v.key {
			keys[i].Listed, keys[i].Used = true, trust.Session(level, keys, v.key) == ""
		}
	}
}
