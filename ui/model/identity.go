// SPDX-License-Identifier: MPL-2.0

package model

import (
	"cmp"
	"context"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// Renewer begins OMEMO sessions anew, with the device of a key or without one with all of
// which a message could not be read; *core.Client meets it.
type Renewer interface {
	RenewSession(ctx context.Context, conv chat.ConvID, of chat.Fingerprint) error
}

// KeySource keeps the keys of contacts and of oneself; *core.Client meets it.
type KeySource interface {
	Renewer
	// Keys are those of a contact, or of the account where owner is the account.
	Keys(ctx context.Context, account, owner chat.Address) ([]chat.Key, error)
	Trust(ctx context.Context, account, owner chat.Address, of chat.Fingerprint, t chat.Trust, by chat.TrustSource) error
	// RemoveDevice takes one of the account's own devices off its list.
	RemoveDevice(ctx context.Context, account chat.Address, device uint32) error
	// IdentityURI is a link that says which keys are the owner's.
	IdentityURI(ctx context.Context, account, owner chat.Address) (string, error)
	// ReadIdentity says what such a link would verify; it changes nothing.
	ReadIdentity(ctx context.Context, account chat.Address, text string) (chat.IdentityLink, error)
}

// KeyState is what has to be said of a key.
type KeyState int8

// The states.
const (
	KeyOwn        KeyState = iota // this computer's
	KeyVerified                   // compared, and used
	KeyUsed                       // not compared, and used
	KeyUnused                     // not compared, and not used
	KeyDistrusted                 // never to be used
	KeyGone                       // its device is not there any more
)

// KeyRow is a key as it is shown.
type KeyRow struct {
	chat.Key
	State   KeyState
	Dead    bool      // an own device that has given no sign for 30 days
	Quiet   int       // days without a sign; 0 where it is not known or less than one
	Sign    time.Time // local: the last message or, without any, when the key was first seen; zero: unknown
	Compare bool      // it makes sense to compare it
	Renew   bool      // its device has a session that can begin anew
}

// Identity is everything that is known of the keys of one contact, or of oneself.
type Identity struct {
	OnChange func()

	env            *Env
	src            KeySource
	lane, orders   *Lane
	account, owner chat.Address
	keys           []KeyRow
	link           string
	loaded         bool
	waiting        int
	err            *chat.Error
}

// NewIdentity returns an empty one: call Load. Owner account is oneself.
func NewIdentity(env *Env, src KeySource, account, owner chat.Address) *Identity {
	return &Identity{
		env: env, src: src, account: account, owner: owner, lane: env.Tasks.NewLane(), orders: env.Tasks.NewLane(),
	}
}

// Load reads the keys.
func (i *Identity) Load() {
	i.lane.Run(func(ctx context.Context) func() {
		keys, err := i.src.Keys(ctx, i.account, i.owner)
		link := ""
		if err == nil && i.Own() {
			link, _ = i.src.IdentityURI(ctx, i.account, i.owner) // nothing to show where there is none
		}
		return func() {
			if i.err = asError("read keys", err); err == nil {
				i.keys, i.link, i.loaded = i.rows(keys), link, true
			}
			call(i.OnChange)
		}
	})
}

// Apply implements Listener.
func (i *Identity) Apply(events []chat.Event) {
	if slices.ContainsFunc(events, func(e chat.Event) bool {
		return e.Kind == chat.Reload || e.Kind == chat.TrustChanged && (e.Account == i.account || e.Conv.Account == i.account)
	}) {
		i.Load()
	}
}

func (i *Identity) rows(keys []chat.Key) []KeyRow {
	now := i.env.Now()
	rows := make([]KeyRow, len(keys))
	for n, k := range keys {
		r := KeyRow{Key: k, State: StateOf(k), Sign: k.LastSign(), Dead: k.Dead(now)}
		if quiet := now.Sub(r.Sign); !r.Sign.IsZero() && quiet > 0 {
			r.Quiet = int(quiet / (24 * time.Hour))
		}
		if !r.Sign.IsZero() {
			r.Sign = i.env.local(r.Sign)
		}
		r.Compare = !k.Own && k.Trust != chat.TrustVerified
		r.Renew = (r.State == KeyUsed || r.State == KeyVerified) && k.Device != 0
		rows[n] = r
	}
	slices.SortStableFunc(rows, compareKeys)
	return rows
}

// StateOf is what has to be said of a key.
func StateOf(k chat.Key) KeyState {
	switch {
	case k.Own:
		return KeyOwn
	case k.Trust == chat.TrustDistrusted:
		return KeyDistrusted
	case !k.Listed && k.Fingerprint.Kind() == chat.KeyOMEMO:
		return KeyGone
	case k.Trust == chat.TrustVerified:
		return KeyVerified
	case k.Used || k.Fingerprint.Kind() == chat.KeyOTR && k.Trust == chat.TrustTrusted:
		return KeyUsed
	}
	return KeyUnused
}

// compareKeys puts this computer's key first, then those that want to be looked at,
// then the others, those of devices that are gone last.
func compareKeys(a, b KeyRow) int {
	place := func(r KeyRow) int {
		return [...]int{KeyOwn: 0, KeyUnused: 1, KeyVerified: 2, KeyUsed: 3, KeyDistrusted: 4, KeyGone: 5}[r.State]
	}
	return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a.Fingerprint.Kind(), b.Fingerprint.Kind()),
		b.Sign.Compare(a.Sign), cmp.Compare(a.Fingerprint, b.Fingerprint))
}

// Own says whether these are one's own keys.
func (i *Identity) Own() bool { return i.account == i.owner }

// Account is whose view this is.
func (i *Identity) Account() chat.Address { return i.account }

// Owner is whose keys these are.
func (i *Identity) Owner() chat.Address { return i.owner }

// Loaded says whether the keys have been read once.
func (i *Identity) Loaded() bool { return i.loaded }

// Err is why they could not be read, or a decision not kept; nil otherwise.
func (i *Identity) Err() *chat.Error { return i.err }

// Waiting says whether a decision is being kept.
func (i *Identity) Waiting() bool { return i.waiting > 0 }

// Link says which keys are one's own, to be shown as a QR code or sent; "" for none.
func (i *Identity) Link() string { return i.link }

// Current are the keys that count now, Old those of devices that are gone.
func (i *Identity) Current() []KeyRow {
	return i.filter(func(r KeyRow) bool { return r.State != KeyGone })
}

// Old are the keys of devices that are gone.
func (i *Identity) Old() []KeyRow { return i.filter(func(r KeyRow) bool { return r.State == KeyGone }) }

// Dead are one's own devices that have given no sign for 30 days.
func (i *Identity) Dead() []KeyRow { return i.filter(func(r KeyRow) bool { return r.Dead }) }

func (i *Identity) filter(keep func(KeyRow) bool) []KeyRow {
	var out []KeyRow
	for _, r := range i.keys {
		if keep(r) {
			out = append(out, r)
		}
	}
	return out
}

// Key finds one.
func (i *Identity) Key(of chat.Fingerprint) (KeyRow, bool) {
	n := slices.IndexFunc(i.keys, func(r KeyRow) bool { return r.Fingerprint == of })
	if n < 0 {
		return KeyRow{}, false
	}
	return i.keys[n], true
}

// Unverified is how many of the owner's devices that count have not been compared,
// and of how many; one's own computer does not count, nor what is distrusted.
func (i *Identity) Unverified() (open, all int) {
	for _, r := range i.keys {
		switch r.State {
		case KeyVerified:
			all++
		case KeyUsed, KeyUnused:
			open, all = open+1, all+1
		}
	}
	return open, all
}

// Decide keeps what the person thinks of a key.
func (i *Identity) Decide(of chat.Fingerprint, t chat.Trust, by chat.TrustSource) {
	i.command("trust key", func(ctx context.Context) error { return i.src.Trust(ctx, i.account, i.owner, of, t, by) })
}

// Remove takes own devices off the account's list: ask before.
func (i *Identity) Remove(devices ...uint32) {
	i.command("remove device", func(ctx context.Context) error {
		for _, d := range devices {
			if err := i.src.RemoveDevice(ctx, i.account, d); err != nil {
				return err
			}
		}
		return nil
	})
}

// Renew begins the session with a key's device anew.
func (i *Identity) Renew(of chat.Fingerprint) {
	i.command("renew session", func(ctx context.Context) error {
		return i.src.RenewSession(ctx, chat.ConvID{Account: i.account, Peer: i.owner}, of)
	})
}

func (i *Identity) command(op string, do func(context.Context) error) {
	i.waiting++
	call(i.OnChange)
	i.orders.Run(func(ctx context.Context) func() {
		err := do(ctx)
		return func() {
			i.waiting--
			if i.err = asError(op, err); err != nil {
				call(i.OnChange)
			}
			i.Load()
		}
	})
}
