// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// devicesNow stores a list of devices of bob's.
func devicesNow(t testing.TB, db *DB, version int, ids ...uint32) DeviceChange {
	t.Helper()
	var all []Device
	for _, id := range ids {
		all = append(all, Device{ID: id, Label: fmt.Sprint("device ", id)})
	}
	ch, err := db.SetDevices(context.Background(), alice, bob, version, all, true, noon)
	must(t, err)
	return ch
}

func TestSetDevices(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	if lists, err := db.DeviceLists(ctx, alice, bob); len(lists) != 0 || err != nil {
		t.Fatalf("%+v, %v", lists, err)
	}
	for i, c := range []struct {
		ids  []uint32
		want DeviceChange
	}{
		{[]uint32{1, 2}, DeviceChange{First: true, Added: []uint32{1, 2}}},
		{[]uint32{1, 2}, DeviceChange{}},
		{[]uint32{2, 3, 3, 1<<31 - 1}, DeviceChange{Added: []uint32{3, 1<<31 - 1}, Removed: []uint32{1}}},
		{nil, DeviceChange{Removed: []uint32{2, 3, 1<<31 - 1}}},
		{[]uint32{1}, DeviceChange{Added: []uint32{1}}},
	} {
		if got := devicesNow(t, db, 1, c.ids...); !reflect.DeepEqual(got, c.want) {
			t.Errorf("list %d: %+v, want %+v", i, got, c.want)
		}
	}
	if ch := devicesNow(t, db, 2, 1); !ch.First || len(ch.Added) != 1 {
		t.Errorf("the other version: %+v", ch)
	}
	_, err := db.SetDevices(ctx, alice, bob, 2, nil, false, noon.Add(time.Hour))
	must(t, err)
	lists, err := db.DeviceLists(ctx, alice, bob)
	must(t, err)
	if want := []DeviceList{{1, noon, true}, {2, noon.Add(time.Hour), false}}; !reflect.DeepEqual(lists, want) {
		t.Errorf("%+v, want %+v", lists, want)
	}
	devices, err := db.Devices(ctx, alice, bob)
	must(t, err)
	if len(devices) != 1 || devices[0] != (Device{Version: 1, ID: 1, Label: "device 1", Listed: true, Added: noon}) {
		t.Errorf("%+v", devices)
	}
	_, err = db.SetDevices(ctx, carol, bob, 2, nil, true, noon)
	wantCode(t, err, chat.CodeNotFound)
}

// A device that goes keeps its key and session for when it comes back; who changes a
// list all the time does not fill the database.
func TestDevicesThatGo(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	const n = maxUnlisted + 50
	for i := range uint32(n) {
		id := i + 1
		devicesNow(t, db, 1, id, 5000+id)
		must(t, db.SaveKeys(ctx, alice, KeyChanges{
			Seen:     []SeenKey{{Owner: bob, Fingerprint: chat.Fingerprint(fmt.Sprintf("%064x", id)), Device: id, Version: 1, At: noon.Add(time.Duration(id) * time.Second)}},
			Sessions: []Session{{Owner: bob, Device: id, Version: 1, Step: 1, Data: []byte("x")}},
		}))
	}
	devicesNow(t, db, 1)
	all, err := db.Devices(ctx, alice, bob)
	must(t, err)
	sessions, err := db.Sessions(ctx, alice, bob)
	must(t, err)
	if len(all) != maxUnlisted || len(sessions) != maxUnlisted || all[0].ID != n-maxUnlisted+1 || sessions[0].Device != n-maxUnlisted+1 {
		t.Errorf("%d devices from %d, %d sessions", len(all), all[0].ID, len(sessions))
	}
	if keys := keysOf(t, db, bob); len(keys) != n {
		t.Errorf("%d keys: a key is never forgotten", len(keys))
	}
	devicesNow(t, db, 1, n)
	if k := keysOf(t, db, bob)[0]; !k.Listed || k.Device != n || !k.LastSeen.Equal(noon.Add(n*time.Second)) {
		t.Errorf("it came back as %+v", k)
	}
}

// Who writes from ever new devices, one by one or many in one page, does not fill the
// database either; and listed devices are not touched by it.
func TestDevicesOnNoList(t *testing.T) {
	ctx := context.Background()
	for _, size := range []int{1, 50, 2 * maxUnlisted} {
		db := openNew(t)
		devicesNow(t, db, 2, 1)
		change := func(id uint32) KeyChanges {
			return KeyChanges{
				Seen:     []SeenKey{{Owner: bob, Fingerprint: chat.Fingerprint(fmt.Sprintf("%064x", id)), Device: id, Version: 2, At: noon.Add(time.Duration(id) * time.Second)}},
				Sessions: []Session{{Owner: bob, Device: id, Version: 2, Step: 1, Data: []byte("x")}},
			}
		}
		must(t, db.SaveKeys(ctx, alice, change(1)))
		var page Batch
		for i := range uint32(4 * maxUnlisted) {
			if page.Keys = append(page.Keys, change(i+2)); len(page.Keys) == size {
				_, err := db.Receive(ctx, alice, page, "")
				must(t, err)
				page.Keys = nil
			}
		}
		_, err := db.Receive(ctx, alice, page, "")
		must(t, err)
		all, err := db.Devices(ctx, alice, bob)
		must(t, err)
		sessions, err := db.Sessions(ctx, alice, bob)
		must(t, err)
		if len(all) != maxUnlisted+1 || len(sessions) != maxUnlisted+1 || !all[0].Listed || sessions[0].Device != 1 || all[1].ID != 3*maxUnlisted+2 {
			t.Errorf("by %d: %d devices, %d sessions", size, len(all), len(sessions))
		}
	}
}

func TestKeys(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	devicesNow(t, db, 1, 1, 2)
	devicesNow(t, db, 2, 1, 3)
	see := func(f chat.Fingerprint, device uint32, version int, at time.Time) SeenKey {
		return SeenKey{Owner: bob, Fingerprint: f, Device: device, Version: version, At: at}
	}
	otr := chat.Fingerprint("0123456789012345678901234567890123456789")
	must(t, db.SaveKeys(ctx, alice, KeyChanges{Seen: []SeenKey{
		see(fp("1"), 1, 1, time.Time{}), see(fp("1"), 1, 2, noon), // one device, both versions
		see(fp("2"), 2, 1, noon.Add(-time.Hour)), see(fp("2"), 2, 1, noon), see(fp("2"), 2, 1, noon.Add(-time.Minute)),
		see(otr, 0, 0, noon),
	}}))
	must(t, db.SaveKeys(ctx, alice, KeyChanges{Seen: []SeenKey{see(fp("3"), 3, 2, time.Time{}), see(fp("9"), 9, 1, noon)}}))
	changed, err := db.SetTrust(ctx, alice, []TrustChange{{Owner: bob, Fingerprint: fp("8"), Trust: chat.TrustVerified, By: chat.ByCode}}) // nobody has shown it yet
	must(t, err)
	if len(changed) != 1 || changed[0].Was != chat.TrustUndecided {
		t.Errorf("%+v", changed)
	}
	words := func() (all []string) {
		for _, k := range keysOf(t, db, bob) {
			if k.Account != alice || k.Owner != bob || k.FirstSeen.IsZero() || k.Own {
				t.Errorf("%+v", k)
			}
			all = append(all, fmt.Sprint(string(k.Fingerprint[:1]), " ", k.Device, " ", k.Trust, " ", k.OMEMO, k.OMEMO2, k.Listed, " ", k.LastSeen.Equal(noon), " ", k.Label))
		}
		return all
	}
	want := []string{
		"1 1 undecided true true true true device 1", "2 2 undecided true false true true device 2", "3 3 undecided false true true false device 3",
		"0 0 undecided false false false true ", "9 9 undecided true false false true ", "8 0 verified false false false false ",
	}
	if got := words(); !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}

	// Device 2 has another key now; a late message from before changes nothing.
	must(t, db.SaveKeys(ctx, alice, KeyChanges{Seen: []SeenKey{see(fp("4"), 2, 1, noon.Add(time.Hour))}}))
	must(t, db.SaveKeys(ctx, alice, KeyChanges{Seen: []SeenKey{see(fp("2"), 2, 1, noon.Add(time.Minute))}}))
	got := words()
	if !slices.Contains(got, "4 2 undecided true false true false device 2") || !slices.Contains(got, "2 2 undecided false false false false ") {
		t.Errorf("%q", got)
	}
	// Its bundle says what it is now. Two devices may have one key.
	must(t, db.SaveKeys(ctx, alice, KeyChanges{Seen: []SeenKey{see(fp("1"), 2, 1, time.Time{})}}))
	got = words()
	if !slices.Contains(got, "1 2 undecided true false true true device 2") || !slices.Contains(got, "1 1 undecided true true true true device 1") {
		t.Errorf("%q", got)
	}
	if other := keysOf(t, db, carol); len(other) != 0 {
		t.Errorf("%+v", other)
	}
	wantCode(t, db.SaveKeys(ctx, alice, KeyChanges{Seen: []SeenKey{{Owner: bob}}}), chat.CodeFingerprint)
}

// What is thought of a key is changed by who says so, and by nothing that comes.
func TestSetTrust(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	trust := func() string {
		k := keysOf(t, db, bob)[0]
		return k.Trust.String() + " " + k.By.String()
	}
	receive(t, db, from("x", secretly("1", 1)))
	if got := trust(); got != "trusted rule" {
		t.Fatal(got)
	}
	for _, c := range []struct {
		was, to chat.Trust
		by      chat.TrustSource
		changed bool
		want    string
	}{
		{chat.TrustUndecided, chat.TrustVerified, chat.ByMessage, false, "trusted rule"},
		{chat.TrustTrusted, chat.TrustVerified, chat.ByCompare, true, "verified compare"},
		{chat.TrustNone, chat.TrustVerified, chat.ByCompare, false, "verified compare"},
		{chat.TrustNone, chat.TrustVerified, chat.BySecret, true, "verified secret"},
		{chat.TrustNone, chat.TrustDistrusted, chat.ByCompare, true, "distrusted compare"},
		{chat.TrustUndecided, chat.TrustTrusted, chat.ByRule, false, "distrusted compare"},
	} {
		got, err := db.SetTrust(ctx, alice, []TrustChange{{Owner: bob, Fingerprint: fp("b"), Was: c.was, Trust: c.to, By: c.by}})
		must(t, err)
		if len(got) == 1 != c.changed || trust() != c.want {
			t.Errorf("%+v: %+v, %s", c, got, trust())
		}
	}
	receive(t, db, from("y", secretly("2", 2))) // which would be trusted if it were new
	devicesNow(t, db, 1, 7)
	devicesNow(t, db, 1)
	db = reopen(t, db)
	if got := trust(); got != "distrusted compare" {
		t.Error(got)
	}
	for _, bad := range []TrustChange{{Owner: bob, Trust: chat.TrustVerified}, {Owner: bob, Fingerprint: fp("b")}, {Owner: bob, Fingerprint: fp("b"), Trust: 9}} {
		_, err := db.SetTrust(ctx, alice, []TrustChange{{Owner: bob, Fingerprint: fp("b"), Trust: chat.TrustVerified}, bad})
		wantCode(t, err, chat.CodeFingerprint)
	}
	if got := trust(); got != "distrusted compare" {
		t.Errorf("half of it: %s", got)
	}
	// Somebody else's key of the same digits is another key.
	_, err := db.SetTrust(ctx, alice, []TrustChange{{Owner: carol, Fingerprint: fp("b"), Trust: chat.TrustVerified}})
	must(t, err)
	if got := trust(); got != "distrusted compare" {
		t.Error(got)
	}
}

// That a key was verified once is kept whatever is decided later, and nothing but a
// decision says it.
func TestWasVerified(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		name string
		new  SeenKey
		then []TrustChange
		want bool
	}{
		{"never", SeenKey{Trust: chat.TrustTrusted, By: chat.ByRule}, []TrustChange{{Trust: chat.TrustDistrusted, By: chat.ByChoice}}, false},
		{"distrusted", SeenKey{}, []TrustChange{{Trust: chat.TrustVerified, By: chat.ByCompare}, {Trust: chat.TrustDistrusted, By: chat.ByCompare}}, true},
		{"by a message", SeenKey{}, []TrustChange{{Trust: chat.TrustVerified, By: chat.ByMessage}, {Trust: chat.TrustUndecided, By: chat.ByChoice}, {Trust: chat.TrustTrusted, By: chat.ByChoice}}, true},
		{"when it came", SeenKey{Trust: chat.TrustVerified, By: chat.BySecret}, []TrustChange{{Trust: chat.TrustTrusted, By: chat.ByChoice}}, true},
		{"one's own", SeenKey{Trust: chat.TrustVerified}, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := openNew(t)
			c.new.Owner, c.new.Fingerprint, c.new.Device, c.new.Version = bob, fp("b"), 1, 2
			must(t, db.SaveKeys(ctx, alice, KeyChanges{Seen: []SeenKey{c.new}}))
			for _, change := range c.then {
				change.Owner, change.Fingerprint = bob, fp("b")
				changed, err := db.SetTrust(ctx, alice, []TrustChange{change})
				must(t, err)
				if len(changed) != 1 {
					t.Fatalf("%+v changed nothing", change)
				}
			}
			must(t, db.SaveKeys(ctx, alice, KeyChanges{Seen: []SeenKey{c.new}}))
			db = reopen(t, db)
			if got := keysOf(t, db, bob)[0].WasVerified; got != c.want {
				t.Errorf("was verified: %v", got)
			}
		})
	}
}

// What has waited is ready when its sender is verified and its key is known; of each
// device's words about a key the last counts.
func TestLaterTrust(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	said := func(f chat.Fingerprint, to chat.Trust, at time.Duration) LaterTrust {
		return LaterTrust{SenderOwner: bob, Sender: fp("b"), Owner: carol, Fingerprint: f, Trust: to, At: noon.Add(at)}
	}
	ready := func(want ...LaterTrust) {
		t.Helper()
		got, err := db.ReadyTrust(ctx, alice)
		must(t, err)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	trust := func(to chat.Trust) {
		_, err := db.SetTrust(ctx, alice, []TrustChange{{Owner: bob, Fingerprint: fp("b"), Trust: to, By: chat.ByCompare}})
		must(t, err)
	}
	see := func(f chat.Fingerprint) {
		must(t, db.SaveKeys(ctx, alice, KeyChanges{Seen: []SeenKey{{Owner: carol, Fingerprint: f, Device: 1, Version: 2}}}))
	}
	in := from("x", secretly("1", 1))
	in.Keys.Later = []LaterTrust{said(fp("1"), chat.TrustVerified, 2), said(fp("1"), chat.TrustDistrusted, time.Second), said(fp("1"), chat.TrustVerified, 1), said(fp("2"), chat.TrustVerified, time.Minute)}
	receive(t, db, in)
	see(fp("1"))
	ready()
	trust(chat.TrustVerified)
	ready(said(fp("1"), chat.TrustDistrusted, time.Second))
	see(fp("2"))
	ready(said(fp("1"), chat.TrustDistrusted, time.Second), said(fp("2"), chat.TrustVerified, time.Minute))
	must(t, db.SaveKeys(ctx, alice, KeyChanges{Settled: []LaterTrust{
		said(fp("1"), chat.TrustDistrusted, time.Second), said(fp("2"), chat.TrustVerified, time.Second), // the later word stays
	}}))
	ready(said(fp("2"), chat.TrustVerified, time.Minute))

	var many []LaterTrust
	for i := range maxLater + 20 {
		l := said(chat.Fingerprint(fmt.Sprintf("%064x", i)), chat.TrustVerified, time.Hour+time.Duration(i)*time.Second)
		see(l.Fingerprint)
		many = append(many, l)
	}
	must(t, db.SaveKeys(ctx, alice, KeyChanges{Later: many}))
	ready(many[20:]...)
	trust(chat.TrustDistrusted)
	trust(chat.TrustVerified)
	ready() // it was not to be believed
}

// The last word that was followed about a key stays, and no earlier one takes its place.
func TestFollowedTrust(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	receive(t, db, from("x", secretly("1", 1)))
	followed := func(want ...LaterTrust) {
		t.Helper()
		got, err := db.FollowedTrust(ctx, alice, bob)
		must(t, err)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	followed()
	late := LaterTrust{Owner: bob, Fingerprint: fp("b"), Trust: chat.TrustDistrusted, At: noon}
	early := LaterTrust{Owner: bob, Fingerprint: fp("b"), Trust: chat.TrustVerified, At: noon.Add(-time.Hour)}
	must(t, db.SaveKeys(ctx, alice, KeyChanges{Followed: []LaterTrust{late}}))
	must(t, db.SaveKeys(ctx, alice, KeyChanges{Followed: []LaterTrust{early}}))
	followed(late)
}

// What the person decides is to be told until it has been, and when that was; what a
// message or a rule says is not.
func TestUntoldTrust(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	untold := func(want ...TrustChange) {
		t.Helper()
		got, err := db.UntoldTrust(ctx, alice)
		must(t, err)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	at := noon
	decide := func(to chat.Trust, by chat.TrustSource) TrustChange {
		at = at.Add(time.Second)
		c := TrustChange{Owner: bob, Fingerprint: fp("b"), Trust: to, By: by, At: at}
		_, err := db.SetTrust(ctx, alice, []TrustChange{c})
		must(t, err)
		return c
	}
	decide(chat.TrustVerified, chat.ByMessage)
	untold()
	untold(decide(chat.TrustVerified, chat.ByCompare))
	untold(decide(chat.TrustDistrusted, chat.ByChoice))
	must(t, db.TrustTold(ctx, alice, bob, fp("b")))
	untold()
	decide(chat.TrustTrusted, chat.ByChoice)
	untold()
	_, err := db.SetTrust(ctx, alice, []TrustChange{{Owner: bob, Fingerprint: fp("d")[:40], Trust: chat.TrustVerified, By: chat.BySecret}})
	must(t, err)
	untold() // nobody is told of OTR
}
