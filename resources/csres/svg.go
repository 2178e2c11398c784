// SPDX-License-Identifier: MPL-2.0

package csres

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The limits of a drawing. Each use draws something again, and what it draws may
// use others: the number bounds what a few lines can unfold to.
const (
	maxDrawing  = 1 << 20 // bytes
	maxElements = 5_000
	maxNesting  = 64
	maxUses     = 24
)

// active are the elements, by local name, that run, load or change something.
var active = map[string]bool{
	"script": true, "foreignobject": true, "iframe": true, "object": true, "embed": true, "audio": true, "video": true, "image": true,
	"feimage": true, "handler": true, "listener": true, "set": true, "animate": true, "animatetransform": true, "animatemotion": true,
	"animatecolor": true, "a": true, "html": true, "canvas": true, "link": true,
}

// checkSVG wants a drawing: no scripts, nothing from outside, no document type.
// It reads with the parser that draws it later, so that both see the same.
func checkSVG(data []byte) *Problem {
	if len(data) > maxDrawing {
		return &Problem{Reason: fmt.Sprintf("a drawing has at most %d MiB", maxDrawing>>20)}
	}
	if p := checkText(data); p != nil {
		return p
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	s := svgScan{}
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := d.InputPos()
		if err != nil {
			return &Problem{Line: line, Reason: "is no XML that can be read"}
		}
		if reason := s.token(token); reason != "" {
			return &Problem{Line: line, Reason: reason}
		}
	}
	if s.elements == 0 || len(s.open) != 0 {
		return &Problem{Reason: "is no SVG, or not a whole one"}
	}
	for _, reason := range []string{s.work.fault(), s.refers.fault()} {
		if reason != "" {
			return &Problem{Reason: reason}
		}
	}
	return nil
}

type svgScan struct {
	open           []string
	elements, uses int
	style          bool
	work           svgWork
	refers         svgRefers
}

func (s *svgScan) token(token xml.Token) string {
	switch t := token.(type) {
	case xml.Directive:
		return "a document type or entity is not allowed in a drawing"
	case xml.ProcInst:
		if t.Target != "xml" || s.elements > 0 {
			return "a processing instruction is not allowed in a drawing"
		}
	case xml.CharData:
		if s.style {
			return outside(string(t))
		}
	case xml.StartElement:
		return s.start(t)
	case xml.EndElement:
		name := full(t.Name)
		if len(s.open) == 0 || s.open[len(s.open)-1] != name {
			return "its elements do not fit into one another"
		}
		s.open = s.open[:len(s.open)-1]
		s.style = false
		s.refers.end()
	}
	return ""
}

func full(n xml.Name) string { return n.Space + ":" + n.Local }

func (s *svgScan) start(t xml.StartElement) string {
	local := strings.ToLower(t.Name.Local)
	if len(s.open) == 0 && (s.elements > 0 || local != "svg") {
		return "is no SVG"
	}
	if active[local] {
		return fmt.Sprintf("<%s> is not allowed in a drawing", t.Name.Local)
	}
	if local == "use" {
		s.uses++
	}
	s.style = local == "style"
	s.open = append(s.open, full(t.Name))
	s.refers.start(t)
	switch s.elements++; {
	case s.elements > maxElements:
		return fmt.Sprintf("has more than %d elements", maxElements)
	case len(s.open) > maxNesting:
		return fmt.Sprintf("is nested more than %d elements deep", maxNesting)
	case s.uses > maxUses:
		return fmt.Sprintf("has more than %d <use>", maxUses)
	}
	for _, a := range t.Attr {
		if reason := attribute(a, s.elements == 1); reason != "" {
			return reason
		}
		s.work.attribute(a)
	}
	return ""
}

// attribute looks at one attribute, of the outermost element where root is true.
func attribute(a xml.Attr, root bool) string {
	name := strings.ToLower(a.Name.Local)
	value := strings.TrimSpace(a.Value)
	switch {
	case strings.HasPrefix(name, "on"):
		return fmt.Sprintf("the attribute %s is not allowed in a drawing", a.Name.Local)
	case name == "href" || name == "src" || name == "base" && a.Name.Space == "xml":
		if !strings.HasPrefix(value, "#") {
			return fmt.Sprintf("refers to something outside (%s)", a.Name.Local)
		}
	case a.Name.Space == "xmlns" || a.Name.Space == "" && name == "xmlns":
		if strings.Contains(value, "xhtml") || a.Name.Space == "xmlns" && value == "http://www.w3.org/2000/svg" && a.Name.Local != "svg" {
			return "gives its elements a second name"
		}
		return ""
	case root && (name == "width" || name == "height"):
		if n, err := strconv.ParseFloat(strings.TrimRight(value, "px "), 64); err == nil && n > MaxSide {
			return fmt.Sprintf("has a %s of %s; %d is the most", name, value, MaxSide)
		}
	}
	return outside(value)
}

// outside finds what fetches something in the value of an attribute or a style.
func outside(value string) string {
	if !strings.ContainsAny(value, "(@:\\") {
		return ""
	}
	v := strings.ToLower(strings.Join(strings.Fields(value), ""))
	if strings.Contains(v, "@import") || strings.Contains(v, "javascript:") || strings.Contains(v, "expression(") || strings.Contains(v, "image(") {
		return "refers to something outside (style)"
	}
	if strings.Contains(v, "\\") {
		return "a backslash can hide a reference in a style"
	}
	for {
		_, after, found := strings.Cut(v, "url(")
		if !found {
			return ""
		}
		v = strings.TrimLeft(after, `"'`)
		if !strings.HasPrefix(v, "#") {
			return "refers to something outside (url)"
		}
	}
}
