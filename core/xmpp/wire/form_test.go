// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"encoding/xml"
	"strings"
	"testing"
	"unicode/utf8"

	"chatsecure.org/desktop/core/chat"
)

// A form of any server is shown within bounds, and any answer to it is one whole
// element that gives what was asked for and nothing else.
func FuzzForm(f *testing.F) {
	for _, query := range []string{
		dataFormQuery,
		"<query xmlns='jabber:iq:register'><instructions>x</instructions><username/><password/><email>a</email><email/><key>k</key><misc/></query>",
		"<query xmlns='jabber:iq:register'><x xmlns='jabber:x:oob'><url>https://a</url></x></query>",
		"<query xmlns='jabber:iq:register'><x xmlns='jabber:x:data'/><x xmlns='jabber:x:data'><field var='a' type='list-multi'><value>1</value><value>2</value></field></x></query>",
		"<query xmlns='jabber:iq:register'><x xmlns='jabber:x:data'><field var='&lt;&apos;&#x1F980;' label='" + strings.Repeat("ä", 5000) + "'><required/></field></x></query>",
		"<query xmlns='jabber:iq:register'><x xmlns='jabber:x:data'>" + strings.Repeat("<field var='a'/>", 100) + "</x></query>",
	} {
		f.Add(query, "secret <&'\"> \u200d", "an\nanswer")
	}
	f.Fuzz(func(t *testing.T, query, password, answer string) {
		var q struct {
			XMLName xml.Name      `xml:"jabber:client iq"`
			Query   registerQuery `xml:"jabber:iq:register query"`
		}
		if parse([]byte("<iq>"+query+"</iq>"), &q) != nil {
			return
		}
		form := q.Query.form()
		if len(form.Fields) > maxFields || len(form.Instructions) > maxText || form.URL != "" && !strings.EqualFold(form.URL[:8], "https://") {
			t.Fatalf("%d fields, %d bytes, %q", len(form.Fields), len(form.Instructions), form.URL)
		}
		values := map[string]string{"made-up": "made-up"}
		for _, field := range form.Fields {
			if len(field.Value) > maxText || len(field.Label) > maxText || len(field.Options) > maxFields || !utf8.ValidString(field.Label+field.Value) {
				t.Fatalf("field %.100q", field.Label+field.Value)
			}
			values[field.Name] = answer
		}
		text := q.Query.submit("alice", []byte(password), values)
		el, err := newFrames(strings.NewReader(text), MaxAfterLogin).next()
		if err != nil || string(el) != text {
			t.Fatalf("%q: %v", text, err)
		}
		var sent registerQuery
		if err := parse(el, &sent); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if strings.Contains(text, "made-up") && !strings.Contains(query, "made-up") {
			t.Fatalf("%q was not asked for", text)
		}
	})
}

// What a person answers to a form that asks for more than can be shown is not
// missing.
func TestFormOfManyFields(t *testing.T) {
	r, _ := registration(t, "<query xmlns='jabber:iq:register'><x xmlns='jabber:x:data'>"+
		strings.Repeat("<field var='a'><required/></field>", 500)+"<field var='b'><required/></field></x></query>", "")
	form, err := r.Form(within(t))
	if err != nil || len(form.Fields) != maxFields {
		t.Fatalf("%d fields, %v", len(form.Fields), err)
	}
	wantCode(t, r.Submit(within(t), []byte(password), nil), chat.Input, chat.CodeFormIncomplete)
	if err := r.Submit(within(t), []byte(password), map[string]string{"a": "x"}); err != nil {
		t.Error(err)
	}
}
