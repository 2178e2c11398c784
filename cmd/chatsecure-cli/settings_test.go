// SPDX-License-Identifier: MPL-2.0

package main

import (
	"strings"
	"testing"
)

// Settings of the program are printed and set, by commands and by rpc.
func TestSettings(t *testing.T) {
	u := newUser(t, nil, "alice")
	wantIn(t, u.fails(exitUsage, "settings", "otr", "sometimes"), "sometimes is none of request, automatic, require, never")
	wantIn(t, u.fails(exitUsage, "settings", "colour"), "colour is none of otr, receipts")
	wantIn(t, u.fails(exitUsage, "settings", "receipts", "never"), "never is none of on, off")
	u.ok("init")
	all := func() string {
		var s []string
		for _, o := range u.objects("settings") {
			s = append(s, o["name"].(string)+"="+o["value"].(string))
		}
		return strings.Join(s, " ")
	}
	if got := all(); got != "otr=request receipts=on markers=on typing=on idle=on" {
		t.Error(got)
	}
	for _, value := range []string{"require", "automatic", "request", "never"} {
		if got := strings.TrimSpace(u.ok("settings", "otr", value)); got != "otr  "+value {
			t.Error(got)
		}
		if o := u.objects("settings", "otr")[0]; o["value"] != value {
			t.Error(o)
		}
	}
	u.ok("settings", "typing", "off")
	if got := all(); got != "otr=never receipts=on markers=on typing=off idle=on" {
		t.Error(got)
	}
	u.ok("settings", "typing", "on")

	p := u.rpc()
	if o := p.call("settings.set", map[string]any{"name": "otr", "value": "automatic"}); o["value"] != "automatic" {
		t.Error(o)
	}
	if o := p.call("settings.get", nil)["settings"].([]any)[0].(map[string]any); o["name"] != "otr" || o["value"] != "automatic" {
		t.Error(o)
	}
	for _, wrong := range []map[string]any{{"name": "otr", "value": "on"}, {"name": "x", "value": "on"}} {
		a := p.answer(p.start("settings.set", wrong))
		if e, _ := a["error"].(map[string]any); e["code"] != -32602.0 {
			t.Error(a)
		}
	}
	p.closeInput()
}
