// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// lurch is where the package purple-lurch puts that plugin.
func lurch(t *testing.T) string {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/*/purple-2/lurch.so")
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		if os.Getenv("CHATSECURE_REQUIRE_SERVERS") != "" {
			t.Fatal("purple-lurch is not installed")
		}
		t.Skip("purple-lurch is not installed")
	}
	return found[0]
}

// lurchKeys are the fingerprints in lurch's own files: of its key, and of the one that
// it trusts for an address.
func (p *pidgin) lurchKeys(address string) (own, other string) {
	p.t.Helper()
	const script = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
for name in sys.argv[2:]:
    print(db.execute("SELECT key FROM identity_key_store WHERE name = ? AND trusted", [name]).fetchone()[0][1:].hex()) # without its type
`
	out, err := exec.CommandContext(p.t.Context(), "/usr/bin/python3", "-c", script,
		filepath.Join(p.home, p.address+"_axc_db.sqlite"), "own_public_key", address).CombinedOutput()
	keys := strings.Fields(string(out))
	if err != nil || len(keys) != 2 {
		p.t.Fatalf("lurch's keys: %v\n%s", err, out)
	}
	return keys[0], keys[1]
}

// OMEMO 0.3 with libpurple's lurch: it encrypts to whoever has published a list of
// devices.
func TestPidginOMEMO(t *testing.T) {
	plugin := lurch(t)
	s := team(t, "example.test", 0)
	paul := startPidgin(t, s, "paul", plugin)
	alice := added(t, s, "alice")
	a := online(alice)
	a.eventually("Paul's list of devices", func() bool { return a.state(paul.address)["error"] == "no-bundle" }) // that comes with the first message
	conversation := paul.call("PurpleConversationNew", "1", paul.account, alice.address)
	im := paul.call("PurpleConvIm", conversation)
	paul.until("lurch has Alice's list of devices", func() bool {
		paul.call("PurpleConversationAutosetTitle", conversation)
		title, err := paul.ask("PurpleConversationGetTitle", conversation)
		return err == nil && strings.Contains(title, "(OMEMO available)")
	})

	id := a.call("message.send", a.with(paul.address, "body", "if a < b && <i>c</i> {\n\tx\n}, ünï 漢字"))["id"]
	paul.heard("if a &lt; b &amp;&amp; &lt;i&gt;c&lt;/i&gt; {<BR>\\tx<BR>}, ünï 漢字")
	if m := a.newest(paul.address); m["id"] != id || m["encryption"] != "omemo" || m["fingerprint"] != a.ownKey() {
		t.Error(m)
	}
	key, alices := paul.lurchKeys(alice.address)
	if alices != a.ownKey() {
		t.Errorf("lurch has %s for Alice, whose key is %s", alices, a.ownKey())
	}
	says := func(sent, want, trust string) {
		t.Helper()
		paul.call("PurpleConvImSend", im, sent)
		if m := a.hears(paul.address, want); m["encryption"] != "omemo" || m["trust"] != trust || m["fingerprint"] != key {
			t.Error(m)
		}
	}
	says("<b>bold</b> &amp; <font color=\"#ff0000\">red</font>, don&apos;t &lt;panic&gt;", "bold & red, don't <panic>", "trusted")
	says("one<br>two ünï 漢字", "one\ntwo ünï 漢字", "trusted")
	a.call("encryption.trust", a.with(paul.address, "fingerprint", key, "trust", "yes"))
	for _, text := range []string{"first", "second", "third"} {
		a.call("message.send", a.with(paul.address, "body", text+" from chatsecure"))
		paul.heard(text + " from chatsecure")
		says(text+" from pidgin", text+" from pidgin", "verified")
	}
	a.closeInput()

	// What comes while nobody is there is read out of the archive, and runs later the
	// sessions are as they were.
	paul.call("PurpleConvImSend", im, "while you were away")
	paul.until("the archive has it", func() bool {
		return slices.ContainsFunc(alice.objects("history", paul.address, "--sync"), func(m map[string]any) bool {
			return m["body"] == "while you were away"
		})
	})
	if m := alice.objects("send", paul.address, "by a command", "--until", "sent")[0]; m["encryption"] != "omemo" {
		t.Error(m)
	}
	paul.heard("by a command")
	all := alice.objects("history", paul.address)
	for _, m := range all {
		if m["kind"] != "text" || m["encryption"] != "omemo" {
			t.Error(m)
		}
	}
	if len(all) != 11 {
		t.Error(fmt.Sprint(len(all), " messages of 11"))
	}
}
