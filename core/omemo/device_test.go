// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"bytes"
	"errors"
	"testing"
	"time"
)

// forms are run by each test that is about both.
var forms = []Version{V03, V2}

// noon is the time of tests.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// tester is what testing and rapid have in common.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// device is one of ours, with the keys of its bundle.
type device struct {
	t       tester
	v       Version
	own     *Identity
	signed  SignedPrekey
	prekeys []Prekey
	session *Session // with the one other device of the test
	now     time.Time
	sent    time.Time // when what comes was sent, where that is said
}

func newDevice(t tester, v Version) *device {
	t.Helper()
	d := &device{t: t, v: v, now: noon}
	var err error
	if d.own, err = NewIdentity(nil); err != nil {
		t.Fatal(err)
	}
	if d.signed, err = d.own.NewSignedPrekey(7, nil); err != nil {
		t.Fatal(err)
	}
	if d.prekeys, err = NewPrekeys(1, 10, nil); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *device) bundle() Bundle { return d.own.Bundle(d.v, d.signed, d.prekeys) }

func (d *device) SignedPrekey(id uint32) (SignedPrekey, bool, error) {
	return d.signed, id == d.signed.ID, nil
}

func (d *device) Prekey(id uint32) (Prekey, bool, error) {
	for _, k := range d.prekeys {
		if k.ID == id {
			return k, true, nil
		}
	}
	return Prekey{}, false, nil
}

// parcel is what stands in one <key/>.
type parcel struct {
	data []byte
	kex  bool
}

func (d *device) begin(b Bundle) {
	d.t.Helper()
	s, err := Begin(d.v, d.own, b, nil)
	if err != nil {
		d.t.Fatalf("begin: %v", err)
	}
	s.Supersede(d.session, d.now)
	d.session = s
}

func (d *device) send(text string) parcel {
	d.t.Helper()
	data, kex, err := d.session.Encrypt([]byte(text), nil)
	if err != nil {
		d.t.Fatalf("encrypt: %v", err)
	}
	d.store()
	return parcel{data, kex}
}

// receive does what a program does: it makes a session of a key exchange that it does
// not know, and deletes the prekey.
func (d *device) receive(p parcel) (string, error) {
	d.t.Helper()
	sent := d.sent
	if sent.IsZero() {
		sent = d.now
	}
	if p.kex && (d.session == nil || !d.session.IsSameKex(p.data)) {
		s, plain, used, err := Answer(d.v, d.own, d, p.data, d.now, nil)
		if err != nil {
			return "", err
		}
		for i, k := range d.prekeys {
			if k.ID == used {
				d.prekeys = append(append([]Prekey{}, d.prekeys[:i]...), d.prekeys[i+1:]...)
				break
			}
		}
		s.Heard(sent)
		s.Supersede(d.session, d.now)
		d.session = s
		d.store()
		return string(plain), nil
	}
	if d.session == nil {
		return "", ErrOtherSession
	}
	before, err := d.session.MarshalBinary()
	if err != nil {
		d.t.Fatal(err)
	}
	plain, err := d.session.DecryptSent(p.data, p.kex, sent, d.now)
	if err != nil {
		after, err2 := d.session.MarshalBinary()
		if err2 != nil || !bytes.Equal(before, after) {
			d.t.Fatalf("a message that was refused (%v) changed the session", err)
		}
		return "", err
	}
	d.store()
	return string(plain), nil
}

func (d *device) gets(p parcel, want string) {
	d.t.Helper()
	if got, err := d.receive(p); err != nil || got != want {
		d.t.Fatalf("read %q, %v, want %q", got, err, want)
	}
}

func (d *device) refuses(p parcel, want error) {
	d.t.Helper()
	if got, err := d.receive(p); !errors.Is(err, want) {
		d.t.Fatalf("read %q, %v, want %v", got, err, want)
	}
}

// store puts the session away and takes it out again, as happens between any two
// messages.
func (d *device) store() {
	d.t.Helper()
	b, err := d.session.MarshalBinary()
	if err != nil {
		d.t.Fatal(err)
	}
	if d.session, err = ParseSession(b); err != nil {
		d.t.Fatal(err)
	}
	again, err := d.session.MarshalBinary()
	if err != nil || !bytes.Equal(b, again) {
		d.t.Fatalf("a session that was read is not the one that was stored: %v", err)
	}
}

// pairOf are two devices with a session that both have used.
func pairOf(t tester, v Version) (alice, bob *device) {
	t.Helper()
	alice, bob = newDevice(t, v), newDevice(t, v)
	alice.begin(bob.bundle())
	bob.gets(alice.send("hello"), "hello")
	alice.gets(bob.send("hello yourself"), "hello yourself")
	return alice, bob
}

func inBoth(t *testing.T, test func(t *testing.T, v Version)) {
	for _, v := range forms {
		t.Run(v.String(), func(t *testing.T) { test(t, v) })
	}
}
