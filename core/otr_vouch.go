// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"slices"
	"strings"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// A secret that both know proves that nobody stands in the middle of the session in
// which it was asked for. What is said in that session is said by the other person's
// program, and so two of ours tell each other there which OMEMO key they have: it is
// verified with the session. The text that says so is for programs. It goes to none
// that does not say that it understands it; a server that lies about that can have a
// person see the text, and nothing worse.

const (
	vouchMark = "?OMEMO keys? " // before a link with the keys
	maxVouch  = 4               // keys
)

// vouch tells the other side, once its secret was the same, which OMEMO key this
// program has.
func (a *account) vouch(t *talk, s *side) {
	stream, id := a.session, s.SessionID()
	if stream == nil || a.omemo.own == nil {
		return
	}
	own := a.omemo.own
	link := xmpp.KeyLink{Owner: a.addr, Keys: []xmpp.LinkedKey{{Device: own.device, Fingerprint: own.identity.Public().Fingerprint()}}}
	a.job(func(ctx context.Context) {
		features, err := stream.conn.FeaturesOf(ctx, xmpp.Caps{}, s.addr)
		if err != nil || !slices.Contains(features, xmpp.FeatureVouch) {
			return
		}
		a.box.post(func(context.Context) {
			if a.session != stream || t.sides[s.addr.Resource] != s || s.SessionID() != id {
				return
			}
			if texts, err := s.Send(vouchMark + link.URI()); err == nil {
				a.owe(otrItems(s.addr, texts)...)
			}
		})
	})
}

// vouched says whether a text of the session is about keys. They are believed where a
// secret that this person has asked for has verified that very session.
func (a *account) vouched(t *talk, s *side, text string) bool {
	text, is := strings.CutPrefix(text, vouchMark)
	if !is {
		return false
	}
	link, err := xmpp.ParseKeyLink(text)
	if err != nil || link.Owner != t.conv.Peer || s.proven == [8]byte{} || s.proven != s.SessionID() {
		return true
	}
	for _, k := range link.Keys[:min(len(link.Keys), maxVouch)] {
		if k.Fingerprint.Kind() == chat.KeyOMEMO && !k.Distrust {
			a.box.post(func(ctx context.Context) { a.believe(ctx, t.conv.Peer, k.Fingerprint) })
		}
	}
	return true
}

// believe verifies a key for which its owner has vouched, unless the person has said
// what to think of it. It may be one of which nobody has heard yet.
func (a *account) believe(ctx context.Context, owner chat.Address, f chat.Fingerprint) {
	keys, err := a.db.Keys(ctx, a.addr, owner)
	k, known := keyOf(keys, f)
	switch {
	case err != nil, k.Trust == chat.TrustDistrusted, k.Trust == chat.TrustVerified:
	case known:
		err = a.decideTrust(ctx, owner, f, chat.TrustVerified, chat.BySecret)
	default:
		_, err = a.db.SetTrust(ctx, a.addr, []store.TrustChange{{Owner: owner, Fingerprint: f, Trust: chat.TrustVerified, By: chat.BySecret}})
		a.publishTrust(owner)
	}
	if err != nil {
		a.log.Error("trust", "err", chatError("trust key", err))
	}
}
