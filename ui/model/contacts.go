// SPDX-License-Identifier: MPL-2.0

package model

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// ContactSource is what the contact list asks; *core.Client meets it.
type ContactSource interface {
	Contacts(ctx context.Context, account chat.Address) ([]chat.Contact, error)
	AddContact(ctx context.Context, account, addr chat.Address, name string) error
	RenameContact(ctx context.Context, account, addr chat.Address, name string) error
	RemoveContact(ctx context.Context, account, addr chat.Address) error
}

// Contacts are the contacts of all accounts, those who ask to become one, and
// the form that adds one.
type Contacts struct {
	OnChange   func()
	OnAdded    func(id chat.ConvID) // a contact was added: go to the conversation
	OnAccepted func(id chat.ConvID) // a request was: go to the conversation

	// The form: the screen writes these and calls Add.
	Account chat.Address // which account adds; zero: the only one
	Address string
	Name    string

	env     *Env
	src     ContactSource
	answers RequestSource
	blocks  BlockSource
	lane    *Lane // reads
	orders  *Lane // commands: these wait for the server
	all     []chat.Contact
	ignored map[chat.ConvID]bool // who asked and gets no answer
	waiting map[chat.ConvID]int  // commands under way
	busy    bool
	trouble Trouble
	err     *chat.Error
}

// NewContacts returns an empty list: call Load.
func NewContacts(env *Env, src ContactSource, answers RequestSource, blocks BlockSource) *Contacts {
	return &Contacts{
		env: env, src: src, answers: answers, blocks: blocks, lane: env.Tasks.NewLane(), orders: env.Tasks.NewLane(),
		ignored: map[chat.ConvID]bool{}, waiting: map[chat.ConvID]int{},
	}
}

// Load reads the contacts.
func (c *Contacts) Load() {
	c.lane.Run(func(ctx context.Context) func() {
		all, err := c.src.Contacts(ctx, chat.Address{})
		list, listErr := c.answers.Setting(ctx, settingIgnored)
		slices.SortFunc(all, func(a, b chat.Contact) int {
			return cmp.Or(cmp.Compare(strings.ToLower(a.Title()), strings.ToLower(b.Title())),
				cmp.Compare(a.Address.String(), b.Address.String()), cmp.Compare(a.Account.String(), b.Account.String()))
		})
		return func() {
			if c.err = asError("read contacts", errors.Join(err, listErr)); err == nil {
				c.all = all
			}
			if listErr == nil {
				c.readIgnored(list)
			}
			call(c.OnChange)
		}
	})
}

// Apply implements Listener.
func (c *Contacts) Apply(events []chat.Event) {
	if slices.ContainsFunc(events, func(e chat.Event) bool {
		return e.Kind == chat.ContactsChanged || e.Kind == chat.Reload
	}) {
		c.Load()
	}
}

// Listed are the contacts that match what was typed, by name.
func (c *Contacts) Listed(filter string) []chat.Contact {
	words := strings.Fields(strings.ToLower(filter))
	var out []chat.Contact
	for _, one := range c.all {
		if (one.Listed || one.Asked) && matches(words, one.Title(), one.Address.String()) {
			out = append(out, one)
		}
	}
	return out
}

// Contact finds one of an account.
func (c *Contacts) Contact(id chat.ConvID) (chat.Contact, bool) {
	for _, one := range c.all {
		if one.Account == id.Account && one.Address == id.Peer {
			return one, true
		}
	}
	return chat.Contact{}, false
}

// Busy says whether the form's contact is being added.
func (c *Contacts) Busy() bool { return c.busy }

// Trouble is what is wrong with the form.
func (c *Contacts) Trouble() Trouble { return c.trouble }

// Err is why the last other command failed; nil otherwise.
func (c *Contacts) Err() *chat.Error { return c.err }

// Add checks the form and asks the person to become a contact.
func (c *Contacts) Add() {
	if c.busy {
		return
	}
	addr, code := parsePerson(c.Address)
	switch {
	case code != "":
		c.trouble = inputTrouble(FieldAddress, code)
	case c.Account.IsZero():
		c.trouble = inputTrouble(FieldAccount, chat.CodeEmpty)
	case addr == c.Account:
		c.trouble = inputTrouble(FieldAddress, chat.CodeOwnAddress)
	default:
		c.trouble = Trouble{}
	}
	if c.trouble.Err != nil {
		call(c.OnChange)
		return
	}
	id, name := chat.ConvID{Account: c.Account, Peer: addr}, strings.TrimSpace(c.Name)
	c.busy = true
	call(c.OnChange)
	c.env.Tasks.Run(func(ctx context.Context) func() {
		err := c.src.AddContact(ctx, id.Account, id.Peer, name)
		return func() { c.added(id, err) }
	})
}

func (c *Contacts) added(id chat.ConvID, err error) {
	c.busy = false
	if err != nil {
		c.trouble = troubleOf(asError("add contact", err))
		if c.trouble.Place == PlaceForm && c.trouble.Err.Kind == chat.Rejected {
			c.trouble.Place, c.trouble.Field = PlaceField, FieldAddress
		}
		call(c.OnChange)
		return
	}
	c.Address, c.Name = "", ""
	call(c.OnChange)
	if c.OnAdded != nil {
		c.OnAdded(id)
	}
}

// Rename sets the person's own name for a contact; "" is the contact's.
func (c *Contacts) Rename(id chat.ConvID, name string) {
	name = strings.TrimSpace(name)
	c.command("rename contact", id, func(ctx context.Context) error {
		return c.src.RenameContact(ctx, id.Account, id.Peer, name)
	}, nil)
}

// Remove takes somebody off the contact list: ask before. Messages stay.
func (c *Contacts) Remove(id chat.ConvID) {
	c.command("remove contact", id, func(ctx context.Context) error {
		return c.src.RemoveContact(ctx, id.Account, id.Peer)
	}, nil)
}

// Waiting says whether a command about somebody has not been answered yet.
func (c *Contacts) Waiting(id chat.ConvID) bool { return c.waiting[id] > 0 }

// command asks the server and goes on with then, if it did what was asked.
func (c *Contacts) command(op string, id chat.ConvID, do func(context.Context) error, then func()) {
	c.waiting[id]++
	call(c.OnChange)
	c.orders.Run(func(ctx context.Context) func() {
		err := do(ctx)
		return func() {
			if c.waiting[id]--; c.waiting[id] == 0 {
				delete(c.waiting, id)
			}
			c.err = asError(op, err)
			call(c.OnChange)
			if err == nil {
				call(then)
			}
		}
	})
}
