// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"golang.org/x/text/language"

	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// speech is a language to look at a screen in.
type speech struct {
	name  string
	words *resources.Bundle
}

func speeches(t *testing.T) (all []speech) {
	t.Helper()
	names := "en de ru ja long"
	if more := os.Getenv("SCREENLANGS"); more != "" {
		names = more
	}
	for _, name := range strings.Fields(names) {
		if name == "long" {
			all = append(all, speech{name, longer(t)})
			continue
		}
		all = append(all, speech{name, resources.Default().Locale(language.MustParse(name))})
	}
	return all
}

// longer is English in which every text is four tenths longer, as a bundle of one's own:
// whoever translates finds no room that English does not need twice over.
func longer(t *testing.T) *resources.Bundle {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "long.csres")
	texts := map[string]map[string]string{}
	english := resources.Default()
	for _, id := range english.IDs() {
		if text := english.Text(id); english.Origin("text", id) == resources.LayerDefault && !strings.HasPrefix(id, "format.") && !strings.HasPrefix(id, "reaction.") {
			texts[id] = map[string]string{"text": text + strings.Repeat("e", 2*utf8.RuneCountInString(text)/5)}
		}
	}
	for name, v := range map[string]any{
		"manifest.json":     map[string]any{"schema": 1, "id": "test.long", "name": "Long", "version": "1", "locale_default": "en"},
		"strings/base.json": texts,
	} {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b, err := resources.Load(resources.LoadOptions{System: []string{}, Person: dir})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// whole fails the test where words of a button stand over its edge, or a line that has no
// end of its own is cut off.
func (r *rig) whole() {
	r.t.Helper()
	walk(r.top(), func(o fyne.CanvasObject) bool {
		switch o := o.(type) {
		case *parts.Button:
			if o.Text() == "" || o.Size().Width == 0 {
				break
			}
			if o.Size().Width < o.MinSize().Width-0.5 && !elides(r, o) {
				r.t.Errorf("the button %q has %v and needs %v", o.Text(), o.Size().Width, o.MinSize().Width)
			}
			x := fyne.CurrentApp().Driver().AbsolutePositionForObject(o).X
			if right := r.w.cfg.Window.Canvas().Size().Width; x < -0.5 || x+o.Size().Width > right+0.5 {
				r.t.Errorf("the button %q is from %v to %v, the window ends at %v", o.Text(), x, x+o.Size().Width, right)
			}
		case *container.Scroll:
			if need := o.Content.MinSize().Width; o.Direction == container.ScrollVerticalOnly && need > o.Size().Width+0.5 {
				r.t.Errorf("what scrolls has %v and needs %v", o.Size().Width, need)
			}
		}
		return false
	})
}

// elides says whether the words of a button may end in an ellipsis: under the search,
// where everything is narrow, and of a text that is longer than any in the largest size.
func elides(r *rig, b *parts.Button) bool {
	return r.w.chats != nil && b == r.w.chats.deep || theme.Scale() > 1 && strings.HasSuffix(b.Text(), "eeeeeeeeeee")
}
