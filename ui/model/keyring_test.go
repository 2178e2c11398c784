// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// keyring is a core that keeps keys and what was decided about them in memory.
type keyring struct {
	mu       sync.Mutex
	keys     map[chat.Address][]chat.Key // by owner
	state    chat.EncryptionState
	link     chat.IdentityLink
	settings map[string]string
	did      []string
	fresh    int // times that keys were asked for
	err      error
}

func (r *keyring) do(format string, args ...any) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.did = append(r.did, fmt.Sprintf(format, args...))
	return r.err
}

func (r *keyring) done() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.did, ", ")
}

func (r *keyring) get(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

func (r *keyring) Accounts(context.Context) ([]chat.Account, error) {
	return []chat.Account{{Login: chat.Login{Address: alice}}}, nil
}

func (r *keyring) Setting(_ context.Context, key string) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.settings[key], nil
}

func (r *keyring) SetSetting(_ context.Context, key, value string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.settings == nil {
		r.settings = map[string]string{}
	}
	r.settings[key] = value
	return nil
}

func (r *keyring) Encryption(_ context.Context, conv chat.ConvID) (chat.EncryptionState, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if conv.Peer == conv.Account {
		return chat.EncryptionState{Level: chat.Relaxed}, r.err
	}
	return r.state, r.err
}

func (r *keyring) SetEncryption(_ context.Context, _ chat.ConvID, c chat.EncryptionChoice) error {
	return r.do("choose %v", c)
}

func (r *keyring) SetTrustLevel(_ context.Context, _ chat.ConvID, l chat.TrustLevel) error {
	return r.do("level %v", l)
}

func (r *keyring) RequireEncryption(_ context.Context, _ chat.Address, on bool) error {
	return r.do("require %v", on)
}

func (r *keyring) RefreshKeys(context.Context, chat.ConvID) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fresh++
	return r.err
}

func (r *keyring) StartOTR(context.Context, chat.ConvID) error { return r.do("start otr") }
func (r *keyring) EndOTR(context.Context, chat.ConvID) error   { return r.do("end otr") }

func (r *keyring) AskSecret(_ context.Context, _ chat.ConvID, question, secret string) error {
	return r.do("ask %q %q", question, secret)
}

func (r *keyring) AnswerSecret(_ context.Context, _ chat.ConvID, secret string) error {
	return r.do("answer %q", secret)
}

func (r *keyring) AbortSecret(context.Context, chat.ConvID) error { return r.do("abort") }

func (r *keyring) Keys(_ context.Context, _, owner chat.Address) ([]chat.Key, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.keys[owner]), r.err
}

func (r *keyring) Trust(_ context.Context, _, owner chat.Address, of chat.Fingerprint, t chat.Trust, by chat.TrustSource) error {
	if err := r.do("trust %s %v %v", of[:4], t, by); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.keys[owner] {
		if r.keys[owner][i].Fingerprint == of {
			r.keys[owner][i].Trust, r.keys[owner][i].By = t, by
		}
	}
	return nil
}

func (r *keyring) RemoveDevice(_ context.Context, _ chat.Address, device uint32) error {
	return r.do("remove %d", device)
}

func (r *keyring) RenewSession(_ context.Context, conv chat.ConvID, of chat.Fingerprint) error {
	return r.do("renew %s %s", conv.Peer.String(), of[:4])
}

func (r *keyring) IdentityURI(_ context.Context, _, owner chat.Address) (string, error) {
	return "xmpp:" + owner.String() + "?omemo-sid-1=00", nil
}

func (r *keyring) ReadIdentity(context.Context, chat.Address, string) (chat.IdentityLink, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.link, r.err
}

// keyOf is a key of a device that is there and used.
func keyOf(letter string, change func(k *chat.Key)) chat.Key {
	k := chat.Key{
		Account: alice, Owner: bob, Device: 7, Fingerprint: chat.Fingerprint(strings.Repeat(letter, 64)), Trust: chat.TrustTrusted,
		By: chat.ByRule, OMEMO: true, Listed: true, Used: true, FirstSeen: noon.Add(-24 * time.Hour), LastSeen: noon.Add(-time.Hour),
	}
	if change != nil {
		change(&k)
	}
	return k
}
