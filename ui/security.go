// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// security is the page of the settings about encryption, of one account at a time.
type security struct {
	s       *settings
	w       *Window
	account chat.Address
	keys    *model.Identity
	column  *fyne.Container
	key     *fyne.Container
	level   *parts.Choice
	text    *parts.Paragraph
	require *parts.Choice

	levelBy, requireBy *setByNote
	stop               func()
}

func (s *settings) security() fyne.CanvasObject {
	w := s.w
	column := parts.Column(theme.SizeInset, s.head("settings.security"))
	all := w.accounts.All()
	if len(all) == 0 {
		return column
	}
	p := &security{s: s, w: w, column: parts.Column(theme.SizeInset)}
	if len(all) > 1 {
		names := make([]string, len(all))
		for i, a := range all {
			names[i] = a.Login.Address.String()
		}
		c := w.newChooser(w.words.Text("new.from"), names, settingsWidth, func(i int) {
			if i >= 0 && all[i].Login.Address != p.account {
				p.show(all[i].Login.Address)
			}
		})
		c.SetSelectedIndex(0)
		column.Add(c.box)
	}
	if p.account.IsZero() {
		p.show(all[0].Login.Address)
	}
	s.closing = func() { p.stop(); p.keys.OnChange = nil }
	column.Add(p.column)
	column.Add(p.otr())
	return column
}

// otrWays are the words of chat.SettingOTR, in the order in which they are offered.
var otrWays = []string{chat.OTRRequest, chat.OTRAutomatic, chat.OTRRequire, chat.OTRNever}

// otr is when the program speaks OTR, for all accounts.
func (p *security) otr() fyne.CanvasObject {
	w, core := p.w, p.w.core
	names := make([]string, len(otrWays))
	for i, way := range otrWays {
		names[i] = w.words.Text("otr." + way)
	}
	quiet := false
	var c *chooser
	set := func(way string) {
		quiet = true
		c.SetSelectedIndex(max(slices.Index(otrWays, way), 0))
		quiet = false
	}
	load := func() {
		w.env.Tasks.Run(func(ctx context.Context) func() {
			way, err := core.Setting(ctx, chat.SettingOTR)
			if err != nil {
				return nil
			}
			return func() { set(way) }
		})
	}
	c = w.newChooser(w.words.Text("security.otr"), names, settingsWidth, func(i int) {
		if quiet || i < 0 {
			return
		}
		w.command(func(ctx context.Context) error {
			err := core.SetSetting(ctx, chat.SettingOTR, otrWays[i])
			if err != nil {
				w.env.Dispatch(load) // what could not be kept is not shown as if
			}
			return err
		}, nil)
	})
	load()
	row := parts.Column(theme.SizePad, parts.Gap(theme.SizeGap), p.s.name("security.otr.title"),
		parts.NewParagraph(w.kit, w.words.Text("security.otr.text"), settingsWidth, parts.Style{Color: theme.ColorTextMuted}), c.box)
	if by, held := w.locks().NoOTR(); held {
		c.Disable()
		row.Add(w.setBy(by))
	}
	return row
}

// show draws the page of one account.
func (p *security) show(account chat.Address) {
	if p.stop != nil {
		p.stop()
	}
	w, words := p.w, p.w.words
	p.account = account
	p.keys = model.NewIdentity(w.env, w.core, account, account)
	p.keys.OnChange = p.refresh
	p.stop = w.listen(p.keys)
	p.key = parts.Column(theme.SizePad)
	muted := parts.Style{Color: theme.ColorTextMuted}
	para := func(id string) *parts.Paragraph {
		return parts.NewParagraph(w.kit, words.Text(id), settingsWidth, muted)
	}
	var names []string
	for _, l := range levels {
		names = append(names, words.Text("level."+l.String()))
	}
	p.level = parts.NewChoice(w.kit, settingsWidth, names, -1, p.setLevel)
	p.text = parts.NewParagraph(w.kit, "", settingsWidth, muted)
	p.require = parts.NewChoice(w.kit, settingsWidth, []string{words.Text("security.require.no"), words.Text("security.require.yes")}, -1,
		func(i int) { p.setRequired(i == 1) })
	p.levelBy, p.requireBy = w.noteSetBy(""), w.noteSetBy("")
	export := parts.NewButton(w.kit, words.Text("security.export"), parts.Secondary, func() { w.saveKeys(account) })
	exportBy, noExport := w.locks().By(model.LockExport)
	if noExport {
		export.Disable()
	}
	p.column.Objects = []fyne.CanvasObject{
		parts.Column(theme.SizePad, p.s.name("security.key"), para("security.key.text"), p.key),
		parts.Column(theme.SizePad, parts.Gap(theme.SizeGap), p.s.name("security.level"), p.level.Box, p.text, p.levelBy.box),
		parts.Column(theme.SizePad, parts.Gap(theme.SizeGap), p.s.name("security.require"), para("security.require.text"), p.require.Box, p.requireBy.box),
		parts.Column(theme.SizePad, parts.Gap(theme.SizeGap), p.s.name("security.backup"), para("security.backup.text"),
			parts.Flow(theme.SizePad, settingsWidth,
				export,
				parts.NewButton(w.kit, words.Text("security.import"), parts.Secondary, func() { w.readKeys(account) })),
			w.setBy(exportBy)),
	}
	p.column.Refresh()
	p.refresh()
	p.keys.Load()
	p.load()
}

// refresh draws this computer's key.
func (p *security) refresh() {
	w := p.w
	p.key.Objects = nil
	inside := float32(settingsWidth) - 2*theme.Size(theme.SizeInset)
	for _, r := range p.keys.Current() {
		if r.State != model.KeyOwn {
			continue
		}
		digits := parts.NewFingerprint(r.Fingerprint, inside)
		p.key.Add(w.plate(parts.Column(theme.SizePad, digits, parts.Row(theme.SizePad, nil, w.smallCopy(digits.Text()),
			fixed(parts.NewLine(w.kit, kindWords(w.words, r.Key), parts.Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted}))))))
	}
	if len(p.key.Objects) == 0 && p.keys.Loaded() {
		p.key.Add(parts.NewParagraph(w.kit, w.words.Text("security.none"), settingsWidth, parts.Style{}))
	}
	p.key.Add(parts.Flow(theme.SizePad, settingsWidth,
		parts.NewButton(w.kit, w.words.Text("identity.show-code"), parts.Secondary, func() { w.showCode(p.account) }).WithIcon("qr"),
		parts.NewButton(w.kit, w.words.Text("identity.own-devices"), parts.Secondary, func() {
			w.showOwnIdentity(p.account, func() { w.showSettingsAt(sectionSecurity) })
		}).WithIcon("device")))
	p.s.right.Refresh()
}

// load reads what is kept for the account.
func (p *security) load() {
	core, account := p.w.core, p.account
	p.w.env.Tasks.Run(func(ctx context.Context) func() {
		s, err := core.Encryption(ctx, chat.ConvID{Account: account, Peer: account})
		return func() {
			if account != p.account {
				return
			}
			if err != nil {
				p.w.say(p.w.words.Text("failed.title"), errorWords(p.w.words, err))
				return
			}
			p.set(s)
		}
	})
}

func (p *security) set(s chat.EncryptionState) {
	for i, l := range levels {
		if l == s.Level {
			p.level.Set(i)
		}
	}
	p.text.Set(p.w.words.Text("level." + s.Level.String() + ".text"))
	p.require.Set(1 - place(s.OwnRequired || s.RequiredBy != ""))
	p.level.Allow(func(i int) bool { return mayChoose(levels[i], s) })
	p.levelBy.set(s.LevelBy)
	p.require.Allow(func(int) bool { return s.RequiredBy == "" })
	p.requireBy.set(s.RequiredBy)
	p.s.right.Refresh()
}

// mayChoose says whether a policy allows a level.
func mayChoose(level chat.TrustLevel, s chat.EncryptionState) bool {
	return s.LevelBy == "" || slices.Index(levels, level) >= slices.Index(levels, s.Least)
}

func (p *security) setLevel(i int) {
	core, account := p.w.core, p.account
	p.command(func(ctx context.Context) error {
		return core.SetTrustLevel(ctx, chat.ConvID{Account: account}, levels[i])
	})
}

func (p *security) setRequired(on bool) {
	core, account := p.w.core, p.account
	p.command(func(ctx context.Context) error { return core.RequireEncryption(ctx, account, on) })
}

// command keeps a choice; what could not be kept is not shown as if.
func (p *security) command(do func(ctx context.Context) error) {
	p.w.command(func(ctx context.Context) error {
		err := do(ctx)
		p.w.env.Dispatch(p.load)
		return err
	}, nil)
}
