// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

func shownAs(t *testing.T, m chat.Message, json bool) string {
	t.Helper()
	var out bytes.Buffer
	p := printer{json: json, out: &out, errs: &out}
	m.ID, m.Conv = 1, chat.ConvID{Account: chat.MustAddress("me@example.test"), Peer: chat.MustAddress("bob@example.test")}
	p.message(m)
	return out.String()
}

// One's own key is verified by itself: that says nothing of who reads what one writes. A
// device of one's own that nobody has compared is worth a word.
func TestTrustOfWhatIsOnesOwn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		side  chat.Direction
		trust chat.Trust
		line  string
		field chat.Trust
	}{
		{chat.In, chat.TrustVerified, "[omemo2, verified]", chat.TrustVerified},
		{chat.In, chat.TrustTrusted, "[omemo2, trusted]", chat.TrustTrusted},
		{chat.Out, chat.TrustVerified, "[omemo2]", chat.TrustNone},
		{chat.Out, chat.TrustTrusted, "[omemo2]", chat.TrustNone},
		{chat.Out, chat.TrustUndecided, "[omemo2, undecided]", chat.TrustUndecided},
		{chat.Out, chat.TrustDistrusted, "[omemo2, distrusted]", chat.TrustDistrusted},
	} {
		m := chat.Message{Direction: test.side, Body: "hi there", Status: chat.Sent, Encryption: chat.EncryptionOMEMO2, Trust: test.trust}
		wantIn(t, shownAs(t, m, false), test.line)
		wantIn(t, shownAs(t, m, true), `"trust":"`+test.field.String()+`"`)
	}
}

// What could not be read says why, and not what to do to send something.
func TestWhyItCouldNotBeRead(t *testing.T) {
	t.Parallel()
	for _, code := range append([]chat.Code{chat.CodeUnknown}, chat.Unreadable...) {
		got := shownAs(t, chat.Message{Kind: chat.KindUndecryptable, Error: code}, false)
		if strings.Contains(got, "("+string(code)+")") && code != chat.CodeUnknown || strings.Contains(got, "{") {
			t.Errorf("%s: %s", code, got)
		}
	}
	wantIn(t, shownAs(t, chat.Message{Kind: chat.KindUndecryptable, Error: chat.CodeNoSession}, false), "OTR session that this program does not have")
	wantIn(t, shownAs(t, chat.Message{Kind: chat.KindUndecryptable, Error: chat.CodeOpenPGP}, false), "OpenPGP")
}

// Where encryption is required nobody is told to send without it before that is changed.
func TestAdviceWhereItHasToBeEncrypted(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		code     chat.Code
		required bool
		want     string
		never    string
	}{
		{"no device", chat.CodeNoDevice, false, "--encryption none", "optional"},
		{"no device, and it is required", chat.CodeNoDevice, true, "encryption ADDRESS optional", "--encryption none"},
		{"plain, and it is required", chat.CodeNotEncrypted, true, "encryption ADDRESS optional", "ADDRESS none"},
		{"an own device", chat.CodeOwnUnchecked, false, "your own account", "contact"},
	} {
		got := stopWords(test.code, test.required)
		if !strings.Contains(got, test.want) || strings.Contains(got, test.never) {
			t.Errorf("%s: %s", test.name, got)
		}
		line := stateLine(chat.EncryptionState{Code: test.code, Required: test.required})
		wantIn(t, line, got)
	}
}
