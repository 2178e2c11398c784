// SPDX-License-Identifier: MPL-2.0

package chaos

import (
	"html"
	"regexp"
	"strings"
)

// colours are those of a terminal.
var colours = regexp.MustCompile("\x1b\\[[0-9;]*m")

// inTheClear returns which of some bodies stand as text between the tags of what was said,
// each once.
func inTheClear(wire string, bodies map[string]bool) (found []string) {
	seen := map[string]bool{}
	for _, part := range strings.Split(colours.ReplaceAllString(wire, ""), "<") {
		_, text, _ := strings.Cut(part, ">")
		text = oneLine(html.UnescapeString(text))
		if bodies[text] && !seen[text] {
			seen[text] = true
			found = append(found, text)
		}
	}
	return found
}

// oneLine leaves one blank where some are: a log has its own idea of lines, and an offer of
// OTR is blanks behind the text.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// tapped looks for words of the trial's messages on the wire.
func (t *Trial) tapped() {
	if !t.o.Tap {
		return
	}
	d := t.devices[0]
	wire, err := t.server.Wire()
	if err != nil || !strings.Contains(wire, "<message") {
		d.trouble("nothing of the wire could be read: %v", err)
		return
	}
	bodies := map[string]bool{}
	for _, d := range t.devices {
		for i := range t.grantedNow() {
			bodies[oneLine(body(d.label, i))] = true
		}
	}
	if found := inTheClear(wire, bodies); len(found) > 0 {
		d.trouble("%d messages went over the wire in the clear, %q the first", len(found), found[0])
	}
}
