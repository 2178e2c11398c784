// SPDX-License-Identifier: MPL-2.0

package styling

// blocks reads lines that are in a block together (XEP-0393 §5.1); it changes them.
// depth is that of a quotation that begins here.
func (p *parser) blocks(lines []line, depth int) {
	for i := 0; i < len(lines); {
		next := i + 1
		switch {
		case depth <= MaxDepth && p.quoted(lines[i]):
			for next < len(lines) && p.quoted(lines[next]) {
				next++
			}
			p.quote(lines[i:next], depth)
		case p.fenced(lines[i]):
			for next < len(lines) {
				next++
				if l := lines[next-1]; l.end-l.start == len(fence) && p.fenced(l) {
					break
				}
			}
			p.code(lines[i:next])
		default:
			p.spansOf(lines[i].start, lines[i].end)
		}
		i = next
	}
}

func (p *parser) quoted(l line) bool { return l.start < l.end && p.text[l.start] == '>' }

// quote reads the lines of one quotation without their first sign, and without one
// space behind it (XEP-0393 §5.1.3).
func (p *parser) quote(lines []line, depth int) {
	p.add(Quote, lines[0].start, lines[len(lines)-1].end, depth)
	for i := range lines {
		l := &lines[i]
		start := l.start
		if l.start++; l.start < l.end && space(p.text[l.start]) {
			l.start++
		}
		p.add(Directive, start, l.start, 0)
	}
	p.blocks(lines, depth+1)
}

const fence = "```"

func (p *parser) fenced(l line) bool {
	return l.end-l.start >= len(fence) && string(p.text[l.start:l.start+len(fence)]) == fence
}

// code reads a block of code (XEP-0393 §5.1.2): its first line is the fence with
// anything behind it, its last one the fence alone, or the end of what it is in.
func (p *parser) code(lines []line) {
	last := lines[len(lines)-1]
	p.add(Block, lines[0].start, last.end, 0)
	p.add(Directive, lines[0].start, lines[0].end, 0)
	if len(lines) > 1 && last.end-last.start == len(fence) && p.fenced(last) {
		p.add(Directive, last.start, last.end, 0)
	}
}
