// SPDX-License-Identifier: MPL-2.0

package chat

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// Every value has a word, no two have the same, and one that this program does
// not know is a number, not a panic.
func TestWords(t *testing.T) {
	for _, c := range []struct {
		name string
		word func(int) string
		want string
	}{
		{"AccountState", func(i int) string { return AccountState(i).String() }, "offline connecting online failed"},
		{"Presence", func(i int) string { return Presence(i).String() }, "unavailable xa away dnd available chat"},
		{"Subscription", func(i int) string { return Subscription(i).String() }, "none to from both"},
		{"Kind", func(i int) string { return Kind(i).String() }, "bug offline timeout auth certificate rejected encryption storage input"},
		{"MessageKind", func(i int) string { return MessageKind(i).String() }, "text file notice undecryptable gap"},
		{"Encryption", func(i int) string { return Encryption(i).String() }, "none otr omemo omemo2"},
		{"Status", func(i int) string { return Status(i).String() }, "queued sent delivered read failed"},
		{"KeyKind", func(i int) string { return KeyKind(i).String() }, "omemo otr"},
		{"Trust", func(i int) string { return Trust(i).String() }, "none undecided trusted verified distrusted"},
		{"TrustLevel", func(i int) string { return TrustLevel(i).String() }, "careful relaxed strict"},
		{"EncryptionChoice", func(i int) string { return EncryptionChoice(i).String() }, "auto omemo otr none"},
		{"TrustSource", func(i int) string { return TrustSource(i).String() }, "nobody rule compare code secret message choice"},
		{"Lock", func(i int) string { return Lock(i).String() }, "open closed verified warning"},
	} {
		t.Run(c.name, func(t *testing.T) {
			words := strings.Fields(c.want)
			for i, want := range words {
				if got := c.word(i); got != want {
					t.Errorf("%d is %q, want %q", i, got, want)
				}
			}
			for _, i := range []int{-1, math.MinInt8, len(words), math.MaxInt8} {
				if got := c.word(i); got != fmt.Sprint(i) {
					t.Errorf("%d is %q", i, got)
				}
			}
		})
	}
	if In.String() != "in" || Out.String() != "out" {
		t.Error("directions", In, Out)
	}
}

func TestMsgID(t *testing.T) {
	for _, id := range []MsgID{1, 1 << 32, math.MaxInt64} {
		if got, err := ParseMsgID(id.String()); err != nil || got != id {
			t.Errorf("%d is read back as %d, %v", id, got, err)
		}
	}
	for _, bad := range []string{"", "0", "-1", "+1", "01", " 1", "1 ", "1_0", "0x1", "1.0", "٣", "9223372036854775808", "one"} {
		id, err := ParseMsgID(bad)
		if err == nil || id != 0 {
			t.Errorf("%q is %d, %v", bad, id, err)
		}
		if CodeOf(err) != CodeNotFound || KindOf(err) != Input {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestTitle(t *testing.T) {
	addr := MustAddress("bob@builder.example")
	for _, c := range []struct {
		name string
		in   Contact
		want string
	}{
		{"the person's own name first", Contact{Address: addr, Name: "Bobby", Nick: "Eve"}, "Bobby"},
		{"then what the contact calls itself", Contact{Address: addr, Nick: "B"}, "B"},
		{"then the local part", Contact{Address: addr}, "bob"},
		{"a server has none", Contact{Address: MustAddress("builder.example")}, "builder.example"},
	} {
		if got := (Conversation{Contact: c.in}).Title(); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	if !(ConvID{}).IsZero() || (ConvID{Account: addr}).IsZero() {
		t.Error("the zero conversation")
	}
}
