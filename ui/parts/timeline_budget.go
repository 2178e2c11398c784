// SPDX-License-Identifier: MPL-2.0

package parts

// A text that is laid out takes some twenty times the room of its letters. All
// short ones that are loaded are kept; of long ones, which few people send and
// some send to do harm, those that were needed last.
const (
	longText   = 2 << 10   // bytes
	longBudget = 512 << 10 // of all long ones together
	longLeast  = 4         // that are kept in any case: they may be in view
)

// budget knows the rows whose long texts are laid out, in the order in which that
// was done.
type budget struct {
	rows  []longRow
	bytes int
}

type longRow struct {
	entry *entry
	bytes int
}

// spend takes note of a row that was laid out, and forgets for it the layout of
// others that are not needed now.
func (b *budget) spend(e *entry, needed func(*entry) bool) {
	n := len(e.text.shown)
	if n < longText {
		return
	}
	b.drop(func(r longRow) bool { return r.entry == e })
	b.rows = append(b.rows, longRow{e, n})
	b.bytes += n
	left := len(b.rows)
	b.drop(func(r longRow) bool {
		if b.bytes <= longBudget || left <= longLeast || r.entry == e || needed(r.entry) {
			return false
		}
		left--
		r.entry.forget()
		return true
	})
}

// drop takes rows off the list.
func (b *budget) drop(which func(longRow) bool) {
	kept := b.rows[:0]
	for _, r := range b.rows {
		if which(r) {
			b.bytes -= r.bytes
		} else {
			kept = append(kept, r)
		}
	}
	clear(b.rows[len(kept):])
	b.rows = kept
}

// ensure measures a row, unless that was done and is remembered.
func (t *Timeline) ensure(e *entry) {
	if e.on == t.page {
		return
	}
	e.measure(t.page)
	t.budget.spend(e, func(o *entry) bool { return t.scene.views[o] != nil })
}

func (t *Timeline) measure(i int) float64 {
	e := t.entries[i]
	t.ensure(e)
	return float64(e.height)
}
