// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"slices"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// OwnDeviceSource is what the watch over one's own devices asks; *core.Client meets it.
type OwnDeviceSource interface {
	Accounts(ctx context.Context) ([]chat.Account, error)
	Keys(ctx context.Context, account, owner chat.Address) ([]chat.Key, error)
	Setting(ctx context.Context, key string) (string, error)
	SetSetting(ctx context.Context, key, value string) error
}

// settingAsked keeps the fingerprints of own devices about which the person has been
// asked and does not want to be asked again.
const settingAsked = "encryption.asked"

// maxAsked bounds that list.
const maxAsked = 200

// settled is how long after this computer's key the others of the account may come and
// still be those that were there before it.
const settled = time.Minute

// OwnDevices watches for devices that sign in to one's own accounts.
type OwnDevices struct {
	OnChange func()

	env   *Env
	src   OwnDeviceSource
	lane  *Lane
	new   []chat.Key // oldest first
	asked []string
}

// NewOwnDevices returns a watch that knows nothing: call Load.
func NewOwnDevices(env *Env, src OwnDeviceSource) *OwnDevices {
	return &OwnDevices{env: env, src: src, lane: env.Tasks.NewLane()}
}

// Load reads the keys of all accounts. One that can not be read asks nothing: its page
// says why.
func (o *OwnDevices) Load() {
	o.lane.Run(func(ctx context.Context) func() {
		accounts, err := o.src.Accounts(ctx)
		if err != nil {
			return nil
		}
		var found []chat.Key
		for _, a := range accounts {
			keys, err := o.src.Keys(ctx, a.Login.Address, a.Login.Address)
			if err == nil {
				found = append(found, newcomers(keys)...)
			}
		}
		slices.SortStableFunc(found, func(a, b chat.Key) int { return a.FirstSeen.Compare(b.FirstSeen) })
		list, err := o.src.Setting(ctx, settingAsked)
		return func() {
			if err == nil {
				o.asked = strings.Fields(list)
			}
			o.new = found
			call(o.OnChange)
		}
	})
}

// newcomers are devices that were not there when this computer's key was made, and
// about which nobody has decided.
func newcomers(keys []chat.Key) []chat.Key {
	mine := slices.IndexFunc(keys, func(k chat.Key) bool { return k.Own && k.Fingerprint.Kind() == chat.KeyOMEMO })
	if mine < 0 || keys[mine].FirstSeen.IsZero() {
		return nil
	}
	var out []chat.Key
	for _, k := range keys {
		decided := k.Trust == chat.TrustVerified || k.Trust == chat.TrustDistrusted ||
			k.Trust == chat.TrustTrusted && k.By != chat.ByRule && k.By != chat.ByNobody
		if !k.Own && k.Listed && !decided && k.FirstSeen.Sub(keys[mine].FirstSeen) > settled {
			out = append(out, k)
		}
	}
	return out
}

// Apply implements Listener.
func (o *OwnDevices) Apply(events []chat.Event) {
	if slices.ContainsFunc(events, func(e chat.Event) bool {
		return e.Kind == chat.Reload || e.Kind == chat.TrustChanged && (e.Conv.Peer.IsZero() || e.Conv.Peer == e.Conv.Account)
	}) {
		o.Load()
	}
}

// Asking is the device about which to ask the person now; ok is false for none.
func (o *OwnDevices) Asking() (k chat.Key, ok bool) {
	for _, k := range o.new {
		if !slices.Contains(o.asked, string(k.Fingerprint)) {
			k.FirstSeen = o.env.local(k.FirstSeen)
			return k, true
		}
	}
	return chat.Key{}, false
}

// Later asks no more about a device.
func (o *OwnDevices) Later(of chat.Fingerprint) {
	if slices.Contains(o.asked, string(of)) {
		return
	}
	o.asked = append(o.asked, string(of))
	if n := len(o.asked) - maxAsked; n > 0 {
		o.asked = slices.Clone(o.asked[n:])
	}
	list := strings.Join(o.asked, " ")
	call(o.OnChange)
	o.lane.Run(func(ctx context.Context) func() {
		_ = o.src.SetSetting(ctx, settingAsked, list) // it is asked again at the next start
		return nil
	})
}
