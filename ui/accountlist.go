// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// accountList is the list of one's own accounts in the settings.
type accountList struct {
	w      *Window
	column *fyne.Container // what to put on a screen
	rows   []accountRow
}

type accountRow struct {
	addr chat.Address
	card *parts.Card
	face *parts.Avatar
}

func newAccountList(w *Window) *accountList {
	l := &accountList{w: w, column: parts.Column(theme.SizeInset)}
	l.refresh()
	return l
}

// refresh follows the accounts. The rows stay while the accounts are the same: one
// may have the focus.
func (l *accountList) refresh() {
	all := l.w.accounts.All()
	same := len(all) == len(l.rows)
	for i := 0; same && i < len(all); i++ {
		same = all[i].Login.Address == l.rows[i].addr
	}
	if !same {
		l.rows, l.column.Objects = nil, nil
		for _, a := range all {
			l.add(a.Login.Address)
		}
	}
	for i, a := range all {
		text, token := l.w.accountState(a)
		l.rows[i].card.SetText(text, token)
		l.rows[i].face.Set(l.w.ownFace(a), theme.ColorSurface)
	}
	if !same {
		l.column.Refresh()
		l.w.root.Refresh() // what is below moves
	}
}

func (l *accountList) add(addr chat.Address) {
	face := parts.NewAvatar(l.w.kit, parts.Face{}, 0, theme.ColorSurface)
	card := parts.NewCard(l.w.kit, face, addr.String(), "", nil, func() { l.w.showAccount(addr) })
	l.rows = append(l.rows, accountRow{addr, card, face})
	l.column.Add(card)
}
