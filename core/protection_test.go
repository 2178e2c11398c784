// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"context"

	"chatsecure.org/desktop/core/chat"
)

func (p *person) choose(other *person, choice chat.EncryptionChoice) {
	p.t.Helper()
	if err := p.SetEncryption(p.ctx(), p.with(other), choice); err != nil {
		p.t.Fatal(err)
	}
}

func (p *person) protection(other *person) chat.EncryptionState {
	p.t.Helper()
	st, err := p.Encryption(p.ctx(), p.with(other))
	if err != nil {
		p.t.Fatal(err)
	}
	return st
}

func (p *person) waitProtection(what string, other *person, there func(chat.EncryptionState) bool) {
	p.t.Helper()
	p.wait(what, func() bool { return there(p.protection(other)) })
}

// waitNotice waits for the nth notice with a code in the conversation with other.
func (p *person) waitNotice(other *person, code chat.Code, n int) (last chat.Message) {
	p.t.Helper()
	p.wait("the notice "+string(code), func() bool {
		page, err := p.Page(context.Background(), p.with(other), 0, 500)
		if err != nil {
			p.t.Fatal(err)
		}
		found := 0
		for _, m := range page {
			if m.Kind == chat.KindNotice && m.Error == code {
				found, last = found+1, m
			}
		}
		return found >= n
	})
	return last
}
