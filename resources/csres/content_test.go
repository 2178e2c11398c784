// SPDX-License-Identifier: MPL-2.0

package csres

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"image"
	"image/png"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const svgHead = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 24 24">`

// pngHead is a PNG that says its size and has nothing else.
func pngHead(width, height uint32) string {
	chunk := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	chunk = append(binary.BigEndian.AppendUint32(chunk, height), 8, 6, 0, 0, 0)
	data := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), chunk...)
	return string(binary.BigEndian.AppendUint32(data, crc32.ChecksumIEEE(chunk)))
}

func TestHostileContent(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 5<<20) + strings.Repeat("]", 2<<20)
	for _, c := range []struct{ file, data, reason string }{
		{"strings/base.json", "\xef\xbb\xbf{}", "byte order mark"},
		{"strings/base.json", "{\"a\":\"\xff\"}", "UTF-8"},
		{"strings/base.json", "{\"a\":\"\xed\xa0\x80\"}", "UTF-8"},
		{"strings/base.json", "{\"a\":\"\\ud800\"}", "not followed by a character"},
		{"strings/base.json", "{\"a\":\"\\u0000\"}", "not followed by a character"},
		{"strings/base.json", "{\"a\":\"\u202e\"}", "reading direction"},
		{"strings/base.json", "{\"a\":1,\"b\":2,\"a\":3}", "twice"},
		{"strings/base.json", "{\"a\":1,\"\\u0061\":3}", "twice"},
		{"strings/base.json", "{} {}", "follows the end"},
		{"strings/base.json", "{\"a\":1,}", "key has to stand"},
		{"strings/base.json", "{'a':1}", "key has to stand"},
		{"strings/base.json", "// a\n{}", "has to stand here"},
		{"strings/base.json", "{\"a\":01}", "has to stand here"},
		{"strings/base.json", "{\"a\":NaN}", "has to stand here"},
		{"strings/base.json", "", "too early"},
		{"strings/base.json", "{\"a\":\"\n\"}", "control character"},
		{"strings/base.json", "{\"a\":\"\x1b\"}", "control character"},
		{"strings/base.json", "{\"a\":\"\\u001b\"}", "control character"},
		{"strings/base.json", "{\"a\":\"\\u0085\"}", "control character"},
		{"strings/base.json", "{\"a\":\"\\u202e\"}", "control character"},
		{"strings/base.json", deep, "levels deep"},
		{"strings/base.json", strings.Repeat(`{"a":`, 1<<20), "levels deep"},
		{"strings/base.json", "[" + strings.Repeat("0,", 1<<20) + "0]", "values"},
		{"images/a.png", pngHead(20000, 20000), "4096"},
		{"stickers/a/b.png", pngHead(1025, 8), "1024"},
		{"images/a.png", pngHead(0xffffffff, 1), "PNG"},
		{"images/a.png", pngHead(0, 0), "PNG"},
		{"images/a.png", "GIF89a", "PNG"},
		{"images/a.svg", svgHead + `<script>alert(1)</script></svg>`, "script"},
		{"images/a.svg", svgHead + `<SCRIPT/></svg>`, "SCRIPT"},
		{"images/a.svg", svgHead + `<s:script xmlns:s="http://www.w3.org/2000/svg"/></svg>`, "script"},
		{"images/a.svg", svgHead + `<foreignObject><p/></foreignObject></svg>`, "foreignObject"},
		{"images/a.svg", svgHead + `<g><g onload="x()"/></g></svg>`, "onload"},
		{"images/a.svg", svgHead + `<g ONCLICK="x()"/></svg>`, "ONCLICK"},
		{"images/a.svg", svgHead + `<use href="https://evil.example/a.svg#x"/></svg>`, "outside"},
		{"images/a.svg", svgHead + `<use xlink:href="other.svg#x"/></svg>`, "outside"},
		{"images/a.svg", svgHead + `<image href="data:image/png;base64,AA=="/></svg>`, "image"},
		{"images/a.svg", svgHead + `<a href="javascript:x()"/></svg>`, "<a>"},
		{"images/a.svg", svgHead + `<rect fill="url(https://evil.example/x)"/></svg>`, "outside"},
		{"images/a.svg", svgHead + `<rect fill="URL( 'file:///etc/passwd' )"/></svg>`, "outside"},
		{"images/a.svg", svgHead + `<rect fill="&#117;rl(//evil.example/x)"/></svg>`, "outside"},
		{"images/a.svg", svgHead + `<rect style="fill:\75rl(x)"/></svg>`, "backslash"},
		{"images/a.svg", svgHead + `<style>@import "https://evil.example/x.css";</style></svg>`, "outside"},
		{"images/a.svg", svgHead + `<style>.a{fill:url(https://evil.example)}</style></svg>`, "outside"},
		{"images/a.svg", svgHead + `<set attributeName="href" to="https://evil.example"/></svg>`, "set"},
		{"images/a.svg", svgHead + `<animate attributeName="x"/></svg>`, "animate"},
		{"images/a.svg", `<!DOCTYPE svg SYSTEM "http://evil.example/x.dtd">` + svgHead + `</svg>`, "document type"},
		{"images/a.svg", `<!DOCTYPE svg [<!ENTITY a "aa">]>` + svgHead + `&a;</svg>`, "document type"},
		{"images/a.svg", `<?xml-stylesheet href="x.css"?>` + svgHead + `</svg>`, "processing instruction"},
		{"images/a.svg", svgHead + `<?php x ?></svg>`, "processing instruction"},
		{"images/a.svg", svgHead + `&unknown;</svg>`, "XML"},
		{"images/a.svg", `<?xml version="1.0" encoding="UTF-7"?>` + svgHead + `</svg>`, "XML"},
		{"images/a.svg", "\xef\xbb\xbf" + svgHead + `</svg>`, "byte order mark"},
		{"images/a.svg", "\xff\xfe<\x00s\x00v\x00g\x00", "UTF-8"},
		{"images/a.svg", `<html/>`, "no SVG"},
		{"images/a.svg", svgHead, "whole"},
		{"images/a.svg", svgHead + `</svg>` + svgHead + `</svg>`, "no SVG"},
		{"images/a.svg", svgHead + `<g></b></svg>`, "fit"},
		{"images/a.svg", `<svg xmlns="http://www.w3.org/2000/svg" width="20000" height="20000"/>`, "4096"},
		{"images/a.svg", svgHead + `<defs><g id="a"><use xlink:href="#a"/></g></defs></svg>`, "itself"},
		{"images/a.svg", svgHead + `<g id="a"><g><use href=" #b"/></g></g><g id="b"><use id="c" href="#a"/></g></svg>`, "itself"},
		{"images/a.svg", svgHead + `<linearGradient id="a" href="#a"/></svg>`, "itself"},
		{"images/a.svg", svgHead + strings.Repeat("<g>", 100_000), "deep"},
		{"images/a.svg", svgHead + strings.Repeat("<g/>", 30_000) + `</svg>`, "elements"},
		{"images/a.svg", svgHead + strings.Repeat(`<use href="#a"/>`, 30) + `</svg>`, "<use>"},
		{"images/a.svg", svgHead + `<path stroke-dasharray="0.0001 0.0001" d="M0 0H24"/></svg>`, "dash"},
		{"images/a.svg", svgHead + `<path d="M0 0H1e12"/></svg>`, "far away"},
		{"fonts/a.ttf", "\x00\x01\x00\x00\xff\xff", "font"},
		{"fonts/a.ttf", "\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00glyf\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff", "font"},
		{"fonts/a.ttf", "wOFF", "font"},
		{"sounds/a.ogg", "RIFF", "Ogg"},
		{"help/a.md", "# a\n<script>", "HTML"},
		{"help/a.md", "a\n<img src=x>", "HTML"},
		{"help/a.md", "![](https://evil.example/x.png)", "pictures"},
		{"legal/terms.md", "\x00", "control character"},
	} {
		t.Run(c.file+" "+c.reason+" "+c.data[:min(len(c.data), 60)], func(t *testing.T) {
			t.Parallel()
			refused(t, writeZip(t, rawZip(goodZip(map[string]string{c.file: c.data}), -1)), c.file, c.reason)
			refused(t, writeDir(t, map[string]string{c.file: c.data}), c.file, c.reason)
		})
	}
}

func TestHostileManifests(t *testing.T) {
	t.Parallel()
	with := func(old, to string) string { return strings.Replace(goodManifest, old, to, 1) }
	for _, c := range []struct{ name, data, reason string }{
		{"nested", strings.Repeat(`{"files":`, 10<<20/9), "MiB"},
		{"nested within the limit", strings.Repeat(`{"files":`, 7<<20/9), "levels deep"},
		{"a list", "[]", "not an object"},
		{"doubled key", with(`"schema":1`, `"schema":1,"schema":1`), "twice"},
		{"unknown key", with(`"schema":1`, `"schema":1,"code":"x"`), "not known"},
		{"later schema", with(`"schema":1`, `"schema":2`), "schema"},
		{"schema of another kind", with(`"schema":1`, `"schema":"1"`), "schema"},
		{"no id", with(`"id":"org.acme.chat",`, ``), "id is missing"},
		{"id with a way", with(`org.acme.chat`, `../../org`), "application id"},
		{"id of one part", with(`org.acme.chat`, `acme`), "application id"},
		{"name on two lines", with(`Acme Chat`, `Acme\nChat`), "name"},
		{"name that turns", with(`Acme Chat`, "Acme\u2067Chat"), "name"},
		{"no version", with(`1.2.0`, `new`), "version"},
		{"no language", with(`"en"`, `"!"`), "locale_default"},
		{"hash too short", with(`"schema":1`, `"schema":1,"files":{"help/a.md":{"sha256":"00","size":1}}`), "hex"},
		{"size below nothing", with(`"schema":1`, `"schema":1,"files":{"help/a.md":{"sha256":"`+strings.Repeat("0", 64)+`","size":-1}}`), "MiB"},
		{"size that is none", with(`"schema":1`, `"schema":1,"files":{"help/a.md":{"sha256":"`+strings.Repeat("0", 64)+`","size":1e3}}`), "MiB"},
		{"itself in the list", with(`"schema":1`, `"schema":1,"files":{"manifest.json":{"sha256":"`+strings.Repeat("0", 64)+`","size":1}}`), "can not be in the list"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			refused(t, writeDir(t, map[string]string{ManifestName: c.data}), ManifestName, c.reason)
			refused(t, writeZip(t, rawZip([]rawEntry{{name: ManifestName, data: c.data}}, -1)), ManifestName, c.reason)
		})
	}
}

func TestGoodContent(t *testing.T) {
	t.Parallel()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewNRGBA(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		"images/a.png": picture.String(),
		"images/b.svg": `<?xml version="1.0" encoding="UTF-8"?><!-- drawn --><svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" viewBox="0 0 24 24" width="1024px"><defs><linearGradient id="g"/></defs><style>.a{fill:#fff}</style><rect class="a" fill="url(#g)" inkscape:label="a (b)"/><use href="#g"/><path stroke-dasharray="2 1" d="M0-1.5e-3L2 2"/></svg>`,
		"help/a.md":    "# a\n\n1 < 2, see <https://acme.example> or [here](https://acme.example)\n",
	}
	b, err := Open(writeZip(t, rawZip(goodZip(files), -1)))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range files {
		if string(b.File(name)) != data {
			t.Errorf("%s is another", name)
		}
	}
}

// What is no key of an object, or a number, is the same as the standard library's:
// our parser takes nothing that it does not, and reads the same out of it.
func FuzzParseJSON(f *testing.F) {
	for _, seed := range []string{`{}`, `{"a":[1,-0.5e+3,"\u00e4\ud83d\ude00",true,null,{"b":{}}]}`, `[[[[]]]]`, `"\n"`, ` 1 `, `{"a":1,"a":2}`, "\xff", `1e+-5`, `-`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, p := ParseJSON(data)
		if p != nil {
			if p.Reason == "" || p.Line < 0 {
				t.Error("no reason")
			}
			return
		}
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		var want any
		if err := d.Decode(&want); err != nil {
			t.Fatalf("the standard library does not read it: %v", err)
		}
		if got := v.plain(); !reflect.DeepEqual(got, want) {
			t.Errorf("%#v, want %#v", got, want)
		}
	})
}

func (v Value) plain() any {
	switch v.Kind {
	case Object:
		m := map[string]any{}
		for _, member := range v.Members {
			m[member.Key] = member.Value.plain()
		}
		return m
	case Array:
		list := []any{}
		for _, item := range v.Items {
			list = append(list, item.plain())
		}
		return list
	case String:
		return v.Text
	case Number:
		return json.Number(v.Text)
	case Bool:
		return v.Text == "true"
	}
	return nil
}

func TestLines(t *testing.T) {
	t.Parallel()
	v, p := ParseJSON([]byte("{\n \"a\": 1,\n\n \"b\": {\"c\":\n 2}\n}"))
	if p != nil || v.Get("a").Line != 2 || v.Get("b").Line != 4 || v.Get("b").Get("c").Line != 5 || v.Get("x").Get("y") != nil {
		t.Errorf("%+v %v", v, p)
	}
	if _, p := ParseJSON([]byte("{\n\n \"a\": x}")); p == nil || p.Line != 3 {
		t.Errorf("%v", p)
	}
}

// Versions are ordered, and 1 is 1.0.0.
func TestCompareVersions(t *testing.T) {
	t.Parallel()
	order := []string{"no version", "0.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1", "1.0.1", "1.2", "1.10", "2.0.0"}
	for i, a := range order {
		for j, b := range order {
			c := CompareVersions(a, b)
			if i < j && c >= 0 || i > j && c <= 0 || i == j && c != 0 {
				t.Errorf("%s and %s: %d", a, b, c)
			}
		}
	}
	if CompareVersions("1", "1.0.0+build") != 0 {
		t.Error("1 is not 1.0.0")
	}
	rapid.Check(t, func(t *rapid.T) {
		version := rapid.StringMatching(`[0-9]{1,3}(\.[0-9]{1,3}){0,2}(-[0-9A-Za-z]{1,3}(\.[0-9A-Za-z]{1,3})?)?`)
		a, b, c := version.Draw(t, "a"), version.Draw(t, "b"), version.Draw(t, "c")
		if CompareVersions(a, b) != -CompareVersions(b, a) && CompareVersions(a, b)*CompareVersions(b, a) >= 0 {
			t.Fatalf("%s %s", a, b)
		}
		if CompareVersions(a, b) <= 0 && CompareVersions(b, c) <= 0 && CompareVersions(a, c) > 0 {
			t.Fatalf("%s ≤ %s ≤ %s", a, b, c)
		}
	})
}
