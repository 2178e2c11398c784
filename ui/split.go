// SPDX-License-Identifier: MPL-2.0

package ui

import "fyne.io/fyne/v2"

// The width of the list: a share of the window, between these.
const (
	sidebarMin   = 250
	sidebarMax   = 360
	sidebarShare = 0.3
)

// splitLayout lays out list, line and conversation.
type splitLayout struct{}

func (splitLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	left, right := o[0].MinSize(), o[2].MinSize()
	return fyne.NewSize(sidebarMin+1+right.Width, max(left.Height, right.Height))
}

func (splitLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	left := min(max(s.Width*sidebarShare, sidebarMin), sidebarMax)
	o[0].Resize(fyne.NewSize(left, s.Height))
	o[0].Move(fyne.NewPos(0, 0))
	o[1].Resize(fyne.NewSize(1, s.Height))
	o[1].Move(fyne.NewPos(left, 0))
	o[2].Resize(fyne.NewSize(s.Width-left-1, s.Height))
	o[2].Move(fyne.NewPos(left+1, 0))
}
