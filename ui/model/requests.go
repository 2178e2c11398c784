// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"slices"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// RequestSource answers contact requests and keeps who gets no answer;
// *core.Client meets it.
type RequestSource interface {
	AcceptContact(ctx context.Context, account, addr chat.Address) error
	DeclineContact(ctx context.Context, account, addr chat.Address) error
	Setting(ctx context.Context, key string) (string, error)
	SetSetting(ctx context.Context, key, value string) error
}

// settingIgnored is the setting that lists who is ignored: a line for each, the
// account and the address with a space between them.
const settingIgnored = "contacts.ignored"

// maxIgnored bounds that setting, in bytes; the oldest are forgotten.
const maxIgnored = 60 << 10

// Requests are those who ask and have no answer yet, the ignored ones last.
func (c *Contacts) Requests() []chat.Contact {
	var out, ignored []chat.Contact
	for _, one := range c.all {
		switch {
		case !one.Asking || one.Blocked:
		case c.Ignored(contactID(one)):
			ignored = append(ignored, one)
		default:
			out = append(out, one)
		}
	}
	return append(out, ignored...)
}

// OpenRequests is the number of requests that wait for the person.
func (c *Contacts) OpenRequests() int {
	n := 0
	for _, one := range c.all {
		if one.Asking && !one.Blocked && !c.Ignored(contactID(one)) {
			n++
		}
	}
	return n
}

func contactID(c chat.Contact) chat.ConvID { return chat.ConvID{Account: c.Account, Peer: c.Address} }

// Accept lets somebody who asks become a contact.
func (c *Contacts) Accept(id chat.ConvID) {
	c.command("accept contact", id, func(ctx context.Context) error {
		return c.answers.AcceptContact(ctx, id.Account, id.Peer)
	}, func() {
		c.setIgnored(id, false)
		if c.OnAccepted != nil {
			c.OnAccepted(id)
		}
	})
}

// Decline says no to somebody who asks.
func (c *Contacts) Decline(id chat.ConvID) {
	c.command("decline contact", id, func(ctx context.Context) error {
		return c.answers.DeclineContact(ctx, id.Account, id.Peer)
	}, func() { c.setIgnored(id, false) })
}

// Ignore leaves somebody who asks without an answer: nothing is sent, and the
// request is not shown again unless the person looks for it.
func (c *Contacts) Ignore(id chat.ConvID) {
	c.setIgnored(id, true)
	call(c.OnChange)
}

// Ignored says whether the request of somebody is ignored.
func (c *Contacts) Ignored(id chat.ConvID) bool { return c.ignored[id] }

func (c *Contacts) setIgnored(id chat.ConvID, yes bool) {
	if c.ignored[id] == yes {
		return
	}
	if yes {
		c.ignored[id] = true
	} else {
		delete(c.ignored, id)
	}
	// In the lane of the reads: what one of them read before is not the last word.
	c.lane.Run(func(ctx context.Context) func() {
		list, err := c.keepIgnored(ctx, id, yes)
		return func() {
			if c.err = asError("ignore request", err); err == nil {
				c.readIgnored(list)
			}
			call(c.OnChange)
		}
	})
}

func (c *Contacts) keepIgnored(ctx context.Context, id chat.ConvID, yes bool) (list string, err error) {
	if list, err = c.answers.Setting(ctx, settingIgnored); err != nil {
		return "", err
	}
	line := id.Account.String() + " " + id.Peer.String()
	lines := slices.DeleteFunc(strings.Split(list, "\n"), func(l string) bool { return l == "" || l == line })
	if yes {
		lines = append(lines, line)
	}
	list = strings.Join(lines, "\n")
	for len(list) > maxIgnored {
		_, list, _ = strings.Cut(list, "\n")
	}
	return list, c.answers.SetSetting(ctx, settingIgnored, list)
}

// readIgnored takes what is stored; what can not be read is left out.
func (c *Contacts) readIgnored(list string) {
	clear(c.ignored)
	for line := range strings.Lines(list) {
		account, peer, _ := strings.Cut(strings.TrimSpace(line), " ")
		a, err := chat.ParseAddress(account)
		if err != nil {
			continue
		}
		if p, err := chat.ParseAddress(peer); err == nil {
			c.ignored[chat.ConvID{Account: a, Peer: p}] = true
		}
	}
}
