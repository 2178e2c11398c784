// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"image"
	"image/color"
	"slices"
	"testing"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"golang.org/x/text/language"
)

// drawnLetters draws letters one by one, as the toolkit does in a window.
func drawnLetters(t *testing.T, letters []rune, style fyne.TextStyle) map[rune][]byte {
	t.Helper()
	window := test.NewWindow(nil)
	defer window.Close()
	window.SetPadded(false)
	text := canvas.NewText("", color.Black)
	text.TextSize, text.TextStyle = 20, style
	window.SetContent(text)
	window.Resize(fyne.NewSize(30, 30))
	all := make(map[rune][]byte, len(letters))
	for _, r := range letters {
		text.Text = string(r)
		text.Refresh()
		all[r] = slices.Clone(window.Canvas().Capture().(*image.NRGBA).Pix)
	}
	return all
}

// TestNoBoxIsDrawn draws every letter of every text of every language, and finds those
// that come out as what the toolkit draws for a letter that it does not have.
func TestNoBoxIsDrawn(t *testing.T) {
	const noLetter = '\U000E0FFF' // not assigned: no font has it
	for _, tag := range languages(t) {
		words := speak(t, tag)
		seen := map[rune]bool{noLetter: true}
		letters := []rune{noLetter}
		for _, id := range words.IDs() {
			for _, r := range words.Text(id) {
				if !seen[r] && !unicode.IsSpace(r) && !mayBeEmoji(r) {
					seen[r] = true
					letters = append(letters, r)
				}
			}
		}
		for _, bold := range []bool{false, true} {
			all := drawnLetters(t, letters, fyne.TextStyle{Bold: bold})
			box := all[noLetter]
			for _, r := range letters[1:] {
				if slices.Equal(all[r], box) {
					t.Errorf("%s, bold %v: %q (%U) is drawn as a box", tag, bold, r, r)
				}
			}
		}
	}
}

// TestJapaneseIsDrawnInJapaneseShapes compares pictures.
func TestJapaneseIsDrawnInJapaneseShapes(t *testing.T) {
	letters := []rune("直骨一")
	speak(t, language.SimplifiedChinese)
	chinese := drawnLetters(t, letters, fyne.TextStyle{})
	speak(t, language.Japanese)
	japanese := drawnLetters(t, letters, fyne.TextStyle{})
	for _, r := range letters {
		if same := slices.Equal(chinese[r], japanese[r]); same != (r == '一') {
			t.Errorf("%q: the same picture: %v", r, same)
		}
	}
}
