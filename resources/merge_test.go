// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/fstest"

	"golang.org/x/text/language"
	"pgregory.net/rapid"

	"chatsecure.org/desktop/resources/csres"
)

// said is what a drawn bundle says, item by item.
type said struct {
	kind    Layer
	trusted bool
	texts   map[string]map[string]string // by language, "" for the base
	colors  map[string]string
	sizes   map[string]float32
	icons   map[string]string
	links   map[string]string
	servers []string
	replace bool
}

var (
	drawnIDs     = []string{"a", "b", "c", "own.d"}
	drawnTags    = []string{"", "de", "de-AT", "ru"}
	drawnTokens  = []string{"text", "accent", "sidebar"}
	drawnIcons   = []string{"send", "send@dark", "app", "lock-open"}
	drawnDomains = []string{"a.example", "b.example", "c.example"}
)

// drawSaid draws what a layer says; the default says something of everything.
func drawSaid(t *rapid.T, kind Layer) said {
	some := func(label string) bool { return kind == LayerDefault || rapid.Bool().Draw(t, label) }
	n := rapid.IntRange(0, 1<<20).Draw(t, "n")
	s := said{
		kind: kind, trusted: kind <= LayerBrand || rapid.Bool().Draw(t, "trusted"), texts: map[string]map[string]string{}, colors: map[string]string{},
		sizes: map[string]float32{}, icons: map[string]string{}, links: map[string]string{}, replace: rapid.Bool().Draw(t, "replace"),
	}
	for _, tag := range drawnTags {
		for _, id := range drawnIDs {
			if some("text") && (tag == "" || rapid.Bool().Draw(t, "translated")) {
				if s.texts[tag] == nil {
					s.texts[tag] = map[string]string{}
				}
				s.texts[tag][id] = fmt.Sprintf("%s %s of %s %d {name}", tag, id, kind, n)
			}
		}
	}
	for _, token := range drawnTokens {
		if some("color") {
			s.colors[token] = fmt.Sprintf("#%06x", n)
		}
		if some("size") {
			s.sizes[token] = float32(n%100 + 10)
		}
	}
	for _, id := range drawnIcons {
		if some("icon") && id != "lock-open" {
			s.icons[id] = fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg"><!-- %s %d --></svg>`, kind, n)
		}
	}
	for _, domain := range drawnDomains {
		if some("server") {
			s.servers = append(s.servers, domain)
		}
		if some("link") {
			s.links["home"] = fmt.Sprintf("https://%s/%d", domain, n)
		}
	}
	return s
}

// layer makes the bundle and reads it as the program does.
func (s said) layer(t *rapid.T, program *content) *layer {
	encode := func(v any) *fstest.MapFile {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return &fstest.MapFile{Data: data}
	}
	files := fstest.MapFS{"manifest.json": encode(map[string]any{"schema": 1, "id": "org.acme." + s.kind.String(), "name": s.kind.String(), "version": "1", "locale_default": "en"})}
	for tag, texts := range s.texts {
		if tag != "" {
			files["strings/"+tag+".json"] = encode(texts)
			continue
		}
		base := map[string]map[string]any{}
		for id, text := range texts {
			base[id] = map[string]any{"text": text, "protected": id == "b"}
		}
		files[baseFile] = encode(base)
	}
	files["theme/theme.json"] = encode(map[string]any{"light": s.colors, "sizes": s.sizes})
	for id, svg := range s.icons {
		files["icons/"+id+".svg"] = &fstest.MapFile{Data: []byte(svg)}
	}
	files["branding.json"] = encode(map[string]any{"links": s.links})
	list := []map[string]string{}
	for _, domain := range s.servers {
		list = append(list, map[string]string{"domain": domain, "name": s.kind.String()})
	}
	mode := "add"
	if s.replace {
		mode = "replace"
	}
	files["servers/servers.json"] = encode(map[string]any{"mode": mode, "servers": list})
	source, err := csres.FromFS(files)
	if err != nil {
		t.Fatal(err)
	}
	l, err := newLayer(s.kind, source, s.trusted)
	if err != nil {
		t.Fatal(err)
	}
	if program == nil {
		program = l.content
	}
	l.silenced = map[string]bool{"b": true}
	l.restrict(program)
	return l
}

func drawLayers(t *rapid.T) ([]said, []*layer) {
	all := []said{drawSaid(t, LayerDefault)}
	layers := []*layer{all[0].layer(t, nil)}
	for _, kind := range []Layer{LayerBrand, LayerSystem, LayerSystem, LayerPerson} {
		if rapid.Bool().Draw(t, "there") {
			s := drawSaid(t, kind)
			all, layers = append(all, s), append(layers, s.layer(t, layers[0].content))
		}
	}
	return all, layers
}

// Item by item the highest layer wins that may say it.
func TestHighestLayerWins(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all, layers := drawLayers(t)
		b := merge(layers)
		highest := func(has func(said) (string, bool)) (string, Layer) {
			for _, s := range slices.Backward(all) {
				if v, ok := has(s); ok {
					return v, s.kind
				}
			}
			return "", LayerDefault
		}
		for _, token := range drawnTokens {
			want, from := highest(func(s said) (string, bool) { v, ok := s.colors[token]; return v, ok })
			if b.Palette().Light[token] != want || b.Origin("color", token) != from {
				t.Fatalf("%s is %s of %s, want %s of %s", token, b.Palette().Light[token], b.Origin("color", token), want, from)
			}
		}
		for _, id := range []string{"send", "app"} {
			want, from := highest(func(s said) (string, bool) {
				v, ok := s.icons[id]
				return v, ok && (id != "app" || s.kind <= LayerBrand)
			})
			if string(b.Icon(id).SVG) != want || b.Origin("icon", id) != from {
				t.Fatalf("the icon %s is of %s, want %s", id, b.Origin("icon", id), from)
			}
		}
		// A dark variant is of the layer that the picture is of, or higher.
		if b.HasIcon("send@dark") && b.Origin("icon", "send@dark") < b.Origin("icon", "send") {
			t.Fatal("the picture of one layer is the dark variant of another's")
		}
		want, _ := highest(func(s said) (string, bool) { v, ok := s.links["home"]; return v, ok && s.trusted })
		if b.Branding().Links["home"] != want {
			t.Fatalf("home is %s, want %s", b.Branding().Links["home"], want)
		}
		for _, tag := range []string{"en", "de", "de-AT", "ru"} {
			checkTextsOf(t, b.Locale(language.Make(tag)), all)
		}
	})
}

func checkTextsOf(t *rapid.T, b *Bundle, all []said) {
	chain := []string{""}
	if b.Language() != language.English {
		for tag := b.Language(); tag != language.Und; tag = tag.Parent() {
			chain = slices.Insert(chain, len(chain)-1, tag.String())
		}
	}
	missing := 0
	for _, id := range drawnIDs {
		want, from := "", LayerDefault
	search:
		for _, tag := range chain {
			for _, s := range slices.Backward(all) {
				if text, ok := s.texts[tag][id]; ok && (s.trusted || id != "b") {
					want, from = text, s.kind
					if tag == "" && len(chain) > 1 {
						missing++
					}
					break search
				}
			}
		}
		if b.words[id].other != want || b.Origin("text", id) != from {
			t.Fatalf("in %s, %s is %q of %s, want %q of %s", b.Language(), id, b.words[id].other, b.Origin("text", id), want, from)
		}
	}
	if b.Missing() != missing {
		t.Fatalf("in %s, %d texts are missing, want %d", b.Language(), b.Missing(), missing)
	}
}

// Without trust nothing but looks changes, and a layer that says nothing changes
// nothing; the same layer twice is the same as once.
func TestLayersAreHarmless(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		_, layers := drawLayers(t)
		b := merge(layers)
		s := drawSaid(t, LayerPerson)
		s.trusted = false
		over := merge(append(slices.Clone(layers), s.layer(t, layers[0].content)))
		if !slices.EqualFunc(b.Servers(), over.Servers(), func(x, y Server) bool { return x.Domain == y.Domain && x.Name == y.Name }) ||
			!maps.Equal(b.Branding().Links, over.Branding().Links) || b.Branding().ID != over.Branding().ID || b.Branding().Name != over.Branding().Name ||
			string(b.Icon("app").SVG) != string(over.Icon("app").SVG) || b.words["b"] != over.words["b"] {
			t.Fatal("an unsigned bundle changed more than looks")
		}
		nothing := said{
			kind: LayerPerson, trusted: true, colors: map[string]string{}, sizes: map[string]float32{}, links: map[string]string{},
		}
		same := []*Bundle{merge(append(slices.Clone(layers), nothing.layer(t, layers[0].content))), merge(append(slices.Clone(layers), layers[len(layers)-1]))}
		for _, c := range same {
			if !maps.Equal(b.words, c.words) || !maps.Equal(b.palette.Light, c.palette.Light) || !maps.Equal(b.palette.Sizes, c.palette.Sizes) ||
				!slices.Equal(sortedKeys(b.icons), sortedKeys(c.icons)) || len(b.servers) != len(c.servers) {
				t.Fatal("what says nothing new changed something")
			}
		}
	})
}
