// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"golang.org/x/text/language"

	"chatsecure.org/desktop/theme"
)

// TestPicturesInOtherLanguages draws what the program says itself where the words are
// long, where letters are squares, and where they are Cyrillic.
func TestPicturesInOtherLanguages(t *testing.T) {
	for _, tag := range []language.Tag{language.German, language.Japanese, language.Russian} {
		r := newRigOf(t, theme.Options{Mode: theme.Light}, 460, 620)
		words := speak(t, tag)
		r.kit.Words = words
		r.SetTitle("Alice")
		r.SetRows(guarded(), true, false)
		test.AssertRendersToImage(t, "timeline/speech-"+tag.String()+".png", r.window.Canvas())

		window := test.NewWindow(nil)
		banner := NewBanner(r.kit)
		banner.Set(BannerWarn, words.Text("own-device.banner", "account", "me@example.org", "time", DayTime(words, beginning)),
			Action{Text: words.Text("act.verify-own")}, Action{Text: words.Text("act.remove-own")})
		choice := NewChoice(r.kit, 440, []string{
			words.Text("size.small"), words.Text("size.normal"), words.Text("size.large"), words.Text("size.largest"),
		}, 1, nil)
		card := NewCard(r.kit, NewGlyph(r.kit, "key", theme.ColorAccent, 26), words.Text("key.keyring"), words.Text("key.keyring.text"), nil, nil).Wraps(440)
		composer := NewComposer(r.kit, words.Text("composer.prompt"), words.Text("composer.verified"))
		banner.OnHeight = func() { window.Content().Refresh() }
		column := Column(theme.SizeInset, banner, choice.Box, card,
			NewParagraph(r.kit, words.Text("key.phrase.hint"), 440, Style{Color: theme.ColorTextMuted}), composer)
		window.SetContent(container.NewStack(NewFill(r.kit, theme.ColorBackground), Inset(theme.SizePad, column)))
		window.SetPadded(false)
		window.Resize(fyne.NewSize(456, 400))
		test.AssertRendersToImage(t, "parts/speech-"+tag.String()+".png", window.Canvas())
		window.Close()
	}
}
