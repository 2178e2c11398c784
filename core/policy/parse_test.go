// SPDX-License-Identifier: MPL-2.0

package policy

import (
	"errors"
	"strings"
	"testing"
)

const pin = "0000000000000000000000000000000000000000000000000000000000000001"

func mustParse(t testing.TB, doc string) Policy {
	t.Helper()
	p, err := Parse([]byte(doc))
	if err != nil {
		t.Fatalf("%s: %v", doc, err)
	}
	return p
}

func TestParse(t *testing.T) {
	p := mustParse(t, `{
		"tls.min_version": "1.3",
		"tls.pins": {"Acme.Example": ["`+strings.ToUpper(pin)+`", "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE="]},
		"accounts.domains": ["acme.example", "ACME.example.", "münchen.example"], "accounts.max": 2,
		"accounts.registration": "invite", "encryption.allowed": ["omemo2", "omemo", "omemo"],
		"history": "days:30", "db.lock_after": 10
	}`)
	for k, want := range map[Key]string{
		TLSMinVersion: "1.3", TLSPins: "acme.example=" + pin, AccountsDomains: "acme.example,münchen.example", AccountsMax: "2",
		Registration: "invite", EncryptionAllowed: "omemo,omemo2", History: "days:30", DatabaseLockAfter: "10", Tor: "", Export: "",
	} {
		if got := p.Value(k); got != want {
			t.Errorf("%s is %q, want %q", k, got, want)
		}
	}
	if !p.Is(Registration, Invite) || p.Is(Registration, Off) || !p.Is(Receipts, User) || p.Is(Receipts, Off) || p.Is(Receipts, "nonsense") {
		t.Error("Is")
	}
	if !mustParse(t, "{}").Empty() {
		t.Error("an empty object locks something")
	}
}

func TestParseRefuses(t *testing.T) {
	for doc, wants := range map[string]struct {
		key Key
		say string
	}{
		``:                                     {"", "not a JSON object"},
		`[]`:                                   {"", "not a JSON object"},
		`null`:                                 {"", "not a JSON object"},
		`{`:                                    {"", "not JSON"},
		`{} {}`:                                {"", "behind"},
		"{\"receipts\":\"\xff\"}":              {"", "UTF-8"},
		`{"recepits":"off"}`:                   {"recepits", "unknown key"},
		`{"Receipts":"off"}`:                   {"Receipts", "unknown key"},
		`{"":1}`:                               {"", "unknown key"},
		`{"receipts":true}`:                    {Receipts, "not a string"},
		`{"receipts":null}`:                    {Receipts, "not a string"},
		`{"receipts":"on"}`:                    {Receipts, "none of user, off"},
		`{"receipts":"Off"}`:                   {Receipts, "none of"},
		`{"log":"off","log":"user"}`:           {Log, "twice"},
		`{"tls.min_version":"1.1"}`:            {TLSMinVersion, "program itself"},
		`{"tls.min_version":1.3}`:              {TLSMinVersion, "not a string"},
		`{"accounts.max":0}`:                   {AccountsMax, "whole number"},
		`{"accounts.max":1.0}`:                 {AccountsMax, "whole number"},
		`{"accounts.max":"1"}`:                 {AccountsMax, "whole number"},
		`{"accounts.max":-1}`:                  {AccountsMax, "whole number"},
		`{"db.lock_after":1e99}`:               {DatabaseLockAfter, "whole number"},
		`{"accounts.domains":[]}`:              {AccountsDomains, "empty"},
		`{"accounts.domains":"a.example"}`:     {AccountsDomains, "list"},
		`{"accounts.domains":["a.example",1]}`: {AccountsDomains, "list of strings"},
		`{"accounts.domains":["a@b.example"]}`: {AccountsDomains, "no domain"},
		`{"accounts.domains":["*.example"]}`:   {AccountsDomains, "no domain"},
		`{"accounts.domains":["a..example"]}`:  {AccountsDomains, "no domain"},
		`{"encryption.allowed":["gpg"]}`:       {EncryptionAllowed, "none of"},
		`{"encryption.allowed":["none"],"encryption.require":"all"}`: {EncryptionRequire, "encrypts"},
		`{"history":"days:0"}`:               {History, "whole number"},
		`{"history":"days:07"}`:              {History, "whole number"},
		`{"history":"forever"}`:              {History, "none of"},
		`{"tls.pins":["` + pin + `"]}`:       {TLSPins, "object"},
		`{"tls.pins":{}}`:                    {TLSPins, "no domain"},
		`{"tls.pins":{"a.example":["abc"]}}`: {TLSPins, "SHA-256"},
		`{"tls.pins":{"a.example":[]}}`:      {TLSPins, "empty"},
		`{"tls.pins":{"a.example":["` + pin + `"],"A.example":["` + pin + `"]}}`: {TLSPins, "twice"},
		`{"log":` + strings.Repeat("[", 20000) + `}`:                             {Log, "not JSON"},
		`{` + strings.Repeat(" ", MaxSize) + `}`:                                 {"", "longer"},
	} {
		_, err := Parse([]byte(doc))
		var e *Error
		if !errors.As(err, &e) || e.Key != wants.key || !strings.Contains(e.Reason, wants.say) {
			t.Errorf("%.60q: %v, want %q of %q", doc, err, wants.say, wants.key)
		}
	}
	_, err := Parse([]byte("{\n\"log\":\"off\",\n\"nonsense\":1}"))
	var e *Error
	if !errors.As(err, &e) || e.Line != 3 {
		t.Errorf("line: %+v", e)
	}
}

// A pinned domain of which the layers agree on no key may be vouched for by nobody;
// so it is with domains of accounts.
func TestNothingInCommon(t *testing.T) {
	a := mustParse(t, `{"tls.pins":{"a.example":["`+pinOf(1)+`"]},"accounts.domains":["a.example"]}`)
	b := mustParse(t, `{"tls.pins":{"a.example":["`+pinOf(2)+`"]},"accounts.domains":["b.example"]}`)
	both := a.Merge(b)
	if keys, pinned := both.Pins("a.example"); !pinned || len(keys) != 0 {
		t.Error(keys, pinned)
	}
	if list, ok := both.Domains(); !ok || len(list) != 0 {
		t.Error(list, ok)
	}
	if both.Value(AccountsDomains) != "nothing" || both.Value(TLSPins) != "a.example=nothing" {
		t.Error(texts(both))
	}
}

func TestLooser(t *testing.T) {
	held := mustParse(t, `{"history":"days:7","receipts":"off","accounts.domains":["a.example"]}`)
	p := mustParse(t, `{"history":"days:30","receipts":"off","typing":"user","accounts.domains":["b.example"]}`)
	if got := p.Looser(held); len(got) != 2 || got[0] != AccountsDomains || got[1] != History {
		t.Error(got)
	}
	settings := Explain([]Source{
		{Layer: "brand", Name: "Acme", Policy: held},
		{Layer: "system", Name: "Site", Policy: p},
		{Layer: "person", Name: "Mine", Policy: mustParse(t, `{"typing":"off"}`), Refused: []string{"unsigned"}},
	})
	for _, s := range settings {
		switch s.Key {
		case History:
			if s.Value != "days:7" || s.Layer != "brand" || s.By != "Acme" || len(s.Rejected) != 1 || s.Rejected[0].String() != "system: days:30 (looser)" {
				t.Errorf("%+v", s)
			}
		case Typing:
			if s.Value != "user" || s.Layer != Program || s.Locked() || len(s.Rejected) != 1 || s.Rejected[0].String() != "person: off (unsigned)" {
				t.Errorf("%+v", s)
			}
		case TLSMinVersion:
			if s.Value != "1.2" || s.Layer != Program || s.By != "" {
				t.Errorf("%+v", s)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"tls.min_version":"1.3","accounts.max":1,"history":"days:30"}`))
	f.Add([]byte(`{"tls.pins":{"a.example":["` + pin + `"]},"accounts.domains":["a.example"]}`))
	f.Add([]byte(`{"encryption.allowed":["none","otr"],"db.lock_after":10,"log":"off"}`))
	f.Add([]byte(`{"log":[[[[[[]]]]]]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse(data)
		if err != nil {
			if !p.Empty() {
				t.Fatal("refused, and something of it holds")
			}
			return
		}
		for _, k := range Keys() {
			if p.Names(k) != (p.Value(k) != "") {
				t.Fatalf("%s: %q", k, p.Value(k))
			}
		}
		if !p.Merge(p).Equal(p) || !p.Merge(floor()).Equal(floor().Merge(p)) {
			t.Fatal("the merge is no meet")
		}
		Explain([]Source{{Layer: "system", Policy: p}})
	})
}
