// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// mostIgnored is how many reasons About gives of one bundle.
const mostIgnored = 12

// layers says which bundles the program is put together from, what of them counts, and
// what does not and why.
func (s *settings) layers() fyne.CanvasObject {
	w := s.w
	small := parts.Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted}
	column := parts.Column(theme.SizePad, s.name("about.layers"))
	for _, l := range w.words.Layers() {
		column.Add(parts.NewParagraph(w.kit, layerTitle(w.words, l), settingsWidth, parts.Style{}))
		column.Add(parts.NewParagraph(w.kit, layerFacts(w.words, l), settingsWidth, small))
		if l.Refused != nil {
			column.Add(parts.NewParagraph(w.kit, shorten(l.Refused.Error(), mostReason), settingsWidth, parts.Style{Size: theme.SizeSmall, Color: theme.ColorDanger}))
		}
		for i, each := range l.Ignored {
			if i == mostIgnored {
				column.Add(parts.NewParagraph(w.kit, w.words.Text("layer.more", "count", len(l.Ignored)-i), settingsWidth, small))
				break
			}
			text := w.words.Text("layer.ignored", "item", each.Item, "reason", w.words.Text(each.Reason, each.Args...))
			column.Add(parts.NewParagraph(w.kit, text, settingsWidth, small))
		}
	}
	for _, f := range theme.Current().Faults() {
		column.Add(parts.NewParagraph(w.kit, faultWords(w.words, f), settingsWidth, small))
	}
	return column
}

// layerTitle names a layer and its bundle.
func layerTitle(words *resources.Bundle, l resources.LayerInfo) string {
	name := l.Name
	if name == "" {
		name = l.Path
	}
	return words.Text("layer.title", "layer", words.Text("layer."+l.Layer.String()), "name", name, "version", l.Version)
}

// layerFacts are who signed a bundle, how much of it counts and where it lies.
func layerFacts(words *resources.Bundle, l resources.LayerInfo) string {
	var facts []string
	switch {
	case l.Refused != nil:
		facts = append(facts, words.Text("layer.refused"))
	case l.Layer <= resources.LayerBrand:
		facts = append(facts, words.Text("layer.built-in"))
	case l.Trusted && l.Signer != "":
		facts = append(facts, words.Text("layer.signed", "key", l.Signer))
	case l.Signer != "":
		facts = append(facts, words.Text("layer.unknown", "key", l.Signer))
	default:
		facts = append(facts, words.Text("layer.unsigned"))
	}
	if l.Refused == nil {
		facts = append(facts, words.Text("layer.items", "count", l.Items))
	}
	if l.Path != "" {
		facts = append(facts, l.Path)
	}
	return strings.Join(facts, " · ")
}

// faultWords say why a colour or a size is the usual one.
func faultWords(words *resources.Bundle, f theme.Fault) string {
	variant := words.Text("mode.light")
	if f.Dark {
		variant = words.Text("mode.dark")
	}
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
	switch {
	case f.Size != "":
		return words.Text("fault.size", "name", string(f.Size))
	case f.On == "":
		return words.Text("fault.colour", "name", string(f.Token), "variant", variant)
	}
	return words.Text("fault.contrast", "name", string(f.Token), "variant", variant, "other", string(f.On), "has", number(f.Has), "least", number(f.Least))
}

// plainPage is a page of a bundle without the signs of Markdown that begin its lines and
// stand around its words.
func plainPage(page string) string {
	lines := strings.Split(strings.TrimSpace(page), "\n")
	for i, line := range lines {
		lines[i] = strings.NewReplacer("**", "", "__", "", "`", "").Replace(strings.TrimLeft(line, "# "))
	}
	return strings.Join(lines, "\n")
}
