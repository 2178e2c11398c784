// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// fakeKeys is what the fake core knows of keys.
type fakeKeys struct {
	keys     []chat.Key
	state    chat.EncryptionState
	level    chat.TrustLevel
	required bool
	uri      string
	link     chat.IdentityLink
	linkErr  error
	backup   []byte
}

func (f *fakeCore) Encryption(_ context.Context, conv chat.ConvID) (chat.EncryptionState, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if conv.Peer == conv.Account {
		return chat.EncryptionState{
			Level: f.safe.level, Required: f.safe.required, OwnRequired: f.safe.required,
			LevelBy: f.safe.state.LevelBy, Least: f.safe.state.Least, RequiredBy: f.safe.state.RequiredBy,
		}, nil
	}
	return f.safe.state, nil
}

func (f *fakeCore) SetEncryption(ctx context.Context, _ chat.ConvID, c chat.EncryptionChoice) error {
	return f.command(ctx, "choose "+c.String(), func(f *fakeCore) { f.safe.state.Choice = c })
}

func (f *fakeCore) SetTrustLevel(ctx context.Context, conv chat.ConvID, l chat.TrustLevel) error {
	return f.command(ctx, strings.TrimSpace("level "+l.String()+" "+conv.Peer.String()), func(f *fakeCore) {
		if conv.Peer.IsZero() {
			f.safe.level = l
			return
		}
		f.safe.state.OwnLevel = l != chat.AsAccount
		f.safe.state.Level = max(l, 0)
	})
}

func (f *fakeCore) RequireEncryption(ctx context.Context, _ chat.Address, on bool) error {
	return f.command(ctx, fmt.Sprint("require ", on), func(f *fakeCore) { f.safe.required = on })
}

func (f *fakeCore) RenewSession(ctx context.Context, conv chat.ConvID, of chat.Fingerprint) error {
	return f.command(ctx, strings.TrimSpace("renew "+conv.Peer.String()+" "+string(of)), func(*fakeCore) {})
}

func (f *fakeCore) RefreshKeys(context.Context, chat.ConvID) error { return nil }

func (f *fakeCore) StartOTR(ctx context.Context, _ chat.ConvID) error {
	return f.command(ctx, "start otr")
}
func (f *fakeCore) EndOTR(ctx context.Context, _ chat.ConvID) error { return f.command(ctx, "end otr") }

func (f *fakeCore) AskSecret(ctx context.Context, _ chat.ConvID, question, secret string) error {
	return f.command(ctx, "ask "+question+" "+secret)
}

func (f *fakeCore) AnswerSecret(ctx context.Context, _ chat.ConvID, secret string) error {
	return f.command(ctx, "answer secret "+secret)
}

func (f *fakeCore) AbortSecret(ctx context.Context, _ chat.ConvID) error {
	return f.command(ctx, "abort secret")
}

func (f *fakeCore) Keys(_ context.Context, _, owner chat.Address) ([]chat.Key, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.safe.keys), func(k chat.Key) bool { return k.Owner != owner }), nil
}

func (f *fakeCore) Trust(ctx context.Context, _, _ chat.Address, of chat.Fingerprint, t chat.Trust, by chat.TrustSource) error {
	return f.command(ctx, fmt.Sprintf("trust %s %v %v", of[:4], t, by), func(f *fakeCore) {
		for i := range f.safe.keys {
			if k := &f.safe.keys[i]; k.Fingerprint == of {
				k.Trust, k.By = t, by
				k.Used = k.Listed && (t == chat.TrustVerified || t == chat.TrustTrusted)
			}
		}
	})
}

func (f *fakeCore) RemoveDevice(ctx context.Context, _ chat.Address, device uint32) error {
	return f.command(ctx, fmt.Sprint("remove device ", device))
}

func (f *fakeCore) IdentityURI(context.Context, chat.Address, chat.Address) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.safe.uri, nil
}

func (f *fakeCore) ReadIdentity(ctx context.Context, _ chat.Address, text string) (chat.IdentityLink, error) {
	err := f.command(ctx, "read "+text)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.safe.linkErr != nil {
		err = f.safe.linkErr
	}
	return f.safe.link, err
}

func (f *fakeCore) ExportKeys(ctx context.Context, _ chat.Address, phrase []byte) ([]byte, error) {
	return f.safe.backup, f.command(ctx, "export "+string(phrase))
}

func (f *fakeCore) ImportKeys(ctx context.Context, _ chat.Address, data, phrase []byte) error {
	return f.command(ctx, "import "+string(data)+" "+string(phrase))
}

// Keys as they are: two of Bob's devices and his OTR key, three of one's own.
const (
	bobPhone  = chat.Fingerprint("1f3a5c7e9b2d4f6081a3c5e7092b4d6f8e0a2c4b6d8f10324a5b6c7d8e9fa0b1")
	bobTablet = chat.Fingerprint("7be0c1d2a3948576655443322110ffeeddccbbaa99887766554433221100f0e1")
	bobOTR    = chat.Fingerprint("63ad1c45b2f0e98d7c6b5a493827160f5e4d3c2b")
	myKey     = chat.Fingerprint("0a1b2c3d4e5f60718293a4b5c6d7e8f9001122334455667788990aabbccddeef")
	myPhone   = chat.Fingerprint("c0ffee00c0ffee11c0ffee22c0ffee33c0ffee44c0ffee55c0ffee66c0ffee77")
	myOld     = chat.Fingerprint("dead0001dead0002dead0003dead0004dead0005dead0006dead0007dead0008")
)

func keysOfBoth(now time.Time) []chat.Key {
	day := 24 * time.Hour
	return []chat.Key{
		{
			Account: me, Owner: bob, Device: 1234567, Fingerprint: bobPhone, Label: "Bob's phone", Trust: chat.TrustVerified,
			By: chat.ByCompare, OMEMO: true, OMEMO2: true, Listed: true, Used: true, FirstSeen: now.Add(-90 * day), LastSeen: now.Add(-2 * time.Hour),
		},
		{
			Account: me, Owner: bob, Device: 7654321, Fingerprint: bobTablet, Trust: chat.TrustUndecided, OMEMO: true,
			Listed: true, FirstSeen: now.Add(-2 * day),
		},
		{
			Account: me, Owner: bob, Fingerprint: bobOTR, Trust: chat.TrustTrusted, By: chat.ByRule, Used: true,
			FirstSeen: now.Add(-40 * day), LastSeen: now.Add(-35 * day),
		},
		{
			Account: me, Owner: bob, Device: 99, Fingerprint: chat.Fingerprint(strings.Repeat("ab12cd34", 8)), Trust: chat.TrustVerified,
			OMEMO: true, FirstSeen: now.Add(-200 * day), LastSeen: now.Add(-150 * day),
		},
		{
			Account: me, Owner: me, Device: 11, Fingerprint: myKey, Trust: chat.TrustVerified, OMEMO: true, OMEMO2: true,
			Listed: true, Own: true, FirstSeen: now.Add(-60 * day),
		},
		{
			Account: me, Owner: me, Device: 22, Fingerprint: myPhone, Label: "Phone", Trust: chat.TrustTrusted, By: chat.ByRule, OMEMO: true,
			Listed: true, Used: true, FirstSeen: now.Add(-70 * day), LastSeen: now.Add(-time.Hour),
		},
		{
			Account: me, Owner: me, Device: 33, Fingerprint: myOld, Trust: chat.TrustTrusted, By: chat.ByRule, OMEMO: true,
			Listed: true, Used: true, FirstSeen: now.Add(-300 * day), LastSeen: now.Add(-94 * day),
		},
	}
}

// encrypted is a conversation with Bob in which messages go to his verified device.
func (r *rig) encrypted(change func(s *chat.EncryptionState)) {
	keys := keysOfBoth(time.Now())
	s := chat.EncryptionState{
		Now: chat.EncryptionOMEMO2, Lock: chat.LockVerified, Was: true, CanOMEMO: true,
		Readers: []chat.Key{keys[0], keys[5]}, Skipped: []chat.Key{keys[1]},
	}
	if change != nil {
		change(&s)
	}
	r.core.set(func(f *fakeCore) {
		f.safe.keys, f.safe.state = keys, s
		f.safe.uri = "xmpp:me@example.org?omemo-sid-11=" + string(myKey)
	})
}
