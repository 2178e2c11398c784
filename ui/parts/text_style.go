// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/styling"
)

// textStyle is how a part of a text is set, in bits.
type textStyle uint8

const (
	styleBold textStyle = 1 << iota
	styleItalic
	styleStrike
	styleMono
	styleSign   // one of the signs that make the style: weaker
	styleHidden // the signs of a quotation: a bar stands for them
)

// styled is a part of a text, in bytes, that is set in its own way.
type styled struct {
	start, end int
	style      textStyle
}

// quoted is a run of lines, in bytes, that are a quotation.
type quoted struct{ start, end, depth int }

// The indent of a quotation, and the bars in it.
const (
	quoteStep  = 11
	quoteBar   = 3
	quoteDepth = 5 // what is deeper is not indented any more
)

// readStyles finds out how a text is set: parts in order that do not overlap, and
// the quotations, those around others first.
func readStyles(text string) (parts []styled, quotes []quoted) {
	spans := styling.Parse(text)
	if len(spans) == 0 {
		return nil, nil
	}
	at := byteOffsets(text, spans)
	var open []styled // what we are inside of
	from := 0
	emit := func(to int) {
		var s textStyle
		for _, o := range open {
			s |= o.style
		}
		if s != 0 && from < to {
			if n := len(parts); n > 0 && parts[n-1].end == from && parts[n-1].style == s {
				parts[n-1].end = to
			} else {
				parts = append(parts, styled{from, to, s})
			}
		}
		from = max(from, to)
	}
	closeUpTo := func(end int) {
		for {
			k := -1 // the one that ends first
			for i := range open {
				if open[i].end <= end && (k < 0 || open[i].end < open[k].end) {
					k = i
				}
			}
			if k < 0 {
				return
			}
			emit(open[k].end)
			open = append(open[:k], open[k+1:]...)
		}
	}
	for i, s := range spans {
		start, end := at[2*i], at[2*i+1]
		closeUpTo(start)
		emit(start)
		style := styleOf[s.Kind]
		switch s.Kind {
		case styling.Quote:
			quotes = append(quotes, quoted{start, end, s.Depth})
			continue
		case styling.Directive:
			if text[start] == '>' {
				style = styleHidden
			}
		}
		open = append(open, styled{start, end, style})
	}
	closeUpTo(len(text))
	return parts, quotes
}

var styleOf = map[styling.Kind]textStyle{
	styling.Strong: styleBold, styling.Emphasis: styleItalic, styling.Strike: styleStrike,
	styling.Code: styleMono, styling.Block: styleMono, styling.Directive: styleSign,
}

// byteOffsets turns where parts start and end, in code points, into bytes.
func byteOffsets(text string, spans []styling.Span) []int {
	ascii := true
	for i := 0; i < len(text); i++ {
		if text[i] >= 0x80 {
			ascii = false
			break
		}
	}
	out := make([]int, 2*len(spans))
	if ascii {
		for i, s := range spans {
			out[2*i], out[2*i+1] = s.Start, s.End
		}
		return out
	}
	offsets := make([]int32, 0, len(text)+1)
	for i := range text {
		offsets = append(offsets, int32(i))
	}
	offsets = append(offsets, int32(len(text)))
	for i, s := range spans {
		out[2*i], out[2*i+1] = int(offsets[s.Start]), int(offsets[s.End])
	}
	return out
}

// depthOf is how deep a line is in quotations. They are asked in order: those that
// end before it are not needed again.
func depthOf(quotes *[]quoted, from, to int) (depth int) {
	for len(*quotes) > 0 && (*quotes)[0].end <= from {
		*quotes = (*quotes)[1:]
	}
	for _, q := range *quotes {
		if q.start >= to {
			break
		}
		if q.end > from {
			depth = max(depth, q.depth)
		}
	}
	return min(depth, quoteDepth)
}

// in is the face in which a style is set.
func (f face) in(s textStyle) face {
	f.bold = f.bold || s&styleBold != 0
	f.italic = f.italic || s&styleItalic != 0
	f.mono = f.mono || s&styleMono != 0
	return f
}

// base is where the letters stand, from the top of a line.
func (f face) base() float32 {
	p := f.pairs()
	if p.base == 0 {
		_, p.base = fyne.CurrentApp().Driver().RenderedTextSize("Mg", f.size, f.style(), nil)
	}
	return p.base
}
