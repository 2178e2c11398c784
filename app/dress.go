// SPDX-License-Identifier: MPL-2.0

package app

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"fyne.io/fyne/v2/lang"
	"golang.org/x/text/language"

	"chatsecure.org/desktop/core/profile"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui"
)

// wardrobe is the file beside the database that says how the window looks before the
// database is open. It tells nothing of a person but a language and where a look lies.
type wardrobe struct {
	Language string `json:"language,omitempty"` // BCP 47; "" is the system's
	Look     string `json:"look,omitempty"`     // the path of a bundle; "" is none
}

const (
	wardrobeName = "appearance.json"
	wardrobeMost = 64 << 10
)

// openWardrobe reads the file; what is not there or can not be read is empty.
func openWardrobe(dir string) (w wardrobe) {
	file, err := os.Open(filepath.Join(dir, wardrobeName))
	if err != nil {
		return w
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, wardrobeMost))
	if err != nil || json.Unmarshal(data, &w) != nil {
		return wardrobe{}
	}
	return w
}

// save writes the file anew, where there is a profile for it.
func (w wardrobe) save(dir string) error {
	data, err := json.Marshal(w)
	if err != nil {
		return err
	}
	part := filepath.Join(dir, "."+wardrobeName+".part")
	if err := os.WriteFile(part, append(data, '\n'), 0o600); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // no profile yet: it is kept with the next choice
		}
		return err
	}
	return os.Rename(part, filepath.Join(dir, wardrobeName))
}

// firstDress puts on what was chosen the last time. A look that can not be used any more
// is left out: the person hears of it from the window. The bundle of the command line
// has to be good, and that of the computer's administrator: without it nothing is opened.
func (p *program) firstDress() error {
	kept := openWardrobe(p.vault.dir)
	d := ui.Dress{Language: kept.Language, Look: kept.Look}
	words, err := p.dress(d)
	if err != nil && p.opts.Bundle == "" {
		d.Broken = err
		words, err = p.dress(ui.Dress{Language: kept.Language})
	}
	if errors.As(err, &p.barred) {
		words, d, err = inLanguage(resources.Default(), kept.Language), ui.Dress{Language: kept.Language}, nil
	}
	if err != nil {
		return err
	}
	p.words, p.worn = words, d
	p.vault.setWords(words)
	p.silent.Store(noLog(words))
	return nil
}

// dress loads the bundle that a choice asks for, in its language. Any goroutine may
// call it. --bundle goes before a look that was chosen.
func (p *program) dress(d ui.Dress) (*resources.Bundle, error) {
	o := resources.LoadOptions{Person: d.Look, App: strings.TrimSuffix(Version, "-dev"), Seen: profile.BundleVersions(p.vault.dir)}
	if p.opts.Bundle != "" {
		o.Person = p.opts.Bundle
	}
	b, err := resources.Load(o)
	if err != nil {
		return nil, err
	}
	return inLanguage(b, d.Language), nil
}

func inLanguage(b *resources.Bundle, chosen string) *resources.Bundle {
	if tag, err := language.Parse(chosen); err == nil && chosen != "" {
		return b.Locale(tag)
	}
	return b.Locale(systemLanguages()...)
}

// systemLanguages are the languages that the system speaks with the person.
func systemLanguages() []language.Tag {
	tags := resources.SystemLanguages(os.Getenv)
	if len(tags) == 0 && runtime.GOOS != "linux" { // a desktop's setting, not of the environment
		if tag, err := language.Parse(string(lang.SystemLocale())); err == nil {
			tags = append(tags, tag)
		}
	}
	return tags
}

// wear shows the window with a bundle from now on. The colours come with the next
// setTheme.
func (p *program) wear(words *resources.Bundle, d ui.Dress) {
	p.words = words
	p.vault.setWords(words)
	tellToolkit(words)
	p.nameWindow()
	p.worn = d
	p.obey(words)
	kept := wardrobe{Language: d.Language, Look: d.Look}
	if err := kept.save(p.vault.dir); err != nil {
		p.log.Warn("keep appearance", "err", err)
	}
}

// rules is which policy holds. One is told to the core after the other: the last that
// came stays.
type rules struct {
	asked int // the UI goroutine's
	mu    sync.Mutex
	told  int
}

// obey holds what is open to the policy of a bundle, from now on.
func (p *program) obey(words *resources.Bundle) {
	p.silent.Store(noLog(words))
	client := p.vault.client()
	if client == nil {
		return
	}
	p.rules.asked++
	sources, n := words.PolicySources(), p.rules.asked
	p.env.Tasks.Run(func(ctx context.Context) func() {
		p.rules.mu.Lock()
		defer p.rules.mu.Unlock()
		if p.rules.told > n {
			return nil
		}
		p.rules.told = n
		if err := client.SetPolicy(ctx, sources); err != nil {
			p.log.Error("policy", "err", err)
		}
		return nil
	})
}

// fontsOf are the fonts that a bundle brings.
func fontsOf(b *resources.Bundle) theme.Fonts {
	return theme.Fonts{
		Regular: b.Font("regular"), Bold: b.Font("bold"), Italic: b.Font("italic"), BoldItalic: b.Font("bold-italic"),
		Mono: b.Font("mono"), Symbols: b.Font("symbols"),
	}
}

// toolkitWords are the words of the toolkit's own menus and dialogs, by what it calls
// them, with the ids that they have in the bundle.
var toolkitWords = map[string]string{
	"Cancel": "action.cancel", "Copy": "action.copy", "Cut": "toolkit.cut", "Paste": "toolkit.paste", "Select all": "toolkit.select-all",
	"Undo": "toolkit.undo", "Redo": "toolkit.redo", "OK": "action.ok", "Quit": "action.quit", "Open": "action.open", "Save": "action.save",
	"Create Folder": "toolkit.create-folder", "New Folder": "toolkit.new-folder", "Enter filename": "toolkit.file-name", "file.name": "toolkit.name",
	"file.parent": "toolkit.parent", "Favourites": "toolkit.favourites", "Show Hidden Files": "toolkit.hidden-files",
}

// tellToolkit gives the toolkit our words in the place of its own, which follow the
// system's language alone: it knows them under the name of that language.
func tellToolkit(words *resources.Bundle) {
	texts := make(map[string]string, len(toolkitWords))
	for key, id := range toolkitWords {
		texts[key] = words.Text(id)
	}
	data, err := json.Marshal(texts)
	if err != nil {
		return
	}
	_ = lang.AddTranslationsForLocale(data, lang.SystemLocale())
	_ = lang.AddTranslationsForLocale(data, "en") // where it does not know that language
}
