// SPDX-License-Identifier: MPL-2.0

package invite

import (
	"encoding/base64"
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

var hosts = []string{"home.example", "invite.example"}

func TestParse(t *testing.T) {
	romeo, home := chat.MustAddress("romeo@example.org"), chat.MustAddress("example.org")
	both := chat.Invitation{Inviter: romeo, Server: home, Token: "1tMFqYDd-_.~"}
	old := base64.URLEncoding.EncodeToString([]byte("romeo@example.org?otr=3A27AC86AFEF8CF09D9020D052A73F1EF0D29B6F&m=1"))
	for link, want := range map[string]chat.Invitation{
		"xmpp:romeo@example.org?roster;preauth=1tMFqYDd-_.~;ibr=y":                                     both,
		"  XMPP:romeo@example.org?roster;preauth=1tMFqYDd-_.~;ibr=y\n":                                 both,
		"<xmpp:romeo@example.org?roster;preauth=1tMFqYDd-_.~;ibr=y>":                                   both,
		"xmpp://romeo@example.org?roster&preauth=1tMFqYDd-_.~&ibr=y#x":                                 both,
		"xmpp://me@example.net/romeo@example.org?roster;preauth=T":                                     {Inviter: romeo, Token: "T"},
		"xmpp:romeo@example.org?roster;preauth=T;name=Romeo+Mont%C3%A4gue":                             {Inviter: romeo, Token: "T", Name: "Romeo Montägue"},
		"xmpp:romeo@example.org?roster;preauth=T;ibr=n":                                                {Inviter: romeo, Token: "T"},
		"xmpp:romeo@example.org?subscribe;preauth=T;unknown=1":                                         {Inviter: romeo, Token: "T"},
		"xmpp:romeo@example.org":                                                                       {Inviter: romeo},
		"xmpp:example.org?register;preauth=T":                                                          {Server: home, Token: "T"},
		"xmpp:juliet@example.org?register;preauth=T":                                                   {Server: chat.MustAddress("juliet@example.org"), Token: "T"},
		"https://invite.example/i/#romeo@example.org?roster;preauth=T;name=R+M":                        {Inviter: romeo, Token: "T", Name: "R M"},
		"https://home.example/i/#xmpp:example.org?register;preauth=T":                                  {Server: home, Token: "T"},
		"https://home.example/i/#xmpp%3Aexample.org%3Fregister%3Bpreauth%3DT":                          {Server: home, Token: "T"},
		"https://HOME.example/i?xmpp:example.org?register;preauth=T":                                   {Server: home, Token: "T"},
		"https://home.example/i/#" + old:                                                               {Inviter: romeo},
		"https://home.example/i/#" + strings.TrimRight(old, "="):                                       {Inviter: romeo},
		"Hi! Join me on xmpp:example.org?register;preauth=T, it is nice.":                              {Server: home, Token: "T"},
		"Hi https://elsewhere.example/ and https://home.example/i/#romeo@example.org?roster;preauth=T": {Inviter: romeo, Token: "T"},
	} {
		got, err := Parse(link, hosts)
		if err != nil || got != want {
			t.Errorf("%s\n got %+v, %v\nwant %+v", link, got, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for name, link := range map[string]string{
		"nothing": "", "words": "come and join us", "another scheme": "javascript:romeo@example.org?roster;preauth=T",
		"not encrypted":           "http://home.example/i/#romeo@example.org?roster;preauth=T",
		"another host":            "https://evil.example/i/#romeo@example.org?roster;preauth=T",
		"a host as user":          "https://home.example@evil.example/i/#romeo@example.org?roster;preauth=T",
		"a user":                  "https://romeo@home.example/i/#romeo@example.org?roster;preauth=T",
		"host with more":          "https://home.example.evil.example/#romeo@example.org?roster;preauth=T",
		"two tokens":              "xmpp:romeo@example.org?roster;preauth=A;preauth=B",
		"two tokens, disguised":   "xmpp:romeo@example.org?roster;preauth=A&PREAUTH=B",
		"token with an end":       "xmpp:example.org?register;preauth=a'/%3E%3Cevil/%3E",
		"token of controls":       "xmpp:example.org?register;preauth=%00%0a",
		"token of another script": "xmpp:example.org?register;preauth=%D1%82",
		"endless token":           "xmpp:example.org?register;preauth=" + strings.Repeat("a", 257),
		"endless":                 "xmpp:example.org?register;preauth=a;x=" + strings.Repeat("a", 20<<10),
		"registration without":    "xmpp:example.org?register",
		"a server as contact":     "xmpp:example.org?roster;preauth=T",
		"a resource":              "xmpp:romeo@example.org/garden?roster;preauth=T",
		"bad escape":              "xmpp:rom%zzeo@example.org?roster;preauth=T",
		"hidden letters":          "xmpp:ro%E2%80%AEmeo@example.org?roster;preauth=T",
		"another action":          "xmpp:romeo@example.org?remove;preauth=T",
		"a message":               "xmpp:romeo@example.org?message;body=hi",
		"a page of a host":        "https://home.example/about?romeo@example.org",
		"a page without":          "https://home.example/",
		"bytes":                   "xmpp:\xff@example.org?roster;preauth=T",
	} {
		if got, err := Parse(link, hosts); chat.CodeOf(err) != chat.CodeNoInvitation || chat.KindOf(err) != chat.Input {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestNames(t *testing.T) {
	for in, want := range map[string]string{
		"Romeo": "Romeo", "Ro%0Ameo%09": "Ro meo", "a%E2%80%AEb": "ab", "%E2%80%8B": "", "...": "", "%ff": "",
		strings.Repeat("x", 100): strings.Repeat("x", 63) + "…", "%F0%9F%A6%8A": "🦊",
	} {
		i, err := Parse("xmpp:romeo@example.org?roster;name="+in, nil)
		if err != nil || i.Name != want {
			t.Errorf("%q: %q, %v, want %q", in, i.Name, err, want)
		}
	}
}
