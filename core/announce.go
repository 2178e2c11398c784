// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/trust"
	"chatsecure.org/desktop/core/xmpp"
)

// announcement is the word for other devices of one decision of the person's. It is told
// when the server has all of its messages: until then the database says that it is not,
// and the next session begins with it again. The actor's own.
type announcement struct {
	at     time.Time          // when the person decided
	handed map[recipient]bool // whom messages are for that have been given to the session,
	left   int                // how many of these the server does not have,
	waits  bool               // and there are some that can not be written yet
}

// recipient names a device that is told of a decision, and the encryption whose keys it is
// told of.
type recipient struct {
	id         ratchet
	encryption string
}

// decided names what an announcement is about.
type decided struct {
	owner chat.Address
	key   chat.Fingerprint
}

// announceUntold tells other devices what the person has decided while nobody could be
// told: not before it is known what they have said themselves meanwhile.
func (a *account) announceUntold(ctx context.Context) {
	if a.session == nil || !a.session.caughtUp {
		return
	}
	untold, err := a.db.UntoldTrust(ctx, a.addr)
	if err != nil {
		a.log.Error("trust message", "err", chatError("read keys", err))
		return
	}
	for _, c := range untold {
		keys, err := a.db.Keys(ctx, a.addr, c.Owner)
		if k, known := keyOf(keys, c.Fingerprint); err == nil && known {
			told := a.omemo.announced[decided{k.Owner, k.Fingerprint}]
			if told == nil {
				told = newAnnouncement(c.At)
			}
			a.announceTo(ctx, k, told)
		}
	}
}

// announceWaiting is announceUntold after keys have come for which some of it waits, or
// a session with a device has become whole.
func (a *account) announceWaiting(ctx context.Context) {
	if a.omemo.unannounced {
		a.omemo.unannounced = false
		a.announceUntold(ctx)
	}
}

// announceTrust tells those of our own devices, and of the contact's, that understand
// it, what the person has decided about a key (XEP-0450 §4), in the place of what was
// decided about it before.
func (a *account) announceTrust(ctx context.Context, k chat.Key, at time.Time) {
	delete(a.omemo.announced, decided{k.Owner, k.Fingerprint}) // also where it is not begun now
	a.announceTo(ctx, k, newAnnouncement(at))
}

func newAnnouncement(at time.Time) *announcement {
	return &announcement{at: at, handed: make(map[recipient]bool)}
}

// announceTo begins an announcement, or goes on with it. However often and late it is
// made, it says when the person decided: what was said since counts (XEP-0434 §3.2.1).
func (a *account) announceTo(ctx context.Context, k chat.Key, told *announcement) {
	if a.session == nil || !a.omemo.begun || k.Fingerprint.Kind() != chat.KeyOMEMO ||
		!a.client.held().allowsFormat(omemo.V2) { // it is told when it may be
		return
	}
	owners := []chat.Address{a.addr}
	for addr := range a.contacts {
		owners = append(owners, addr)
	}
	if !slices.Contains(owners, k.Owner) {
		owners = append(owners, k.Owner)
	}
	var keys []chat.Key
	for _, owner := range owners {
		some, err := a.db.Keys(ctx, a.addr, owner)
		if err != nil {
			return
		}
		keys = append(keys, some...)
	}
	name := decided{k.Owner, k.Fingerprint}
	a.omemo.announced[name], told.waits = told, false
	for _, out := range trust.Announce(a.addr, k, keys) {
		to := func(k chat.Key) recipient { return recipient{ratchet{k.Owner, k.Device, versionOf(k)}, out.Encryption} }
		out.For = slices.DeleteFunc(out.For, func(k chat.Key) bool { return told.handed[to(k)] })
		left := len(out.For)
		out.For = a.unbroken(ctx, out.For)
		told.waits = told.waits || len(out.For) < left
		if len(out.For) == 0 {
			continue
		}
		if a.fetchKeys(ctx, a.session, out.To) {
			told.waits = true
			continue
		}
		switch err := a.sendTrust(ctx, out, told.at, func(ctx context.Context) {
			told.left--
			a.checkTold(ctx, name, told)
		}); {
		case err == nil:
			for _, k := range out.For {
				told.handed[to(k)] = true
			}
			told.left++
		case !errors.Is(err, errNobody): // else that device has no keys for anybody
			told.waits = true
			a.log.Info("trust message", "err", chatError("send trust message", err))
		}
	}
	a.omemo.unannounced = a.omemo.unannounced || told.waits
	a.checkTold(ctx, name, told)
}

// unbroken is without the devices whose sessions are broken: what nobody wrote does not
// begin one anew, and goes when the person, or the other side, has mended it.
func (a *account) unbroken(ctx context.Context, keys []chat.Key) []chat.Key {
	r := a.newRatchets()
	return slices.DeleteFunc(keys, func(k chat.Key) bool {
		s, err := r.session(ctx, ratchet{k.Owner, k.Device, versionOf(k)})
		return err != nil || s != nil && s.Broken() && s.Remote().Fingerprint() == k.Fingerprint
	})
}

// checkTold stores that a decision has been told if it has.
func (a *account) checkTold(ctx context.Context, name decided, told *announcement) {
	if told.left > 0 || told.waits || a.omemo.announced[name] != told {
		return
	}
	delete(a.omemo.announced, name)
	if err := a.db.TrustTold(ctx, a.addr, name.owner, name.key); err != nil {
		a.log.Error("trust message", "err", chatError("store keys", err))
	}
}

// errNobody: none of those who were to get a trust message can.
var errNobody = errors.New("no device has keys")

// A trust message names so many keys, and is for so many devices, that every server takes
// it (10,000 bytes, RFC 6120 §13.12), and every reader reads all of it.
const (
	maxKeysTold    = 20
	maxReadersTold = 10
)

// sendTrust hands a trust message, of what was decided at a time, to the session, as
// several if it is long; then is done when the server has all of it.
func (a *account) sendTrust(ctx context.Context, out trust.Outgoing, at time.Time, then order) error {
	r := a.newRatchets()
	readers, err := a.readers(ctx, r, out.For, readerWays{})
	if err != nil {
		return err
	}
	if readers = readers.by(omemo.V2); len(readers) == 0 {
		return a.whyNobody(out.For)
	}
	var changes store.KeyChanges
	var items []outItem
	for _, owners := range trust.Split(out.Owners, maxKeysTold) {
		for some := range slices.Chunk(readers, maxReadersTold) {
			m := xmpp.OutMessage{To: out.To, Type: "chat", ID: newID()}
			envelope := xmpp.EncodeEnvelope(xmpp.OutEnvelope{From: a.addr, To: out.To, Time: at, Message: m, Trust: saying(out.Encryption, owners)})
			part, err := r.sealPart(omemo.V2, envelope, some, &changes)
			if err != nil {
				return err
			}
			m.Encrypted = []xmpp.Encrypted{part}
			items = append(items, outItem{stanza: xmpp.EncodeMessage(m), receipt: true})
		}
	}
	if err := a.db.SaveKeys(ctx, a.addr, changes); err != nil {
		return err
	}
	left := len(items)
	has := func(ctx context.Context) {
		if left--; left == 0 {
			then(ctx)
		}
	}
	for i := range items {
		items[i].then = func() { a.box.post(has) }
	}
	a.owe(items...)
	return nil
}

// saying is the trust message that names keys.
func saying(encryption string, owners []trust.Owner) *xmpp.TrustMessage {
	raw := func(list []chat.Fingerprint) (all [][]byte) {
		for _, f := range list {
			if b, err := hex.DecodeString(string(f)); err == nil {
				all = append(all, b)
			}
		}
		return all
	}
	says := &xmpp.TrustMessage{Usage: trust.Usage, Encryption: encryption}
	for _, o := range owners {
		says.Owners = append(says.Owners, xmpp.TrustOwner{Owner: o.Address, Trust: raw(o.Trust), Distrust: raw(o.Distrust)})
	}
	return says
}

// whyNobody tells devices that have no bundle from those whose bundle could not be had.
func (a *account) whyNobody(keys []chat.Key) error {
	for _, k := range keys {
		if b, ok := a.omemo.barren[ratchet{k.Owner, k.Device, versionOf(k)}]; !ok || b.lack == unsaid {
			return failed(chat.Offline, "send trust message", chat.CodeNoKeyOf, nil)
		}
	}
	return errNobody
}
