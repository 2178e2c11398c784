// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folder writes a bundle under work, and a manifest if files have none.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "x.csres")
	if _, there := files["manifest.json"]; !there {
		write(t, dir, "manifest.json", `{"schema":1,"id":"org.acme.chat","name":"Acme Chat","version":"1.2.0","locale_default":"en"}`)
	}
	for name, data := range files {
		write(t, dir, name, data)
	}
	return dir
}

func write(t testing.TB, dir, name, data string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

// person loads a bundle as the person's, with no other beside.
func person(t testing.TB, path string) (*Bundle, error) {
	t.Helper()
	return Load(LoadOptions{System: []string{}, Person: path})
}

func TestPersonsBundleChangesLooks(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"strings/base.json":    `{"action.ok":{"text":"Fine"},"own.line":{"text":"Made by Acme"},"not.there":{"text":"x"}}`,
		"strings/de.json":      `{"action.ok":"Gut"}`,
		"theme/theme.json":     `{"light":{"accent":"#102030"},"layout":"simple"}`,
		"icons/app.svg":        `<svg xmlns="http://www.w3.org/2000/svg"/>`,
		"icons/send.svg":       `<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9"/></svg>`,
		"servers/servers.json": `{"servers":[{"domain":"acme.example"}]}`,
		"branding.json":        `{"links":{"home":"https://acme.example"},"ui":{"mode":"simple"},"signup":{"domain":"acme.example","nickname_only":true}}`,
		"policy.json":          `{"encryption.require":"all"}`,
	})
	b, err := person(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	d := Default()
	if b.Text("action.ok") != "Fine" || b.Text("own.line") != "Made by Acme" || b.Palette().Light["accent"] != "#102030" ||
		b.Layout() != LayoutSimple || b.Branding().UI.Mode != "simple" || string(b.Icon("send").SVG) == string(d.Icon("send").SVG) {
		t.Error("its looks do not count")
	}
	if b.Has("not.there") {
		t.Error("it brought a text that is nobody's")
	}
	if b.Branding().Name != d.Branding().Name || b.Branding().ID != d.Branding().ID || string(b.Icon("app").SVG) != string(d.Icon("app").SVG) {
		t.Error("it changed who the program is")
	}
	if len(b.Servers()) != len(d.Servers()) || b.Branding().Links["home"] != d.Branding().Links["home"] || b.Signup().Domain != "" ||
		b.Signup().NicknameOnly || !b.Policy().Empty() {
		t.Error("unsigned, it changed more than looks")
	}
	for kind, id := range map[string]string{"text": "action.ok", "color": "accent", "icon": "send"} {
		if b.Origin(kind, id) != LayerPerson {
			t.Errorf("%s %s is of the layer %s", kind, id, b.Origin(kind, id))
		}
	}
	if b.Origin("icon", "app") != LayerDefault || b.Origin("text", "action.back") != LayerDefault {
		t.Error("what it does not have is its")
	}
	why := map[string]string{}
	for _, i := range b.Layers()[1].Ignored {
		why[i.Item] = i.Reason
		if !d.Has(i.Reason) {
			t.Errorf("no words for %s", i.Reason)
		}
	}
	for item, reason := range map[string]string{
		"manifest.json: name": reasonIdentity, "icons/app.svg": reasonIdentity, "servers/servers.json": reasonUnsigned,
		"policy.json": reasonUnsigned, "branding.json: links.home": reasonUnsigned, "branding.json: signup.domain": reasonUnsigned,
	} {
		if why[item] != reason {
			t.Errorf("%s was ignored because of %q, want %q", item, why[item], reason)
		}
	}
	if s := b.PolicySources(); len(s) != 1 || len(s[0].Refused) != 1 || s[0].Name != "Acme Chat" {
		t.Errorf("policies: %+v", s)
	}
}

func TestDefaultLocksDiffer(t *testing.T) {
	t.Parallel()
	looks := map[string]*lockLook{}
	for _, id := range lockIDs {
		look, err := drawLock(Default().Icon(id))
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		looks[id] = look
	}
	for _, id := range lockIDs {
		for _, other := range lockIDs {
			if id != other && difference(&looks[id].cover, &looks[other].cover) < 2*leastDifference {
				t.Errorf("%s and %s differ by %.2f only", id, other, difference(&looks[id].cover, &looks[other].cover))
			}
		}
	}
}

// A picture of something else that looks like the verified lock would be taken for it.
func TestUnsignedPictureIsNoLock(t *testing.T) {
	t.Parallel()
	d := Default()
	dir := folder(t, map[string]string{
		"icons/search.svg":    strings.ReplaceAll(string(d.Icon("lock-verified").SVG), "currentColor", "#00aa00"),
		"icons/send@dark.svg": string(d.Icon("lock-closed").SVG),
	})
	b, err := person(t, dir)
	refusedBy(t, b, err, "icons/search.svg", "looks like the picture of lock-verified")
	refusedBy(t, b, err, "icons/send@dark.svg", "looks like the picture of lock-closed")

	same := map[string]string{}
	for id, icon := range d.icons {
		if !isIdentityIcon(id) && !isLock(id) {
			same["icons/"+icon.Name] = string(icon.SVG)
		}
	}
	if _, err := person(t, folder(t, same)); err != nil {
		t.Error(err)
	}
}

// The words of what a person decides about safety can not be exchanged: who reads "They
// are the same" has to press what says so.
func TestUnsignedBundleKeepsWordsOfDecisions(t *testing.T) {
	t.Parallel()
	pairs := [][2]string{
		{"compare.yes", "compare.no"},
		{"security.require.yes", "security.require.no"},
		{"level.strict", "level.relaxed"},
		{"device.use", "device.distrust"},
		{"act.verify-own", "act.remove-own"},
		{"plain.yes", "action.cancel"},
		{"bundle.ignored.locks", "bundle.ignored.unsigned"},
		{"layer.unsigned", "layer.refused"},
		{"error.certificate-expired", "error.certificate-other-host"},
		{"out.plain", "out.encrypt"},
	}
	d, texts := Default(), map[string]map[string]string{}
	for _, p := range pairs {
		texts[p[0]] = map[string]string{"text": d.Text(p[1])}
		texts[p[1]] = map[string]string{"text": d.Text(p[0])}
	}
	data, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	b, err := person(t, folder(t, map[string]string{"strings/base.json": string(data)}))
	if err != nil {
		t.Fatal(err)
	}
	for id := range texts {
		if b.Text(id) != d.Text(id) {
			t.Errorf("%s says %q", id, b.Text(id))
		}
	}
}
