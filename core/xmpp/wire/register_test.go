// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"encoding/xml"
	"strings"
	"testing"

	"mellium.im/xmpp/jid"

	"chatsecure.org/desktop/core/chat"
)

func jidOf(t testing.TB, s string) jid.JID {
	j, err := jid.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// registration is a server that answers the first question with query and the
// second with submit, and tells what it was sent.
func registration(t *testing.T, query, submit string) (*Registration, chan string) {
	t.Helper()
	sent := make(chan string, 8)
	c, _ := serve(t, func(f *far) {
		f.startTLS()
		f.open(offer("SCRAM-SHA-1"))
		for _, answer := range []string{query, submit, submit} {
			q := f.hear("</iq>")
			if q == "" {
				return
			}
			sent <- q
			kind := "result"
			if strings.HasPrefix(answer, "<error") {
				kind = "error"
			}
			f.say("<iq type='%s' id='%s' from='example.test'>%s</iq>", kind, between(q, "id='", "'"), answer)
		}
		f.hear("\x00")
	})
	r, err := DialRegistration(within(t), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r, sent
}

func refusal(condition string) string {
	return "<error type='cancel'><" + condition + " xmlns='" + nsStanzas + "'/></error>"
}

const dataFormQuery = `<query xmlns='jabber:iq:register'><instructions>old</instructions><username/><password/>
<x xmlns='jabber:x:data' type='form'><title>t</title><instructions>Fill in</instructions><instructions>all of it</instructions>
<field type='hidden' var='FORM_TYPE'><value>jabber:iq:register</value></field>
<field type='hidden' var='challenge'><value>F3A&amp;6</value></field>
<field type='fixed'><value>words</value></field>
<field type='text-single' var='username' label='Name'><required/></field>
<field type='text-private' var='password' label='Password'><required/></field>
<field type='text-single' var='email' label='E-mail'><required/></field>
<field type='text-private' var='pin'/>
<field type='boolean' var='news' label='News?'><value>true</value></field>
<field type='list-single' var='plan'><option label='Free'><value>free</value></option><option><value>paid</value></option><value>free</value></field>
<field type='text-multi' var='about'><value>a</value><value>b</value></field>
<field type='text-single' var='ocr' label='Type what you see'><media xmlns='urn:xmpp:media-element'><uri type='image/png'>cid:sha1+f00@bob.xmpp.org</uri></media><required/></field>
</x><data xmlns='urn:xmpp:bob' cid='sha1+f00@bob.xmpp.org' type='image/png'>UE5H
</data></query>`

func TestRegistrationForm(t *testing.T) {
	r, sent := registration(t, dataFormQuery, "")
	form, err := r.Form(within(t))
	if err != nil {
		t.Fatal(err)
	}
	if q := <-sent; !strings.Contains(q, "type='get'") || !strings.Contains(q, "to='example.test'") {
		t.Errorf("asked %s", q)
	}
	if form.Instructions != "Fill in\nall of it" || form.URL != "" || len(form.Fields) != 6 {
		t.Fatalf("form %+v", form)
	}
	for i, want := range []chat.Field{
		{Name: "email", Label: "E-mail", Required: true},
		{Name: "pin", Secret: true},
		{Name: "news", Label: "News?", Value: "1", Options: []string{"0", "1"}},
		{Name: "plan", Value: "free", Options: []string{"free", "paid"}},
		{Name: "about", Value: "a\nb"},
		{Name: "ocr", Label: "Type what you see", Required: true, Picture: []byte("PNG")},
	} {
		got := form.Fields[i]
		if got.Name != want.Name || got.Label != want.Label || got.Required != want.Required || got.Secret != want.Secret ||
			got.Value != want.Value || strings.Join(got.Options, " ") != strings.Join(want.Options, " ") || string(got.Picture) != string(want.Picture) {
			t.Errorf("field %+v, want %+v", got, want)
		}
	}
	err = r.Submit(within(t), []byte(password), map[string]string{"email": "a@b"})
	wantCode(t, err, chat.Input, chat.CodeFormIncomplete)
	if err := r.Submit(within(t), []byte("<'&"), map[string]string{"email": "a@b", "ocr": " seen ", "about": "x\ny", "plan": "paid", "evil": "x"}); err != nil {
		t.Fatal(err)
	}
	var q struct {
		Query struct {
			Form struct {
				Type   string `xml:"type,attr"`
				Fields []struct {
					Var    string   `xml:"var,attr"`
					Values []string `xml:"value"`
				} `xml:"field"`
			} `xml:"jabber:x:data x"`
		} `xml:"jabber:iq:register query"`
	}
	if err := xml.Unmarshal([]byte(<-sent), &q); err != nil || q.Query.Form.Type != "submit" {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range q.Query.Form.Fields {
		got[f.Var] = strings.Join(f.Values, "|")
	}
	for name, want := range map[string]string{
		"FORM_TYPE": "jabber:iq:register", "challenge": "F3A&6", "username": "alice", "password": "<'&", "email": "a@b",
		"news": "true", "plan": "paid", "about": "x|y", "ocr": " seen ",
	} {
		if got[name] != want {
			t.Errorf("sent %s=%q, want %q", name, got[name], want)
		}
	}
	if _, ok := got["evil"]; ok {
		t.Error("sent what was not asked for")
	}
}

func TestRegistrationOldFields(t *testing.T) {
	r, sent := registration(t, "<query xmlns='jabber:iq:register'><instructions>Choose</instructions><username/><password/><email>x@y</email><key>k&amp;1</key><made-up/></query>", "")
	form, err := r.Form(within(t))
	if err != nil || form.Instructions != "Choose" || len(form.Fields) != 1 || form.Fields[0].Name != "email" || form.Fields[0].Value != "x@y" {
		t.Fatalf("%+v, %v", form, err)
	}
	<-sent
	if err := r.Submit(within(t), []byte(password), map[string]string{"email": "<me>"}); err != nil {
		t.Fatal(err)
	}
	const want = "<query xmlns='jabber:iq:register'><username>alice</username><password>secret words</password><email>&lt;me&gt;</email><key>k&amp;1</key></query>"
	if q := <-sent; !strings.Contains(q, want) {
		t.Errorf("sent %s", q)
	}
}

func TestRegistrationElsewhere(t *testing.T) {
	for given, want := range map[string]string{
		"https://example.test/join": "https://example.test/join", " HTTPS://example.test ": "HTTPS://example.test",
		"http://example.test": "", "javascript:alert(1)": "", "https://a\"b": "", "https://" + strings.Repeat("x", 3000): "",
	} {
		r, _ := registration(t, "<query xmlns='jabber:iq:register'><x xmlns='jabber:x:oob'><url>"+escape(given)+"</url></x></query>", "")
		form, err := r.Form(within(t))
		if want == "" {
			wantCode(t, err, chat.Rejected, chat.CodeRegistrationClosed)
		} else if err != nil || form.URL != want {
			t.Errorf("%q: %+v, %v", given, form, err)
		}
	}
}

func TestRegistrationRefused(t *testing.T) {
	for condition, code := range map[string]chat.Code{
		"service-unavailable": chat.CodeRegistrationClosed, "not-allowed": chat.CodeRegistrationClosed, "forbidden": chat.CodeRegistrationClosed,
		"resource-constraint": chat.CodeThrottled,
	} {
		r, _ := registration(t, refusal(condition), "")
		_, err := r.Form(within(t))
		wantCode(t, err, chat.Rejected, code)
	}
	for condition, code := range map[string]chat.Code{
		"conflict": chat.CodeAddressTaken, "not-acceptable": chat.CodeFormIncomplete, "bad-request": chat.CodeFormIncomplete,
		"jid-malformed": chat.CodeAddress, "resource-constraint": chat.CodeThrottled, "not-allowed": chat.CodeRegistrationClosed,
	} {
		r, _ := registration(t, "<query xmlns='jabber:iq:register'><username/><password/></query>", refusal(condition))
		if _, err := r.Form(within(t)); err != nil {
			t.Fatal(err)
		}
		for range 2 { // it may be tried again
			wantCode(t, r.Submit(within(t), []byte(password), nil), chat.Rejected, code)
		}
	}
}

// An answer that comes when the context has closed the connection is none: the
// form could not be sent.
func TestRegistrationEndsByItsContext(t *testing.T) {
	for range 50 { // which of the two comes first is chance
		r, _ := registration(t, dataFormQuery, "")
		_, err := r.Form(canceled())
		wantCode(t, err, chat.Offline, chat.CodeCanceled)
	}
}
