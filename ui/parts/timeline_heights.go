// SPDX-License-Identifier: MPL-2.0

package parts

// heights are the heights of rows, guessed or measured, with their sums: each
// question and each change takes as many steps as the number of rows has bits
// (a Fenwick tree). The zero value has no rows.
type heights struct {
	each []float64
	tree []float64 // tree[i] sums the rows (i - lowest bit of i, i], counted from 1
}

// reset makes it n rows of these heights.
func (h *heights) reset(n int, height func(i int) float64) {
	h.each = append(h.each[:0], make([]float64, n)...)
	h.tree = append(h.tree[:0], make([]float64, n+1)...)
	for i := range n {
		h.each[i] = height(i)
		h.tree[i+1] += h.each[i]
		if up := (i + 1) + (i+1)&-(i+1); up <= n {
			h.tree[up] += h.tree[i+1]
		}
	}
}

// set changes the height of a row.
func (h *heights) set(i int, height float64) {
	by := height - h.each[i]
	if by == 0 {
		return
	}
	h.each[i] = height
	for k := i + 1; k < len(h.tree); k += k & -k {
		h.tree[k] += by
	}
}

// above is the height of the rows before i.
func (h *heights) above(i int) (sum float64) {
	for ; i > 0; i -= i & -i {
		sum += h.tree[i]
	}
	return sum
}

// total is the height of all rows.
func (h *heights) total() float64 { return h.above(len(h.each)) }

// find is the row at an offset from the top of the first, and where in that row.
// It is the nearest row for an offset outside; the place is less than 0 then, or
// the row's height.
func (h *heights) find(offset float64) (i int, inside float64) {
	step := 1
	for step*2 < len(h.tree) {
		step *= 2
	}
	for ; step > 0; step /= 2 {
		if next := i + step; next < len(h.tree) && h.tree[next] <= offset {
			i, offset = next, offset-h.tree[next]
		}
	}
	if n := len(h.each); i >= n && n > 0 {
		return n - 1, h.each[n-1]
	}
	return i, offset
}
