// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"net/url"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/picture"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// answer is what a person says to one question of a server's form.
type answer struct {
	text  func() string
	wrong func(string) // says what is wrong below it; "" nothing
	focus fyne.Focusable
}

// The most that is shown of what a server writes into its form.
const (
	maxInstructions = 600 // characters
	maxQuestions    = 20
	maxOptions      = 100
	pictureHeight   = 160
)

func (r *register) showQuestions(f chat.Form) {
	if addr, ok := r.model.Wanted(); ok {
		r.asked.Add(parts.NewParagraph(r.w.kit, r.w.words.Text("register.name.address", "address", addr.String()), pageWidth(),
			parts.Style{Bold: true}))
	}
	if f.Instructions != "" {
		r.asked.Add(parts.NewParagraph(r.w.kit, shorten(f.Instructions, maxInstructions), pageWidth(), parts.Style{Color: theme.ColorTextMuted}))
	}
	for _, field := range f.Fields[:min(len(f.Fields), maxQuestions)] {
		r.addQuestion(field)
	}
}

func shorten(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

func (r *register) addQuestion(f chat.Field) {
	label := f.Label
	if label == "" {
		label = f.Name
	}
	if len(f.Picture) > 0 {
		r.addPicture(f.Picture)
	}
	if len(f.Options) > 0 {
		chosen, options := r.model.Answers[f.Name], f.Options[:min(len(f.Options), maxOptions)]
		c := r.w.newChooser(label, options, pageWidth(), func(i int) { chosen = options[i] })
		c.SetSelected(chosen)
		r.asked.Add(c.box)
		r.answers[f.Name] = &answer{func() string { return chosen }, c.setError, c}
		return
	}
	field := parts.NewField(r.w.kit, label, pageWidth())
	if f.Secret {
		field = parts.NewPasswordField(r.w.kit, label, pageWidth())
	}
	r.w.follow(field)
	field.Entry.SetText(r.model.Answers[f.Name])
	field.Entry.OnSubmitted = func(string) { r.submit() }
	field.Entry.OnChanged = func(string) { field.SetError("") }
	r.asked.Add(field.Box)
	r.answers[f.Name] = &answer{field.Text, field.SetError, field.Entry}
}

// addPicture shows a picture of a stranger's server, decoded off this goroutine
// and within limits. One that can not be read leaves no hole.
func (r *register) addPicture(data []byte) {
	image := &canvas.Image{FillMode: canvas.ImageFillContain}
	image.Hide()
	r.asked.Add(image)
	width := pageWidth()
	r.w.env.Tasks.Run(func(context.Context) func() {
		p, err := picture.Decode(data, picture.Strangers)
		if err != nil {
			return nil
		}
		small := picture.Fit(p, 2*int(width))
		return func() {
			image.Image = small
			image.SetMinSize(fyne.NewSize(width, min(float32(small.Bounds().Dy()), pictureHeight)))
			image.Show()
			r.w.root.Refresh()
		}
	})
}

// elsewhere sends the person to the page on which a server makes accounts, and
// from there to the sign-in. The page is opened by a click alone.
func (w *Window) elsewhere(address string, signIn func()) []fyne.CanvasObject {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return []fyne.CanvasObject{parts.NewParagraph(w.kit, w.words.Text("error.registration-closed"), pageWidth(), parts.Style{Color: theme.ColorDanger})}
	}
	return []fyne.CanvasObject{
		parts.NewParagraph(w.kit, w.words.Text("register.elsewhere"), pageWidth(), parts.Style{}),
		parts.NewParagraph(w.kit, shorten(u.String(), maxInstructions), pageWidth(), parts.Style{Color: theme.ColorLink}),
		parts.NewButton(w.kit, w.words.Text("register.open-page"), parts.Secondary, func() { w.openLink(u.String()) }).WithIcon("link"),
		parts.NewButton(w.kit, w.words.Text("welcome.sign-in"), parts.Primary, signIn),
	}
}
