// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"chatsecure.org/desktop/core/coretest"
)

func TestRPCMalformed(t *testing.T) {
	u := newUser(t, nil, "alice")
	u.ok("init")
	p := u.rpc()
	long := strings.Repeat("x", 3<<20)
	tests := []struct{ name, line, want string }{
		{"no JSON", `{"jsonrpc"`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,`},
		{"two values", `{} {}`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,`},
		{"number", `7`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,`},
		{"empty object", `{}`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,`},
		{"empty batch", `[]`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,`},
		{"no version", `{"id":5,"method":"account.list"}`, `{"jsonrpc":"2.0","id":5,"error":{"code":-32600,`},
		{"unknown method", `{"jsonrpc":"2.0","id":"a","method":"x"}`, `{"jsonrpc":"2.0","id":"a","error":{"code":-32601,`},
		{"params", `{"jsonrpc":"2.0","id":-3,"method":"message.send","params":[1]}`, `{"jsonrpc":"2.0","id":-3,"error":{"code":-32602,`},
		{"id is a list", `{"jsonrpc":"2.0","id":[1,{"b":2}],"method":"account.status"}`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,`},
		{"id is an object", `{"jsonrpc":"2.0","id": {},"method":"account.status"}`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,`},
		{"encryption", `{"jsonrpc":"2.0","id":3,"method":"message.send","params":{"address":"b@x","body":"x","encryption":"rot13"}}`, `{"jsonrpc":"2.0","id":3,"error":{"code":1,`},
		{"missing param", `{"jsonrpc":"2.0","id":1.5,"method":"message.search","params":{}}`, `{"jsonrpc":"2.0","id":1.5,"error":{"code":-32602,`},
		{"megabytes", `{"jsonrpc":"2.0","id":"` + long + `","method":"x"}`, `{"jsonrpc":"2.0","id":"` + long + `","error":{"code":-32601,`},
		{"core's error", `{"jsonrpc":"2.0","id":1,"method":"conversation.read","params":{"account":"no@body.test","address":"b@body.test"}}`, `{"jsonrpc":"2.0","id":1,"error":{"code":1,`},
		{"nobody", `{"jsonrpc":"2.0","id":2,"method":"otr.start","params":{}}`, `{"jsonrpc":"2.0","id":2,"error":{"code":-32602,`},
		{"no trust", `{"jsonrpc":"2.0","id":2,"method":"smp.start","params":{"address":7}}`, `{"jsonrpc":"2.0","id":2,"error":{"code":-32602,`},
		{"id is true", `{"jsonrpc":"2.0","id":true,"method":"account.status"}`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,`},
		{"good", `{"jsonrpc":"2.0","id": null,"method":"account.status"}`, `{"jsonrpc":"2.0","id":null,"result":{"accounts":[]}}`},
		{
			"batch", `[1,{"jsonrpc":"2.0","method":"account.status"},{"jsonrpc":"2.0","id":9,"method":"conversation.list"}]`,
			`[{"jsonrpc":"2.0","id":null,"error":{"code":-32600,`,
		},
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p.write("") // an empty line asks for nothing
			p.write(`{"jsonrpc":"2.0","method":"account.status"}`)
			p.write(test.line)
			p.until("line", func() bool { return len(p.lines) > i })
			p.mu.Lock()
			defer p.mu.Unlock()
			if got := p.lines[i]; !strings.HasPrefix(got, test.want) || len(p.lines) != i+1 {
				t.Fatalf("got %.300s", got)
			}
			if !json.Valid([]byte(p.lines[i])) {
				t.Fatal("no JSON")
			}
		})
	}
	p.id = 1000 // past the ids above
	wantIn(t, p.lines[len(p.lines)-1], `"id":9,"result":{"conversations":[]}`)
	if got := p.refused("encryption.devices", map[string]any{"account": "a@x.test", "address": "b@x.test"}); got != "input/not-found" {
		t.Error(got)
	}
	if got := p.refused("contact.list", map[string]any{"account": "@"}); got != "input/malformed-address" {
		t.Error(got)
	}
	for _, method := range []string{"account.status", "account.connect", "contact.list", "conversation.list"} {
		if got := p.refused(method, map[string]any{"account": "nobody@x.test"}); got != "input/not-found" {
			t.Errorf("%s of an account that is not there: %s", method, got)
		}
	}
	p.closeInput()
}

// The last request needs no line end, and is answered before the program ends.
func TestRPCEndOfInput(t *testing.T) {
	u := newUser(t, nil, "alice")
	u.ok("init")
	r := u.run(`{"jsonrpc":"2.0","id":1,"method":"account.list"}`, "rpc")
	if r.status != exitDone || r.out != `{"jsonrpc":"2.0","id":1,"result":{"accounts":[]}}`+"\n" || r.errs != "" {
		t.Fatalf("%+v", r)
	}
	if r := u.run("", "rpc"); r.status != exitDone || r.out != "" || r.errs != "" {
		t.Fatalf("%+v", r)
	}
}

// Who pipes messages in and closes the pipe expects that they are sent.
func TestRPCPipedMessages(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := added(t, s, "alice"), added(t, s, "bob")
	const n = 300
	var in strings.Builder
	for i := range n {
		fmt.Fprintf(&in, `{"jsonrpc":"2.0","id":%d,"method":"message.send","params":{"account":%q,"address":%q,"body":"piped %d"}}`+"\n", i, alice.address, bob.address, i)
	}
	r := alice.run(in.String(), "rpc")
	if r.status != exitDone || strings.Count(r.out, `"result":{"id":`) != n {
		t.Fatalf("%d: %s%s", r.status, r.out, r.errs)
	}
	for i, m := range alice.objects("history", bob.address) {
		if m["status"] != "sent" || m["body"] != fmt.Sprintf("piped %d", i) {
			t.Fatal(m)
		}
	}
	s.Stop() // a server that is away does not hold up the end
	if r := alice.run(strings.ReplaceAll(in.String(), "piped", "later"), "rpc"); r.status != exitDone || strings.Count(r.out, `"result":{"id":`) != n {
		t.Fatalf("%d: %s%s", r.status, r.out, r.errs)
	}
	if m := alice.objects("history", bob.address, "--limit", "1"); m[0]["status"] != "queued" || m[0]["body"] != fmt.Sprintf("later %d", n-1) {
		t.Fatal(m)
	}
}

// online starts rpc with notifications and waits until the account is online.
func online(u *user) *peer {
	u.t.Helper()
	p := u.rpc()
	p.call("subscribe", nil)
	p.noted("account.status", map[string]any{"account": u.address, "state": "online", "error": ""})
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lines[0] != `{"jsonrpc":"2.0","id":1,"result":{}}` {
		u.t.Errorf("before the answer to subscribe came %s", p.lines[0])
	}
	return p
}

// bodies are the texts of a conversation from one side, oldest first.
func (p *peer) bodies(address, direction string) []string {
	p.u.t.Helper()
	var all []string
	before := ""
	for {
		r := p.call("message.page", map[string]any{"account": p.u.address, "address": address, "before": before, "limit": 40})
		var texts []string
		messages := r["messages"].([]any)
		for _, o := range messages {
			if m := o.(map[string]any); m["direction"] == direction {
				texts = append(texts, m["body"].(string))
			}
		}
		all = append(texts, all...)
		if r["more"] != true {
			return all
		}
		before = messages[0].(map[string]any)["id"].(string)
	}
}

func TestRPCConversation(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := newUser(t, s, "alice"), newUser(t, s, "bob")
	coretest.User(t, s, "alice", alice.password())
	coretest.User(t, s, "bob", bob.password())
	var peers []*peer
	for _, u := range []*user{alice, bob} {
		u.ok("init")
		p := u.rpc()
		p.call("subscribe", nil)
		login := map[string]any{"address": u.address, "password": "wrong", "host": s.Host, "port": s.Port}
		if got := p.refused("account.add", login); got != "auth/not-authorized" {
			t.Fatal(got)
		}
		login["password"] = u.password()
		if r := p.call("account.add", login); r["account"] != u.address || r["state"] != "online" {
			t.Fatal(r)
		}
		if got := p.refused("account.add", login); got != "input/exists" {
			t.Fatal(got)
		}
		p.noted("account.status", map[string]any{"account": u.address, "state": "online"})
		peers = append(peers, p)
	}
	a, b := peers[0], peers[1]
	a.call("contact.add", map[string]any{"account": alice.address, "address": bob.address, "name": "Bob"})
	b.eventually("Alice's question", func() bool { return b.contact(alice.address)["asking"] == true })
	b.call("contact.accept", map[string]any{"account": bob.address, "address": alice.address})

	const n = 100
	for i := range n {
		for _, p := range peers {
			to := bob.address
			if p == b {
				to = alice.address
			}
			p.start("message.send", map[string]any{"account": p.u.address, "address": to, "body": fmt.Sprintf("%s %d", p.u.local, i)})
		}
	}
	for _, p := range peers {
		other := peers[0].u
		if p == a {
			other = bob
		}
		p.eventually("all messages", func() bool {
			got := p.bodies(other.address, "in")
			for i, body := range got {
				if want := fmt.Sprintf("%s %d", other.local, i); body != want {
					t.Fatalf("%s has %q at place %d", p.u.local, body, i)
				}
			}
			return len(got) == n
		})
		p.eventually("all receipts", func() bool {
			r := p.call("message.page", map[string]any{"account": p.u.address, "address": other.address, "limit": 2 * n})
			return !slices.ContainsFunc(r["messages"].([]any), func(o any) bool {
				m := o.(map[string]any)
				return m["direction"] == "out" && m["status"] != "delivered"
			})
		})
	}

	list := a.call("conversation.list", nil)["conversations"].([]any)[0].(map[string]any)
	if list["unread"] != float64(n) || list["address"] != bob.address || list["name"] != "Bob" {
		t.Fatal(list)
	}
	a.call("conversation.read", map[string]any{"account": alice.address, "address": bob.address})
	list = a.call("conversation.list", nil)["conversations"].([]any)[0].(map[string]any)
	if list["unread"] != 0.0 {
		t.Fatal("unread after reading:", list["unread"])
	}
	found := a.call("message.search", map[string]any{"query": "bob 42"})["messages"].([]any)
	if len(found) != 1 || found[0].(map[string]any)["body"] != "bob 42" {
		t.Fatal(found)
	}
	if got := a.refused("message.send", map[string]any{"account": alice.address, "address": bob.address, "body": ""}); got != "input/empty" {
		t.Error(got)
	}

	a.call("account.disconnect", map[string]any{"address": alice.address})
	a.noted("account.status", map[string]any{"account": alice.address, "state": "offline"})
	id := a.call("message.send", map[string]any{"account": alice.address, "address": bob.address, "body": "written offline"})["id"]
	if _, ok := id.(string); !ok {
		t.Fatal(id)
	}
	a.call("account.connect", map[string]any{"address": alice.address})
	b.eventually("the message that was written offline", func() bool {
		got := b.bodies(alice.address, "in")
		return got[len(got)-1] == "written offline"
	})
	a.closeInput()
	b.closeInput()
}

// contact is what the contact list says of somebody.
func (p *peer) contact(address string) map[string]any {
	p.u.t.Helper()
	for _, o := range p.call("contact.list", map[string]any{"account": p.u.address})["contacts"].([]any) {
		if c := o.(map[string]any); c["address"] == address {
			return c
		}
	}
	return nil
}
