// SPDX-License-Identifier: MPL-2.0

package csres

import (
	"encoding/xml"
	"math"
	"strconv"
	"strings"
)

// The limits of what a drawing costs. Lines far away and short dashes of long
// lines keep a program busy for hours; a drawing of a few hundred bytes is enough.
const (
	maxReach  = 1e6 // a coordinate
	maxWork   = 5e7 // the farthest coordinate, times how many there are
	maxDashes = 1e6 // the same, by the shortest dash
)

// drawn are the attributes whose numbers are places and lengths.
var drawn = map[string]bool{
	"d": true, "points": true, "transform": true, "x": true, "y": true, "x1": true, "y1": true, "x2": true, "y2": true, "cx": true, "cy": true, "r": true,
	"rx": true, "ry": true, "fx": true, "fy": true, "width": true, "height": true, "viewbox": true, "style": true, "gradienttransform": true,
	"stroke-width": true, "stroke-dasharray": true, "stroke-dashoffset": true, "stroke-miterlimit": true, "offset": true,
}

// svgWork is what of a drawing's cost can be seen before it is drawn.
type svgWork struct {
	reach, count, dash float64
}

func (w *svgWork) attribute(a xml.Attr) {
	name := strings.ToLower(a.Name.Local)
	if a.Name.Space != "" || !drawn[name] {
		return
	}
	numbersIn(a.Value, func(n float64) {
		w.count++
		w.reach = max(w.reach, math.Abs(n))
	})
	dashes := a.Value
	if name == "style" {
		_, dashes, _ = strings.Cut(strings.ToLower(a.Value), "stroke-dasharray")
		dashes, _, _ = strings.Cut(dashes, ";")
	} else if name != "stroke-dasharray" {
		return
	}
	shortest, all := math.Inf(1), 0.0
	numbersIn(dashes, func(n float64) {
		shortest = min(shortest, n)
		all += n
	})
	if !math.IsInf(shortest, 1) {
		// Of dots (0) the gaps count.
		if shortest <= 0 {
			shortest = all / 2
		}
		if w.dash == 0 || shortest < w.dash {
			w.dash = max(shortest, 1e-9)
		}
	}
}

func (w *svgWork) fault() string {
	switch {
	case w.reach > maxReach:
		return "draws something far away"
	case w.reach*w.count > maxWork:
		return "takes too long to draw"
	case w.dash > 0 && w.reach*w.count/w.dash > maxDashes:
		return "its dashes are too short"
	}
	return ""
}

// svgRefers are the references of a drawing, from every element with an id to what
// is referred to inside of it. One that leads back to where it begins would be
// followed for ever.
type svgRefers struct {
	open  []string            // ids, "" for none
	edges map[string][]string // by id
}

func (r *svgRefers) start(t xml.StartElement) {
	id, to := "", ""
	for _, a := range t.Attr {
		switch strings.ToLower(a.Name.Local) {
		case "id":
			id = a.Value
		case "href":
			to = strings.TrimPrefix(strings.TrimSpace(a.Value), "#")
		}
	}
	r.open = append(r.open, id)
	if to == "" {
		return
	}
	if r.edges == nil {
		r.edges = map[string][]string{}
	}
	for _, from := range r.open {
		if from != "" {
			r.edges[from] = append(r.edges[from], to)
		}
	}
}

func (r *svgRefers) end() { r.open = r.open[:len(r.open)-1] }

func (r *svgRefers) fault() string {
	const under, done = 1, 2
	state := map[string]int{}
	var circle func(id string) bool
	circle = func(id string) bool {
		switch state[id] {
		case under:
			return true
		case done:
			return false
		}
		state[id] = under
		for _, to := range r.edges[id] {
			if circle(to) {
				return true
			}
		}
		state[id] = done
		return false
	}
	for id := range r.edges {
		if circle(id) {
			return "refers to itself (#" + id + ")"
		}
	}
	return ""
}

// numbersIn calls f for each number of an attribute; one that is too large to be
// any is infinite.
func numbersIn(s string, f func(float64)) {
	for i := 0; i < len(s); {
		from := i
		digits := false
		for i < len(s) {
			c := s[i]
			switch {
			case c >= '0' && c <= '9':
				digits = true
			case c == '.', (c == 'e' || c == 'E') && digits, (c == '-' || c == '+') && (i == from || s[i-1] == 'e' || s[i-1] == 'E'):
			default:
				goto done
			}
			i++
		}
	done:
		if digits {
			n, err := strconv.ParseFloat(strings.TrimRight(s[from:i], "eE+-"), 64)
			if err != nil { // "1.2.3" is three numbers in a path; none is larger than this
				n = float64(len(s[from:i])) * 10
				if strings.ContainsAny(s[from:i], "eE") || i-from > 40 {
					n = math.Inf(1)
				}
			}
			f(n)
		}
		if i == from {
			i++
		}
	}
}
