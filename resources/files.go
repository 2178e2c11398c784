// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"path"
	"strconv"
	"strings"

	"chatsecure.org/desktop/resources/csres"
)

// fontStyles are the styles that theme.json can name a font for.
var fontStyles = []string{"regular", "bold", "italic", "bold-italic", "mono", "symbols"}

// readTheme reads theme/theme.json.
func (c *content) readTheme(r *fileReader, builtIn bool) {
	c.look = Palette{Light: map[string]string{}, Dark: map[string]string{}, Sizes: map[string]float32{}}
	c.fonts = map[string]string{}
	v := r.open("theme/theme.json")
	if v == nil {
		return
	}
	layout := ""
	r.object(*v, "", map[string]func(csres.Value){
		"light":   func(v csres.Value) { readColors(r, v, "light", c.look.Light) },
		"dark":    func(v csres.Value) { readColors(r, v, "dark", c.look.Dark) },
		"sizes":   func(v csres.Value) { readSizes(r, v, c.look.Sizes) },
		"layout":  r.oneOf(&layout, "layout", string(LayoutSplit), string(LayoutSimple)),
		"density": r.oneOf(&c.density, "density", "normal", "compact"),
		"fonts": func(v csres.Value) {
			keys := map[string]func(csres.Value){}
			for _, style := range fontStyles {
				keys[style] = func(v csres.Value) {
					var file string
					r.text(&file, "fonts."+style, nil)(v)
					if ext := path.Ext(file); !strings.HasPrefix(file, "fonts/") || ext != ".ttf" && ext != ".otf" || !c.source.Has(file) {
						r.fault(v.Line, "fonts.%s: there is no font %q in the bundle", style, file)
						return
					}
					if !builtIn && !canRead(c.source.File(file)) {
						at := r.file
						r.file = file
						r.fault(0, "is no TrueType or OpenType font that can be read")
						r.file = at
						return
					}
					c.fonts[style] = file
				}
			}
			r.object(v, "fonts.", keys)
		},
	})
	c.layout = Layout(layout)
}

// isColor knows #RRGGBB and #RRGGBBAA.
func isColor(s string) bool {
	digits, ok := strings.CutPrefix(s, "#")
	raw, err := hex.DecodeString(digits)
	return ok && err == nil && (len(raw) == 3 || len(raw) == 4)
}

func readColors(r *fileReader, v csres.Value, where string, to map[string]string) {
	if v.Kind != csres.Object {
		r.fault(v.Line, "%s is %s, not an object", where, v.Kind)
		return
	}
	for _, m := range v.Members {
		if m.Value.Kind != csres.String || !isColor(m.Value.Text) {
			r.fault(m.Value.Line, "%s.%s is no colour: it looks like #1B2523 or #1B25230D", where, m.Key)
			continue
		}
		to[m.Key] = m.Value.Text
	}
}

func readSizes(r *fileReader, v csres.Value, to map[string]float32) {
	if v.Kind != csres.Object {
		r.fault(v.Line, "sizes is %s, not an object", v.Kind)
		return
	}
	for _, m := range v.Members {
		n, err := strconv.ParseFloat(m.Value.Text, 32)
		least := 0.0
		switch m.Key {
		case "text", "small", "title", "headline", "icon":
			least = 6 // smaller can not be read
		}
		if m.Value.Kind != csres.Number || err != nil || n < least || n > 200 {
			r.fault(m.Value.Line, "sizes.%s is no number from %g to 200", m.Key, least)
			continue
		}
		to[m.Key] = float32(n)
	}
}

// readCertificates reads certs/<domain>.pem: certificates and nothing else, the
// least of all a private key.
func (c *content) readCertificates(r *fileReader) {
	c.certificates = map[string][]byte{}
	for _, file := range c.source.In("certs") {
		r.file = file
		domain, isPEM := strings.CutSuffix(path.Base(file), ".pem")
		if !isPEM || !isDomain(domain) {
			r.fault(0, "its name is not that of a domain with .pem")
			continue
		}
		data := c.source.File(file)
		count := 0
		for rest := data; ; count++ {
			var block *pem.Block
			if block, rest = pem.Decode(rest); block == nil {
				break
			}
			if block.Type != "CERTIFICATE" {
				r.fault(0, "holds %q; only certificates belong here", block.Type)
				break
			}
			if _, err := x509.ParseCertificate(block.Bytes); err != nil {
				r.fault(0, "certificate %d can not be read", count+1)
				break
			}
		}
		if count == 0 {
			r.fault(0, "there is no certificate (PEM) in it")
		}
		c.certificates[domain] = data
	}
}

// readKeys reads keys/*.pub: whose signature gives a bundle function. Only those
// that are built in count.
func (c *content) readKeys(r *fileReader) {
	for _, file := range c.source.In("keys") {
		r.file = file
		if path.Ext(file) != ".pub" {
			continue
		}
		key, err := csres.ParseKey(c.source.File(file))
		if err != nil {
			r.fault(0, "%s", err)
			continue
		}
		c.keys = append(c.keys, key)
	}
}

// readStickers reads stickers/<pack>/pack.json and the PNGs that it names.
func (c *content) readStickers(r *fileReader) {
	for _, file := range c.source.Names() {
		folder, name := path.Split(file)
		id, inside := strings.CutPrefix(path.Dir(file), "stickers/")
		if !inside || name != "pack.json" || strings.Contains(id, "/") {
			continue
		}
		v := r.open(file)
		if v == nil {
			continue
		}
		p := StickerPack{ID: id}
		r.object(*v, "", map[string]func(csres.Value){
			"name": r.text(&p.Name, "name", nil), "author": r.text(&p.Author, "author", nil), "licence": r.text(&p.Licence, "licence", nil),
			"stickers": func(v csres.Value) {
				for _, item := range v.Items {
					var image, text string
					r.object(item, "stickers.", map[string]func(csres.Value){"file": r.text(&image, "file", nil), "text": r.text(&text, "text", nil)})
					if path.Ext(image) != ".png" || !c.source.Has(folder+image) {
						r.fault(item.Line, "there is no picture %q in the pack", image)
						continue
					}
					p.Stickers = append(p.Stickers, Sticker{ID: strings.TrimSuffix(image, ".png"), Text: text, PNG: c.source.File(folder + image)})
				}
			},
		})
		c.stickers = append(c.stickers, p)
	}
}
