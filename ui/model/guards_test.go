// SPDX-License-Identifier: MPL-2.0

package model

import (
	"slices"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

func TestMarksOfMessages(t *testing.T) {
	omemo := func(t chat.Trust) chat.Message { return chat.Message{Encryption: chat.EncryptionOMEMO, Trust: t} }
	plain := chat.Message{}
	for _, tt := range []struct {
		name string
		was  bool
		msgs []chat.Message
		want []Guard
	}{
		{"nothing was ever encrypted", false, []chat.Message{plain, plain}, []Guard{GuardNone, GuardNone}},
		{"it was, before what is loaded", true, []chat.Message{plain}, []Guard{GuardOpen}},
		{
			"before and after", false,
			[]chat.Message{plain, omemo(chat.TrustTrusted), plain, omemo(chat.TrustVerified), omemo(chat.TrustDistrusted), omemo(chat.TrustUndecided)},
			[]Guard{GuardOpen, GuardClosed, GuardPlain, GuardVerified, GuardDoubtful, GuardClosed},
		},
		{
			"by a key that should have been looked at", true,
			[]chat.Message{{Encryption: chat.EncryptionOMEMO2, Trust: chat.TrustUndecided, Doubtful: true}},
			[]Guard{GuardDoubtful},
		},
		{
			"one's own, by one's own key", true,
			[]chat.Message{{Direction: chat.Out, Status: chat.Sent, Encryption: chat.EncryptionOMEMO2, Trust: chat.TrustVerified}},
			[]Guard{GuardClosed},
		},
		{
			"what has not travelled", true,
			[]chat.Message{
				omemo(chat.TrustNone),
				{Direction: chat.Out, Status: chat.Queued},
				{Direction: chat.Out, Status: chat.Failed},
				{Direction: chat.Out, Status: chat.Sent},
			},
			[]Guard{GuardClosed, GuardNone, GuardNone, GuardPlain},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for i := range tt.msgs {
				tt.msgs[i].ID, tt.msgs[i].Time = chat.MsgID(i+1), noon
			}
			var got []Guard
			for _, r := range (rowMaker{guarded: tt.was, local: time.Time.UTC}).rows(tt.msgs) {
				if r.Kind == RowMessage {
					got = append(got, r.Guard)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}

func TestAGroupTravelledOneWay(t *testing.T) {
	rows := rowMaker{local: time.Time.UTC}.rows([]chat.Message{
		{ID: 1, Time: noon, Encryption: chat.EncryptionOMEMO},
		{ID: 2, Time: noon, Encryption: chat.EncryptionOMEMO},
		{ID: 3, Time: noon},
		{ID: 4, Time: noon, Direction: chat.Out, Encryption: chat.EncryptionOMEMO},
		{ID: 5, Time: noon, Direction: chat.Out, Status: chat.Queued},
	})
	if got := picture(rows); got != "D[ii][i][oo]" {
		t.Error(got)
	}
}

func TestWhatNoticesOffer(t *testing.T) {
	notice := func(code chat.Code, trust chat.Trust) chat.Message {
		return chat.Message{ID: 1, Kind: chat.KindNotice, Error: code, Trust: trust, Time: noon}
	}
	for _, tt := range []struct {
		name string
		m    chat.Message
		want Acts
	}{
		{"a new device", notice(chat.CodeDeviceAdded, chat.TrustTrusted), Acts{ActCheck}},
		{"it has been verified since", notice(chat.CodeDeviceAdded, chat.TrustVerified), Acts{}},
		{"one that is not used", notice(chat.CodeDeviceUnchecked, chat.TrustUndecided), Acts{ActVerify, ActNotNow}},
		{"one that was refused since", notice(chat.CodeDeviceUnchecked, chat.TrustDistrusted), Acts{}},
		{"one's own", notice(chat.CodeOwnDevice, chat.TrustUndecided), Acts{ActVerifyOwn, ActRemoveOwn}},
		{"a device that is gone", notice(chat.CodeDeviceGone, chat.TrustUndecided), Acts{}},
		{"a session began anew", notice(chat.CodeSessionRepaired, chat.TrustTrusted), Acts{}},
		{"the other side ended it", notice(chat.CodeOTRFinished, chat.TrustNone), Acts{ActOTR, ActNotNow}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			row := rowMaker{who: "Bob"}.message(tt.m, noon)
			if row.Acts != tt.want || row.Kind != RowNotice || row.Text != "notice."+string(tt.m.Error) {
				t.Errorf("%+v", row)
			}
			taken := rowMaker{done: map[chat.MsgID]bool{1: true}}.message(tt.m, noon)
			if slices.Contains(taken.Acts[:], ActNotNow) {
				t.Error("can be taken away twice")
			}
		})
	}
}

func TestAMessageThatCouldNotBeRead(t *testing.T) {
	m := chat.Message{ID: 1, Kind: chat.KindUndecryptable, Error: chat.CodeNotForUs, Body: "never shown", Time: noon}
	row := rowMaker{who: "Bob"}.message(m, noon)
	if !row.Sealed || row.Text != "" || row.Kind != RowMessage || row.There() || row.Acts != (Acts{ActAskAgain, ActDetails}) {
		t.Errorf("%+v", row)
	}
	m.Direction = chat.Out
	if row = (rowMaker{}).message(m, noon); row.Acts != (Acts{ActDetails}) || !row.Own {
		t.Errorf("of another device of mine: %+v", row)
	}
	m.Error = chat.CodeBrokenKeys
	for _, m.Direction = range []chat.Direction{chat.In, chat.Out} {
		if row = (rowMaker{}).message(m, noon); row.Acts != (Acts{ActRenew, ActDetails}) {
			t.Errorf("of a session that is broken: %+v", row)
		}
		if row = (rowMaker{done: map[chat.MsgID]bool{1: true}}).message(m, noon); row.Acts != (Acts{ActDetails}) {
			t.Errorf("that has begun anew: %+v", row)
		}
	}
}

func TestOwnSessionRepaired(t *testing.T) {
	own := chat.MustAddress("me@example.test")
	m := chat.Message{ID: 1, Kind: chat.KindNotice, Error: chat.CodeSessionRepaired, Time: noon, Conv: chat.ConvID{Account: own, Peer: own}}
	if row := (rowMaker{}).message(m, noon); row.Text != "notice.session-repaired-own" {
		t.Errorf("%+v", row)
	}
}

func TestWhatAFailedMessageOffers(t *testing.T) {
	for code, want := range map[chat.Code]Act{
		chat.CodeKeyChanged: ActDevices, chat.CodeNoTrusted: ActDevices, chat.CodeOwnUnchecked: ActDevices, chat.CodeNoSession: ActOTR,
		chat.CodeNoDevice: ActPlain, chat.CodeNoKeyOf: ActPlain, chat.CodeNotEncrypted: ActDetails, chat.CodeNoNetwork: ActNone,
	} {
		m := chat.Message{ID: 1, Direction: chat.Out, Status: chat.Failed, Error: code, Body: "x"}
		if got := (rowMaker{}).message(m, noon).Acts; got != (Acts{want}) {
			t.Errorf("%s: %v", code, got)
		}
		if want == ActPlain { // where it may not go so, nobody offers it
			want = ActDetails
		}
		if got := (rowMaker{barred: true}).message(m, noon).Acts; got != (Acts{want}) {
			t.Errorf("%s, where it has to be encrypted: %v", code, got)
		}
	}
}

func TestTheTimelineFollowsTrust(t *testing.T) {
	h := newHistory(3)
	h.edited[2] = chat.Message{
		ID: 2, Conv: conv, Cursor: 20, Body: "x", Time: noon, Encryption: chat.EncryptionOMEMO, Trust: chat.TrustTrusted,
	}
	d, tl, _ := opened(t, h)
	guard := func() Guard { return tl.Rows()[rowAt(tl, "m2")].Guard }
	if guard() != GuardClosed {
		t.Fatal(guard())
	}
	h.get(func() {
		m := h.edited[2]
		m.Trust = chat.TrustVerified
		h.edited[2] = m
	})
	tl.Apply([]chat.Event{{Kind: chat.TrustChanged, Conv: conv}})
	d.until("the new mark", func() bool { return guard() == GuardVerified })
	if tl.Rows()[rowAt(tl, "m1")].Guard != GuardOpen {
		t.Error("no mark at what was not encrypted")
	}
}

// What was sent before this computer had keys is one row that says so, over days.
func TestMessagesFromBeforeThisDevice(t *testing.T) {
	before := func(id chat.MsgID, at time.Time) chat.Message {
		return chat.Message{ID: id, Cursor: chat.Cursor(id), Kind: chat.KindUndecryptable, Error: chat.CodeBeforeDevice, Time: at}
	}
	text := chat.Message{ID: 4, Cursor: 4, Body: "hello", Time: noon}
	k := rowMaker{who: "Bob", local: func(t time.Time) time.Time { return t }}
	rows := k.rows([]chat.Message{before(1, noon.AddDate(0, 0, -2)), before(2, noon.AddDate(0, 0, -1)), before(3, noon), text, before(5, noon)})
	var got []string
	for _, r := range rows {
		if r.Kind != RowDay {
			got = append(got, r.Text)
		}
		if r.Sealed {
			t.Errorf("%+v", r)
		}
	}
	if want := []string{"notice.before-this-device", "hello", "notice.before-this-device"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
