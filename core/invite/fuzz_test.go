// SPDX-License-Identifier: MPL-2.0

package invite

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"chatsecure.org/desktop/core/chat"
)

// Whatever is pasted: an invitation is of somebody or of a server, its parts can be shown
// and written on the wire, and it means the same when it is read again.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"xmpp:romeo@example.org?roster;preauth=T;ibr=y;name=A+B", "xmpp:example.org?register;preauth=T", "https://home.example/i/#cm9tZW9AZXhhbXBsZS5vcmc",
		"https://home.example/i?xmpp:a@b?roster;preauth=%41", "hello xmpp:a@b.c?register;preauth=x bye", "xmpp://a@b/c@d?roster&preauth=x", "xmpp:a%40b?;=;==&",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		i, err := Parse(text, hosts)
		if err != nil {
			if (i != chat.Invitation{}) || chat.CodeOf(err) != chat.CodeNoInvitation {
				t.Fatalf("%+q: %+v with %v", text, i, err)
			}
			return
		}
		if i.Inviter.IsZero() && !i.MakesAccount() || i.Inviter.Local == "" && !i.Inviter.IsZero() || !i.Inviter.IsBare() || !i.Server.IsBare() {
			t.Fatalf("%+q: %+v is of nobody", text, i)
		}
		if !i.Server.IsZero() && i.Token == "" {
			t.Fatalf("%+q: %+v makes an account without a token", text, i)
		}
		for _, r := range i.Token {
			if r <= ' ' || r > '~' || strings.ContainsRune("<>&'\"", r) {
				t.Fatalf("%+q: the token %+q", text, i.Token)
			}
		}
		if !utf8.ValidString(i.Name) || strings.ContainsFunc(i.Name, unicode.IsControl) || utf8.RuneCountInString(i.Name) > maxName {
			t.Fatalf("%+q: the name %+q", text, i.Name)
		}
		if again, err := Parse(" "+text+"\n", hosts); err != nil || again != i {
			t.Fatalf("%+q: then %+v, %v", text, again, err)
		}
	})
}
