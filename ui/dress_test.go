// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"golang.org/x/text/language"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/theme"
)

// wardrobe lets the window load bundles as the program does, without its files.
func (r *rig) wardrobe() {
	was := theme.Current()
	r.t.Cleanup(func() { theme.Use(was) })
	r.w.cfg.Load = func(d Dress) (*resources.Bundle, error) {
		b, err := resources.Load(resources.LoadOptions{System: []string{}, Person: d.Look})
		if err != nil {
			return nil, err
		}
		if d.Language == "" {
			return b.Locale(), nil
		}
		return b.Locale(language.MustParse(d.Language)), nil
	}
	r.w.cfg.SetTheme = func(o theme.Options) {
		th, err := theme.New(r.w.words.Palette(), o)
		if err != nil {
			r.t.Fatal(err)
		}
		th = th.With(theme.Fonts{}, r.w.words.Language())
		theme.Use(th)
		fyne.CurrentApp().Settings().SetTheme(th)
	}
}

// speaks waits until the window does.
func (r *rig) speaks(tag string) {
	r.t.Helper()
	r.until(tag, func() bool { return r.w.words.Language().String() == tag })
}

func TestAnotherLanguageKeepsWhatIsOpen(t *testing.T) {
	r := newRig(t)
	r.wardrobe()
	r.openCrowd()
	texts := strings.Split(strings.Repeat("A line of talk that is long enough to be read.|", 60), "|")
	r.talkOf(texts[:60]...)
	r.openTitle("Alice Liddell")
	talk := r.w.chats.talk
	r.until("the messages", func() bool { return len(talk.timeline.Rows()) > 30 })
	talk.rows.OnReply(41)
	talk.composer.Entry.SetText("half a sentence")
	r.w.chats.search.SetText("ali")
	rows := talk.rows
	rows.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, 700)})
	place := rows.Place()

	r.w.showSettingsAt(sectionAppearance)
	r.w.setLanguage("de")
	r.speaks("de")
	r.says("settings.appearance")
	if de := r.w.words.Text("settings.appearance"); de == resources.Default().Text("settings.appearance") {
		t.Errorf("%q is no German", de)
	}
	if r.w.chats.talk.composer.Text() != "half a sentence" || talk.draft.Subject().ID != 41 || r.w.chats.search.Text != "ali" {
		t.Errorf("lost: %q, %v, %q", r.w.chats.talk.composer.Text(), talk.draft.Subject(), r.w.chats.search.Text)
	}
	r.w.showChats()
	if r.w.chats.talk != talk || r.w.chats.talk.rows != rows || r.w.chats.list.Selected().Peer.Local != "alice" {
		t.Error("another conversation is open")
	}
	if now := rows.Place(); now != place {
		t.Errorf("the reader was at %q and is at %q", place, now)
	}
	if title := r.w.chats.talk.header.Title(); title != "Alice Liddell" {
		t.Errorf("the header says %q", title)
	}
	r.says("composer.reply", "name", "Alice Liddell")
	r.until("kept", func() bool {
		r.core.mu.Lock()
		defer r.core.mu.Unlock()
		return r.core.settings[settingLanguage] == "de"
	})

	// And back, while nothing else is asked.
	r.w.showSettingsAt(sectionAppearance)
	r.w.setLanguage("")
	r.speaks("en")
	r.says("settings.appearance")
}

// skin writes a bundle of a person's own.
func skin(t *testing.T, files map[string]any) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "skin.csres")
	files["manifest.json"] = map[string]any{"schema": 1, "id": "test.skin", "name": "A skin", "version": "2.1", "locale_default": "en"}
	for name, v := range files {
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
	return dir
}

func TestAnotherLook(t *testing.T) {
	r := newRig(t)
	r.wardrobe()
	r.openCrowd()
	path := skin(t, map[string]any{
		"theme/theme.json":  map[string]any{"light": map[string]string{"accent": "#7A1F5C", "text-muted": "#C8C8C8"}},
		"strings/base.json": map[string]any{"settings.title": map[string]string{"text": "Knobs"}},
	})
	s := r.w.showSettingsAt(sectionAppearance)
	s.setLook(path)
	r.until("the look", func() bool { return r.w.dress.Look == path })
	r.untilSays("look.own", "name", "A skin", "version", "2.1")
	if got := r.w.words.Text("settings.title"); got != "Knobs" || !r.shows("Knobs") {
		t.Errorf("the settings are called %q", got)
	}
	if c := theme.Current().Of(theme.ColorAccent, false); c == usualTheme(t).Of(theme.ColorAccent, false) {
		t.Error("the colour is the usual one")
	}
	if c := theme.Current().Of(theme.ColorTextMuted, false); c != usualTheme(t).Of(theme.ColorTextMuted, false) {
		t.Error("a text that can not be read is used")
	}
	r.w.showSettingsAt(sectionAbout)
	r.says("layer.title", "layer", r.w.words.Text("layer.person"), "name", "A skin", "version", "2.1")
	if !r.shows("text-muted") {
		t.Error("About does not say which colour is not used")
	}
	s = r.w.showSettingsAt(sectionAppearance)
	s.setLook("")
	r.until("the usual look", func() bool { return r.w.dress.Look == "" })
	r.says("look.text")
	if theme.Current().Of(theme.ColorAccent, false) != usualTheme(t).Of(theme.ColorAccent, false) {
		t.Error("the colour is not the usual one")
	}
}

func usualTheme(t *testing.T) *theme.Theme {
	t.Helper()
	th, err := theme.New(resources.Default().Palette(), theme.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return th
}

// TestBrokenLook chooses what is no bundle, and begins with one that is gone.
func TestBrokenLook(t *testing.T) {
	r := newRig(t)
	r.wardrobe()
	r.openCrowd()
	words := r.w.words
	s := r.w.showSettingsAt(sectionAppearance)
	s.setLook(filepath.Join(t.TempDir(), "nothing.csres"))
	r.untilSays("look.refused")
	if r.w.words != words || r.w.dress.Look != "" {
		t.Error("something of it counts")
	}

	r = newRig(t)
	r.wardrobe()
	r.core.settings[settingLook] = "/nowhere/at-all.csres"
	r.openCrowd()
	r.untilSays("look.refused")

	r = newRig(t)
	r.wardrobe()
	r.w.dress = Dress{Broken: errors.New("gone")}
	r.openCrowd()
	r.untilSays("look.refused")
	if r.w.dress.Broken != nil {
		t.Error("it is told of again")
	}
}

// TestLanguageFromTheDatabase begins in one language and finds another in the database.
func TestLanguageFromTheDatabase(t *testing.T) {
	r := newRig(t)
	r.wardrobe()
	r.core.settings[settingLanguage] = "ru"
	r.core.accounts = []chat.Account{{Login: chat.Login{Address: me}, Enabled: true, State: chat.StateOnline}}
	r.w.Open(r.core)
	r.until("conversations", func() bool { return r.w.chats != nil && r.w.chats.list.Loaded() })
	if r.w.words.Language() != language.Russian || !r.shows(r.w.words.Text("empty.new")) {
		t.Errorf("speaks %s", r.w.words.Language())
	}
}

// TestListOfLanguages shows each by its own name.
func TestListOfLanguages(t *testing.T) {
	r := newRig(t)
	r.wardrobe()
	r.openCrowd()
	r.w.showSettingsAt(sectionAppearance)
	r.w.showLanguages()
	r.untilSays("language.system.text")
	for _, name := range []string{"English", "Deutsch", "日本語", "Русский", "简体中文", "한국어"} {
		if !r.shows(name) {
			t.Errorf("does not offer %s", name)
		}
	}
	r.clickOn("Deutsch")
	r.speaks("de")
	r.says("appearance.language")
}
