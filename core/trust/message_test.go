// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// endpoint is one device of the specification's example and all that it knows.
type endpoint struct {
	name    string
	account chat.Address
	keys    map[string]*chat.Key // by name
	left    []Statement
}

var exampleKeys = map[string]string{ // of XEP-0450's examples
	"A1": "883dkfJVAmUkg74v1fqqoA+AhorA1R1+67GwijiS4z0=",
	"A2": "aFABnX7Q/rbTgjBySYzrT2FsYCVYb49mbca5yB734KQ=",
	"A3": "IhpPjiKLchgrAG5cpSfTvdzPjZ5v6vTOluHEUehkgCA=",
	"B1": "YjVI04NcbTPvXLaA95RO84HPcSvyOgEZ2r5cTyUs0C8=",
}

// network has the endpoints of XEP-0450 §4: Alice's A1, A2, A3 and Bob's B1.
func network(t *testing.T) map[string]*endpoint {
	t.Helper()
	all := map[string]*endpoint{}
	for name := range exampleKeys {
		e := &endpoint{name: name, account: ownerOf(name), keys: map[string]*chat.Key{}}
		for other, id := range exampleKeys {
			raw, err := base64.StdEncoding.DecodeString(id)
			if err != nil {
				t.Fatal(err)
			}
			f := chat.Fingerprint(hex.EncodeToString(raw))
			e.keys[other] = &chat.Key{
				Account: e.account, Owner: ownerOf(other), Fingerprint: f, OMEMO2: true, Listed: true,
				Trust: chat.TrustUndecided, Own: other == name,
			}
		}
		all[name] = e
	}
	return all
}

func ownerOf(name string) chat.Address {
	if name[0] == 'A' {
		return alice
	}
	return bob
}

func (e *endpoint) known() []chat.Key {
	var list []chat.Key
	for _, k := range e.keys {
		list = append(list, *k)
	}
	return list
}

func (e *endpoint) nameOf(f chat.Fingerprint) string {
	for name, k := range e.keys {
		if k.Fingerprint == f {
			return name
		}
	}
	return "?"
}

// take is a message that came in; nil only looks at what is waiting.
func (e *endpoint) take(fresh []Statement) {
	changed, left := Apply(e.left, fresh, e.known())
	for _, c := range changed {
		*e.keys[e.nameOf(c.Fingerprint)] = c
	}
	e.left = left
}

// decides is what the person says at an endpoint; the messages that follow reach
// everybody whom they are for. It returns them, as "A1>A2 +B1".
func (e *endpoint) decides(t *testing.T, all map[string]*endpoint, about string, to chat.Trust, at time.Time) []string {
	t.Helper()
	k, ok := Set(*e.keys[about], to, chat.ByCompare)
	if !ok {
		t.Fatalf("%s can not make %s %v", e.name, about, to)
	}
	*e.keys[about] = k
	var sent []string
	for _, o := range Announce(e.account, k, e.known()) {
		for _, reader := range o.For {
			if reader.Owner != o.To || reader.Trust != chat.TrustVerified {
				t.Errorf("a message to %v for a %v key", o.To, reader.Trust)
			}
			name := e.nameOf(reader.Fingerprint)
			sent = append(sent, e.name+">"+name+said(e, o.Owners))
			m := Message{Sender: e.account, SenderKey: e.keys[e.name].Fingerprint, Usage: Usage, Encryption: o.Encryption, Owners: o.Owners, Time: at}
			all[name].take(Read(all[name].account, m, at))
		}
	}
	e.take(nil)
	slices.Sort(sent)
	return sent
}

func said(e *endpoint, owners []Owner) string {
	var s []string
	for _, o := range owners {
		for _, f := range o.Trust {
			s = append(s, " +"+e.nameOf(f))
		}
		for _, f := range o.Distrust {
			s = append(s, " -"+e.nameOf(f))
		}
	}
	slices.Sort(s)
	return strings.Join(s, "")
}

// The consecutive examples of XEP-0450 §4.
func TestExamplesOfTheSpecification(t *testing.T) {
	all, at := network(t), start
	is := func(who, about string, want chat.Trust) {
		t.Helper()
		if got := all[who].keys[about].Trust; got != want {
			t.Errorf("for %s, %s is %v, not %v", who, about, got, want)
		}
	}
	step := func(who, about string, to chat.Trust, want ...string) {
		t.Helper()
		at = at.Add(time.Minute)
		if got := all[who].decides(t, all, about, to, at); !slices.Equal(got, want) {
			t.Errorf("%s: %s %v: sent %q, want %q", who, about, to, got, want)
		}
	}
	// A1 has already authenticated A2's key.
	step("A1", "A2", chat.TrustVerified)
	// §4.1, examples 1 and 2: A1 authenticates B1's key.
	step("A1", "B1", chat.TrustVerified, "A1>A2 +B1", "A1>B1 +A2")
	is("A2", "B1", chat.TrustUndecided) // A2 has not authenticated A1's key
	step("A2", "A1", chat.TrustVerified)
	is("A2", "B1", chat.TrustVerified) // as soon as it has
	is("B1", "A2", chat.TrustUndecided)
	step("B1", "A1", chat.TrustVerified)
	is("B1", "A2", chat.TrustVerified)
	// §4.2, examples 3 to 5: A2 authenticates A3's key.
	step("A2", "A3", chat.TrustVerified, "A2>A1 +A3", "A2>A3 +A1 +B1", "A2>B1 +A3")
	is("A1", "A3", chat.TrustVerified)
	is("B1", "A3", chat.TrustVerified)
	is("A3", "B1", chat.TrustUndecided)
	// A3 authenticates A2's, and tells it what it has got by that.
	step("A3", "A2", chat.TrustVerified)
	is("A3", "A1", chat.TrustVerified)
	is("A3", "B1", chat.TrustVerified)
	// §4.3, examples 6 and 7: A1 distrusts A3's key.
	step("A1", "A3", chat.TrustDistrusted, "A1>A2 -A3", "A1>B1 -A3")
	is("A2", "A3", chat.TrustDistrusted)
	is("B1", "A3", chat.TrustDistrusted)
	// §4.4, example 8: A1 distrusts B1's key.
	step("A1", "B1", chat.TrustDistrusted, "A1>A2 -B1")
	is("A2", "B1", chat.TrustDistrusted)
	is("A3", "B1", chat.TrustVerified) // nobody tells A3 any more
}

func TestRead(t *testing.T) {
	all := []Owner{
		{alice, []chat.Fingerprint{fp(1)}, []chat.Fingerprint{fp(2)}},
		{bob, []chat.Fingerprint{fp(3)}, []chat.Fingerprint{fp(4)}},
		{carol, []chat.Fingerprint{fp(5), otr(6), "zz"}, nil},
	}
	for name, c := range map[string]struct {
		m    Message
		want string
	}{
		"one's own device":      {Message{Sender: alice, Usage: Usage, Encryption: OMEMO2}, "1 -2 3 -4 5"},
		"of the older kind":     {Message{Sender: alice, Usage: Usage, Encryption: OMEMO}, "1 -2 3 -4 5"},
		"a contact's":           {Message{Sender: bob, Usage: Usage, Encryption: OMEMO2}, "3 -4"},
		"somebody's":            {Message{Sender: chat.MustAddress("eve@example.org"), Usage: Usage, Encryption: OMEMO2}, ""},
		"for something else":    {Message{Sender: alice, Usage: "urn:example", Encryption: OMEMO2}, ""},
		"of another encryption": {Message{Sender: alice, Usage: Usage, Encryption: "urn:example"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.m.Owners = all
			c.m.Time = start.Add(time.Hour)
			var got []string
			for _, s := range Read(alice, c.m, start) {
				key := strings.TrimLeft(string(s.Key), "0")
				if s.Distrust {
					key = "-" + key
				}
				got = append(got, key)
				if s.Applied || !s.Time.Equal(start) || s.Sender != c.m.Sender {
					t.Errorf("%+v", s)
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%v, want %q", got, c.want)
			}
		})
	}
	many := Message{Sender: alice, Usage: Usage, Encryption: OMEMO2, Owners: []Owner{{alice, make([]chat.Fingerprint, 0, 5000), nil}}}
	for i := range 5000 {
		many.Owners[0].Trust = append(many.Owners[0].Trust, fp(i))
	}
	if n := len(Read(alice, many, start)); n != messageLimit {
		t.Errorf("%d statements of one message", n)
	}
}
