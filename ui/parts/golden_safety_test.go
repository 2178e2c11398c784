// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"image/color"
	"math"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/qr"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
)

// guarded is a conversation that became an encrypted one, and what happened to it.
func guarded() []model.Row {
	rows := rowsOf(0, []said{
		{text: "Hi! Shall we meet on Saturday?"},
		{text: "Yes. I have switched on encryption.", own: true, status: chat.Read, minute: 7},
		{text: "So have I.", minute: 14},
		{text: "And this comes from a phone without it.", minute: 21},
		{text: "Which is said here.", own: true, status: chat.Sent, minute: 28},
		{text: "", minute: 35},
		{text: "Is that your new laptop?", own: true, status: chat.Failed, minute: 42},
	})
	var out []model.Row
	notice := func(key string, code chat.Code, acts model.Acts) {
		out = append(out, model.Row{
			Key: key, Kind: model.RowNotice, Text: "notice." + string(code), Error: code, Args: []any{"name", "Alice"},
			Time: now(), Acts: acts,
		})
	}
	for i := range rows {
		r := &rows[i]
		r.Guard = [...]model.Guard{
			1: model.GuardOpen, 2: model.GuardClosed, 3: model.GuardVerified, 4: model.GuardPlain, 5: model.GuardPlain, 6: 0, 7: 0,
			0: 0,
		}[r.ID]
		switch r.ID {
		case 3:
			out = append(out, *r)
			notice("n1", chat.CodeDeviceAdded, model.Acts{model.ActCheck})
			notice("n2", chat.CodeDeviceUnchecked, model.Acts{model.ActVerify, model.ActNotNow})
			continue
		case 4:
			notice("n3", chat.CodePlainInside, model.Acts{})
		case 6:
			r.Sealed, r.Error, r.Args = true, chat.CodeNotForUs, []any{"name", "Alice"}
			r.Acts = model.Acts{model.ActAskAgain, model.ActDetails}
		case 7:
			r.Error, r.Acts = chat.CodeKeyChanged, model.Acts{model.ActDevices}
		}
		out = append(out, *r)
	}
	notice("n4", chat.CodeOwnDevice, model.Acts{model.ActVerifyOwn, model.ActRemoveOwn})
	notice("n5", chat.CodeSecretProven, model.Acts{})
	return out
}

func TestPictureOfWhatIsSaidAboutSafety(t *testing.T) {
	for _, mode := range []theme.Mode{theme.Light, theme.Dark} {
		r := newRigOf(t, theme.Options{Mode: mode}, 460, 820)
		r.SetTitle("Alice")
		r.SetRows(guarded(), false, false)
		pictures(t, r, "safety-"+string(mode))
	}
}

func TestPictureOfSafetyInASmallWindow(t *testing.T) {
	r := newRigOf(t, theme.Options{Scale: 1.5}, 300, 900)
	r.SetTitle("Alice")
	r.SetRows(guarded()[8:], false, false)
	pictures(t, r, "safety-small")
}

const (
	omemoKey = chat.Fingerprint("1f3a5c7e9b2d4f6081a3c5e7092b4d6f8e0a2c4b6d8f10324a5b6c7d8e9fa0b1")
	otrKey   = chat.Fingerprint("63ad1c45b2f0e98d7c6b5a493827160f5e4d3c2b")
)

func TestPicturesOfFingerprints(t *testing.T) {
	for _, mode := range []theme.Mode{theme.Light, theme.Dark} {
		kit := newKit(t, theme.Options{Mode: mode})
		w := test.NewWindow(container.NewStack(NewFill(kit, theme.ColorSurface), Inset(theme.SizeInset,
			Column(theme.SizeInset, NewFingerprint(omemoKey, 380), NewFingerprint(otrKey, 380), NewFingerprint(omemoKey, 200)))))
		w.SetPadded(false)
		w.Resize(w.Content().MinSize())
		test.AssertRendersToMarkup(t, "parts/fingerprint-"+string(mode)+".xml", w.Canvas())
		test.AssertRendersToImage(t, "parts/fingerprint-"+string(mode)+".png", w.Canvas())
		w.Close()
	}
}

func TestPictureOfACode(t *testing.T) {
	newKit(t, theme.Options{Mode: theme.Dark})
	text := "xmpp:alice@example.org?omemo-sid-1234=" + string(omemoKey)
	c, err := qr.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	w := test.NewWindow(NewCode(c, 200))
	defer w.Close()
	w.SetPadded(false)
	w.Resize(w.Content().MinSize())
	test.AssertRendersToImage(t, "parts/code.png", w.Canvas())
	if got, err := qr.Decode(w.Canvas().Capture()); err != nil || got != text {
		t.Errorf("read off the screen as %q, %v", got, err)
	}
}

func TestPicturesOfTheComposersWords(t *testing.T) {
	kit := newKit(t, theme.Options{})
	for name, m := range map[string]ComposerMode{
		"encrypted": {Icon: "lock-closed", Token: theme.ColorTextMuted, Words: "Encrypted message"},
		"verified":  {Icon: "lock-verified", Token: theme.ColorSuccess, Words: "Encrypted message, verified"},
		"stopped": {
			Icon: "lock-warning", Token: theme.ColorDanger, Words: "Nothing can be sent: none of Alice's devices is verified",
			Out: Action{Text: "Check devices"},
		},
	} {
		c := NewComposer(kit, "Write a message", "")
		c.SetMode(m)
		w := test.NewWindow(c)
		w.SetPadded(false)
		w.Resize(fyne.NewSize(440, c.MinSize().Height))
		test.AssertRendersToMarkup(t, "parts/composer-"+name+".xml", w.Canvas())
		test.AssertRendersToImage(t, "parts/composer-"+name+".png", w.Canvas())
		w.Close()
	}
}

// Letters in the colour of a text can be read on both themes' planes, whatever the
// text is.
func TestColouredLettersCanBeRead(t *testing.T) {
	for _, mode := range []theme.Mode{theme.Light, theme.Dark} {
		newKit(t, theme.Options{Mode: mode})
		worst, of := 100.0, ""
		for i := range 4096 {
			text := strings.Repeat(string(rune('a'+i%26)), i/26+1)
			for _, plane := range []theme.Token{theme.ColorSurface, theme.ColorBackground} {
				if c := contrast(InkOf(text, mode == theme.Dark), theme.Color(plane)); c < worst {
					worst, of = c, text
				}
			}
		}
		if worst < 4.5 {
			t.Errorf("%s: %q has %.2f", mode, of, worst)
		}
	}
}

// luminance and contrast are those of WCAG 2.1.
func luminance(c color.Color) float64 {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	channel := func(v uint8) float64 {
		if s := float64(v) / 255; s > 0.04045 {
			return math.Pow((s+0.055)/1.055, 2.4)
		}
		return float64(v) / 255 / 12.92
	}
	return 0.2126*channel(n.R) + 0.7152*channel(n.G) + 0.0722*channel(n.B)
}

func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// TestFingerprintIsDrawnByCode: a bundle's font, in which digits might all look alike,
// draws none of them.
func TestFingerprintIsDrawnByCode(t *testing.T) {
	f := NewFingerprint(chat.Fingerprint(strings.Repeat("0123456789abcdef", 4)), 300)
	for _, g := range f.groups {
		if g.FontSource != theme.KeyFont() {
			t.Fatal("the look's font draws it")
		}
	}
}
