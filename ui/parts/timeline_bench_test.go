// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
)

// loaded is a window full of a conversation: 400 messages of every kind, of which
// one may be as long as a message gets.
func loaded(b *testing.B, long bool) (*rig, []said) {
	r := newRig(b, 900, 700)
	messages := talk(800, 11)
	if long {
		messages[600].text = prose(maxShown-16, 12)
	}
	r.SetRows(rowsOf(400, messages[400:]), true, false)
	return r, messages
}

func benchBoth(b *testing.B, run func(b *testing.B, r *rig, messages []said)) {
	for _, long := range []bool{false, true} {
		name := "mixed"
		if long {
			name = "with 64 KiB"
		}
		b.Run(name, func(b *testing.B) {
			r, messages := loaded(b, long)
			b.ReportAllocs()
			run(b, r, messages)
		})
	}
}

// BenchmarkScroll is a notch of the wheel, up and down through everything.
func BenchmarkScroll(b *testing.B) {
	benchBoth(b, func(b *testing.B, r *rig, _ []said) {
		dy := 60.0
		for b.Loop() {
			if r.scrollBy(dy) {
				dy = -dy
			}
		}
	})
}

// BenchmarkScrollLong is the same inside a message of 64 KiB.
func BenchmarkScrollLong(b *testing.B) {
	r, _ := loaded(b, true)
	r.JumpTo("m601")
	b.ReportAllocs()
	dy, n := -60.0, 0
	for b.Loop() {
		r.scrollBy(dy)
		if n++; n%200 == 0 {
			dy = -dy
		}
	}
}

// BenchmarkAppend is a message that comes while the end is in view.
func BenchmarkAppend(b *testing.B) {
	benchBoth(b, func(b *testing.B, r *rig, messages []said) {
		rows := rowsOf(400, messages[400:])
		n := len(messages)
		for b.Loop() {
			n++
			next := rowsOf(n, []said{{text: fmt.Sprint("message ", n), minute: 6 * n}})[1:]
			rows = append(rows[1:], next...)
			r.SetRows(rows, true, false)
		}
	})
}

// BenchmarkPrepend is a page of 50 that loads above, and goes again.
func BenchmarkPrepend(b *testing.B) {
	benchBoth(b, func(b *testing.B, r *rig, messages []said) {
		with, without := rowsOf(350, messages[350:750]), rowsOf(400, messages[400:])
		r.SetRows(without, true, false)
		r.scrollTo(300)
		for i := 0; b.Loop(); i++ {
			if i%2 == 0 {
				r.SetRows(with, true, true)
			} else {
				r.SetRows(without, true, false)
			}
		}
	})
}

// BenchmarkJump goes from one place to another, far away.
func BenchmarkJump(b *testing.B) {
	benchBoth(b, func(b *testing.B, r *rig, _ []said) {
		for i := 0; b.Loop(); i++ {
			r.JumpTo(fmt.Sprint("m", 410+i*97%380))
		}
	})
}

// BenchmarkSameRows is what every event does that changes nothing here.
func BenchmarkSameRows(b *testing.B) {
	benchBoth(b, func(b *testing.B, r *rig, messages []said) {
		rows := rowsOf(400, messages[400:])
		for b.Loop() {
			r.SetRows(rows, true, false)
		}
	})
}

// BenchmarkFirstSight is the step that brings rows into view that nobody has
// seen: everything in them is measured.
func BenchmarkFirstSight(b *testing.B) {
	benchBoth(b, func(b *testing.B, r *rig, messages []said) {
		for i := 0; b.Loop(); i++ {
			if i%200 == 0 {
				b.StopTimer()
				r.SetRows(nil, false, false)
				r.SetRows(rowsOf(400, messages[400:]), true, false)
				b.StartTimer()
			}
			r.scrollBy(60)
		}
	})
}

// BenchmarkLongAtFirstSight is the jump to a message of 64 KiB that nobody has
// seen.
func BenchmarkLongAtFirstSight(b *testing.B) {
	r, messages := loaded(b, true)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		r.SetRows(nil, false, false)
		r.SetRows(rowsOf(400, messages[400:]), true, false)
		b.StartTimer()
		r.JumpTo("m601")
	}
}

// BenchmarkResize is a step of dragging the window's edge.
func BenchmarkResize(b *testing.B) {
	benchBoth(b, func(b *testing.B, r *rig, _ []said) {
		for i := 0; b.Loop(); i++ {
			r.Timeline.Resize(fyne.NewSize(float32(500+i%400), 700))
		}
	})
}

// BenchmarkSelect is a step of dragging over messages.
func BenchmarkSelect(b *testing.B) {
	benchBoth(b, func(b *testing.B, r *rig, _ []said) {
		r.press(450, 690, 0)
		for i := 0; b.Loop(); i++ {
			r.drag(float32(100+i%700), float32(i*7%690))
		}
	})
}
