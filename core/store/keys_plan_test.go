// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// useKeys calls what has statements about keys.
func useKeys(t testing.TB, db *DB, conv chat.ConvID) {
	t.Helper()
	ctx := context.Background()
	must(t, db.SaveOwnKeys(ctx, alice, OwnKeys{Identity: []byte("x"), Fingerprint: fp("a"), Device: 1, OTR: []byte("x"), OTRFingerprint: fp("d")[:40]}))
	must(t, db.SaveOwnKeys(ctx, alice, OwnKeys{Identity: []byte("x"), Fingerprint: fp("a"), Device: 2}))
	own, err := db.OwnKeys(ctx, alice)
	must(t, err)
	must(t, db.AddSignedPrekey(ctx, alice, SignedPrekey{ID: own.NextSigned, Data: []byte("x"), Made: noon}))
	must(t, db.AddPrekeys(ctx, alice, []Prekey{{ID: own.NextPrekey, Data: []byte("x")}}))
	must(t, db.DropSignedPrekeys(ctx, alice, noon))
	_, err = db.SignedPrekeys(ctx, alice)
	must(t, err)
	_, err = db.Prekeys(ctx, alice)
	must(t, err)
	for _, ids := range [][]Device{{{ID: 7}}, {}, {{ID: 8}}} {
		_, err = db.SetDevices(ctx, alice, conv.Peer, 1, ids, true, noon)
		must(t, err)
		must(t, db.LabelDevices(ctx, alice, conv.Peer, 1, map[uint32]string{1: "x"}))
	}
	for n := range uint32(maxUnlisted + 1) {
		must(t, db.SaveKeys(ctx, alice, KeyChanges{Seen: []SeenKey{{Owner: conv.Peer, Fingerprint: fp("9"), Device: 100 + n, Version: 1, At: noon}}}))
	}
	_, err = db.SetDevices(ctx, alice, conv.Peer, 1, nil, true, noon)
	must(t, err)
	_, err = db.Devices(ctx, alice, conv.Peer)
	must(t, err)
	_, err = db.DeviceLists(ctx, alice, conv.Peer)
	must(t, err)
	in := Incoming{Conv: conv, Body: "x", Time: noon, OriginID: "k", Kind: chat.KindUndecryptable, Hash: cipher("first"), Encryption: chat.EncryptionOMEMO}
	receive(t, db, in)
	in.Kind, in.Hash, in.Fingerprint = chat.KindText, cipher("second"), fp("b")
	in.Keys = &KeyChanges{
		Seen:        []SeenKey{{Owner: conv.Peer, Fingerprint: fp("b"), Device: 7, Version: 1, At: noon}},
		Sessions:    []Session{{Owner: conv.Peer, Device: 7, Version: 1, Step: 1, Data: []byte("x")}, {Owner: conv.Peer, Device: 7, Version: 1, Step: 2}},
		UsedPrekeys: []uint32{own.NextPrekey},
		Trust:       []TrustChange{{Owner: conv.Peer, Fingerprint: fp("b"), Trust: chat.TrustVerified}},
		Later:       []LaterTrust{{SenderOwner: conv.Peer, Sender: fp("b"), Owner: alice, Fingerprint: fp("c"), Trust: chat.TrustVerified, At: noon}},
		Hashes:      [][]byte{cipher("third")},
	}
	receive(t, db, in)
	receive(t, db, in)
	amend(t, db, Amend{Conv: conv, Kind: AmendReplace, Target: "k", OriginID: "kc", Body: "y", Encryption: chat.EncryptionOMEMO, Fingerprint: fp("c"), Hash: cipher("fourth")})
	in = Incoming{Conv: conv, Direction: chat.Out, Time: noon, OriginID: "kd", Kind: chat.KindUndecryptable, StanzaID: "ks", StanzaBy: alice}
	receive(t, db, in)
	_, err = db.Deciphered(ctx, alice, [][]byte{cipher("third")})
	must(t, err)
	_, err = db.Tried(ctx, alice, cipher("third"))
	must(t, err)
	_, err = db.Keys(ctx, alice, conv.Peer)
	must(t, err)
	_, err = db.Sessions(ctx, alice, conv.Peer)
	must(t, err)
	_, _, err = db.Session(ctx, alice, conv.Peer, 7, 1)
	must(t, err)
	_, err = db.SetTrust(ctx, alice, []TrustChange{{Owner: conv.Peer, Fingerprint: fp("b"), Trust: chat.TrustTrusted, By: chat.ByRule}})
	must(t, err)
	later := []LaterTrust{{SenderOwner: conv.Peer, Sender: fp("b"), Owner: alice, Fingerprint: fp("c"), Trust: chat.TrustVerified, At: noon}}
	must(t, db.SaveKeys(ctx, alice, KeyChanges{Followed: later, Settled: later}))
	_, err = db.ReadyTrust(ctx, alice)
	must(t, err)
	_, err = db.FollowedTrust(ctx, alice, conv.Peer)
	must(t, err)
	_, err = db.UntoldTrust(ctx, alice)
	must(t, err)
	must(t, db.TrustTold(ctx, alice, conv.Peer, fp("b")))
	m := send(t, db, conv, "sealed", "ko")
	must(t, db.SetWanted(ctx, m.ID, chat.ChoiceOMEMO))
	saveAll(t, db, Outgoing{ID: m.ID, Conv: conv, Stanza: []byte("x"), Sealed: chat.EncryptionOMEMO, Fingerprint: fp("a"), Hash: cipher("fifth")})
	e, err := db.AddErrand(ctx, Errand{Conv: conv, Kind: AmendReplace, Message: m.ID, OriginID: "ke", Body: "z", Time: noon})
	must(t, err)
	e.Row.Stanza, e.Row.Sealed, e.Row.Hash = []byte("x"), chat.EncryptionOMEMO, cipher("sixth")
	saveAll(t, db, e.Row)
	receive(t, db, Incoming{Conv: conv, Direction: chat.Out, Time: noon, OriginID: "ke", Kind: chat.KindUndecryptable, Hash: cipher("sixth")})
	_, err = db.AddNotice(ctx, Notice{Conv: conv, Code: chat.CodeDeviceAdded, Fingerprint: fp("b"), Time: noon.Add(time.Second)})
	must(t, err)
	must(t, db.SetChoice(ctx, conv, chat.ChoiceOMEMO))
	must(t, db.SetTrustLevel(ctx, conv, chat.Strict, true))
	must(t, db.SetAccountTrustLevel(ctx, alice, chat.Strict, true))
	must(t, db.SetEncryptionRequired(ctx, alice, true))
	_, err = db.EncryptionSettings(ctx, conv)
	must(t, err)
}
