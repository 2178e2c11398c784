// SPDX-License-Identifier: MPL-2.0

package coretest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// modules is where Debian's prosody-modules has the community's modules. Those for the
// newer login are of 2023, and written for the Prosody after 0.12.
const modules = "/usr/lib/prosody/modules"

// smacks is Prosody's mod_smacks as mod_sasl2_sm wants it. That of 0.12 sends its answers
// itself: they are caught, for the answer to go into the end of the login and the rest
// behind it.
const smacks = `local smacks = module:depends("smacks");
local jid_join = require "util.jid".join;
local streams = module:shared("/*/smacks/resumption-tokens");

local function caught(session, handle, stanza)
	local send, said = session.send, {};
	session.send = function (s) table.insert(said, s); return true; end
	handle(session, stanza, stanza.attr.xmlns);
	session.send = send;
	return said;
end

-- 0.12 has no such word for its stanzas.
getmetatable(st.stanza("failed")).add_error = function (stanza, err)
	return stanza:tag(err.condition, { xmlns = "urn:ietf:params:xml:ns:xmpp-stanzas" }):up();
end

local mod_smacks = {};

function mod_smacks.do_enable(session, stanza)
	local answer = caught(session, smacks.handle_enable, stanza)[1];
	if answer.name ~= "enabled" then
		return nil, { condition = answer.tags[1].name };
	end
	return { id = answer.attr.id; resume_max = answer.attr.max; finish = function () end };
end

function mod_smacks.do_resume(session, stanza)
	local send, id = session.send, stanza.attr.previd;
	local resumed = streams[jid_join(session.username, session.host, id)];
	local said = caught(session, smacks.handle_resume, stanza);
	local answer = table.remove(said, 1);
	if answer.name ~= "resumed" then
		return nil, { condition = answer.tags[1].name; context = { h = tonumber(answer.attr.h) } };
	end
	-- What it does with the session's own send, and what later servers do with the login.
	resumed.send = send;
	resumed.send.session = resumed;
	resumed.send.filter = resumed.filter;
	for _, field in ipairs { "sasl_handler", "client_id", "fast_token_request" } do
		resumed[field] = session[field];
	end
	return { type = "resumed"; id = id; session = resumed; finish = function ()
		resumed.resending_unacked = true; -- they are in the queue already
		for _, s in ipairs(said) do
			resumed.send(s);
		end
		resumed.resending_unacked = nil;
	end };
end
`

// newerLogin are those modules, and what is another text in them for Prosody 0.12.
var newerLogin = map[string][]struct{ old, new string }{
	"sasl2": { // a connection has no words of its own for its TLS
		{`origin.conn:ssl_info()`, `origin.conn:socket():info()`},
		{`origin.conn.ssl_peerfinished and origin.conn:ssl_peerfinished()`, `origin.conn:socket():getpeerfinished()`},
		// Else what nobody may send who has not logged in stays too big: 10,000 bytes.
		{`event.success = st.stanza(`, `module:fire_event("authentication-success", { session = session }); event.success = st.stanza(`},
	},
	"sasl2_bind2": nil,
	"sasl2_fast": {
		{`jid.node(event.stream.from)`, `"somebody"`}, // there is no event.stream, and the name is not used
		{`auth:get_child_attr("user-agent", nil, "id")`, `(auth:get_child("user-agent") or auth).attr.id`},
		{`dt.datetime(token_info.expires_at)`, `dt.datetime(math.floor(token_info.expires_at))`},
	},
	"sasl2_sm": {{`local mod_smacks = module:depends("smacks");`, smacks}},
}

// NewerLogin changes o for a Prosody with SASL2, Bind 2, FAST, and stream management with
// them (XEP-0388, 0386, 0484, 0198). Where the modules are not installed the test is
// skipped, or fails if CHATSECURE_REQUIRE_SERVERS is set; it fails with other modules than
// those of Debian 12.
func NewerLogin(t testing.TB, o Options) Options {
	t.Helper()
	o.Plugins = t.TempDir()
	var names []string
	for name, changes := range newerLogin {
		file := "mod_" + name + ".lua"
		b, err := os.ReadFile(filepath.Join(modules, "mod_"+name, file))
		if errors.Is(err, fs.ErrNotExist) && os.Getenv("CHATSECURE_REQUIRE_SERVERS") == "" {
			t.Skip(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		text := string(b)
		for _, c := range changes {
			if n := strings.Count(text, c.old); n != 1 {
				t.Fatalf("%s, which is to be changed for Prosody 0.12, is another one: %q is there %d times", file, c.old, n)
			}
			text = strings.Replace(text, c.old, c.new, 1)
		}
		if err := os.WriteFile(filepath.Join(o.Plugins, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	o.Extra += "\n\tmodules_enabled = { \"" + strings.Join(names, `", "`) + "\" }\n"
	return o
}
