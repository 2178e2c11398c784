// SPDX-License-Identifier: MPL-2.0

package core

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"image/png"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/picture"
	"chatsecure.org/desktop/core/store"
)

// What becomes of one's own picture.
const (
	ownPictureSide  = 192
	ownPictureBytes = 96 << 10 // servers refuse larger items
)

// Picture returns the picture with this SHA-1 in hex; nil if it is not here. It is
// PNG, JPEG, GIF or WebP within picture.Strangers.
func (c *Client) Picture(ctx context.Context, hash string) ([]byte, error) {
	if hash == "" {
		return nil, nil
	}
	data, err := c.db.Picture(ctx, hash)
	return data, asError("read picture", err)
}

// accountNews takes what a contact's account, or our own, says of itself.
func (a *account) accountNews(p *arrivals, m letter) {
	peer := m.From.Bare()
	p.reads = append(p.reads, a.displayed(m.Displayed)...)
	if m.Bookmarks != nil {
		a.bookmarksChanged(*m.Bookmarks)
	}
	if a.ownNews(m) {
		a.keysTouched(m.session)
	}
	if m.Devices != nil && m.session != nil && m.session == a.session && (peer == a.addr || a.contacts[peer].Listed) {
		a.omemo.tells[peer] = true
		a.devicesCame(a.ctx, m.session, *m.Devices)
		p.ratchets.listsChanged()
	}
	if m.AvatarEvent != nil {
		a.pictureNews(m.session, peer, m.AvatarEvent.Hash, true)
	}
	if m.NickEvent != nil {
		a.nickNews(peer, chat.Cut(*m.NickEvent, maxName))
	}
}

func (a *account) nickNews(peer chat.Address, nick string) {
	if peer == a.addr {
		if a.rec.Nick == nick {
			return
		}
		if pending, err := a.db.Setting(a.ctx, nickPending(a.addr)); err != nil || pending != "" {
			return // ours is newer: it is on its way
		}
		if err := a.db.SetNick(a.ctx, a.addr, nick); err != nil {
			a.log.Error("store name", "err", chatError("store name", err))
			return
		}
		a.edit(func(r *store.AccountRecord) { r.Nick = nick })
		return
	}
	if c, known := a.contacts[peer]; known && c.Nick != nick {
		c.Nick = nick
		a.putContact(a.ctx, c, "")
	}
}

// pictureNews: peer's picture has this hash now, "" for none. What the account
// says (XEP-0084) counts more than what a device's presence says (XEP-0153).
func (a *account) pictureNews(s *session, peer chat.Address, hash string, byAccount bool) {
	c, known := a.contacts[peer]
	if peer == a.addr {
		c.Avatar, known = a.rec.Avatar, true
	}
	if !known || a.pictures == nil {
		return
	}
	was := a.pictures[peer]
	if was.byAccount && !byAccount {
		return
	}
	now := was
	now.hash, now.byAccount = hash, byAccount
	a.pictures[peer] = now
	switch {
	case was.hash == hash && hash != "":
	case hash == c.Avatar:
	case hash == "":
		a.setPicture(peer, "")
	case !was.fetching: // else the end of that fetch looks what is wanted now
		a.startFetch(s, peer, hash)
	}
}

// picture is what this session has said of the picture of a contact.
type claim struct {
	hash      string
	byAccount bool
	fetching  bool // one for each contact at a time, however often it changes its mind
}

func (a *account) startFetch(s *session, peer chat.Address, hash string) {
	p := a.pictures[peer]
	p.fetching = true
	a.pictures[peer] = p
	a.job(func(ctx context.Context) {
		err := a.fetch(ctx, s, peer, hash)
		if err != nil {
			a.log.Info("picture", "err", chatError("fetch picture", err))
		}
		a.box.post(func(context.Context) { a.fetchEnded(s, peer, hash, err) })
	})
}

func (a *account) fetchEnded(s *session, peer chat.Address, hash string, err error) {
	p, known := a.pictures[peer]
	if a.session != s || !known {
		return // what is wanted now is another session's to find out
	}
	p.fetching = false
	a.pictures[peer] = p
	switch {
	case p.hash == hash && err == nil:
		a.setPicture(peer, hash)
	case p.hash != hash && p.hash != "":
		a.startFetch(s, peer, p.hash)
	}
}

func (a *account) setPicture(peer chat.Address, hash string) {
	if peer == a.addr {
		if err := a.db.SetAvatar(a.ctx, a.addr, hash); err != nil {
			a.log.Error("store picture", "err", chatError("store picture", err))
			return
		}
		a.edit(func(r *store.AccountRecord) { r.Avatar = hash })
		return
	}
	if c, known := a.contacts[peer]; known {
		c.Avatar = hash
		a.putContact(a.ctx, c, "")
	}
}

// fetchPicture sees to it that the picture is in the database. A job.
func (a *account) fetchPicture(ctx context.Context, s *session, peer chat.Address, hash string) error {
	const op = "fetch picture"
	if data, err := a.db.Picture(ctx, hash); err == nil && len(data) > 0 {
		return nil
	}
	data, err := s.conn.Picture(ctx, peer, hash)
	if err != nil {
		return err
	}
	sum := sha1.Sum(data)
	if hex.EncodeToString(sum[:]) != hash {
		return failed(chat.Rejected, op, chat.CodePicture, nil)
	}
	if err := picture.Check(data, picture.Strangers); err != nil {
		return pictureError(op, chat.Rejected, err)
	}
	return a.db.PutPicture(ctx, hash, data)
}

// pictureError says why a picture was refused.
func pictureError(op string, kind chat.Kind, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, picture.ErrTooLarge):
		return failed(kind, op, chat.CodeTooLarge, err)
	}
	return failed(kind, op, chat.CodePicture, err)
}

// SetPicture publishes one's own picture: data is PNG, JPEG, GIF or WebP within
// picture.Own, which is cut to a square and made small;
// nil takes the picture away. It needs a connection.
func (c *Client) SetPicture(ctx context.Context, account chat.Address, data []byte) error {
	const op = "set picture"
	a, err := c.account(op, account)
	if err != nil {
		return err
	}
	var small []byte
	if data != nil {
		if small, err = ownPicture(op, data); err != nil {
			return err
		}
	}
	conn, err := a.connection(op)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, askIn)
	defer cancel()
	hash, err := conn.SetPicture(ctx, small)
	if err != nil {
		return asError(op, err)
	}
	if hash != "" {
		if err := c.db.PutPicture(ctx, hash, small); err != nil {
			return asError(op, err)
		}
	}
	return asError(op, a.do(ctx, func(context.Context) {
		a.setPicture(a.addr, hash)
		if a.session != nil { // others learn the new hash from our presence (XEP-0153 §3)
			a.tellPresence(a.session)
		}
	}))
}

func (a *account) tellPresence(s *session) {
	p := a.ownPresence()
	if p.Photo == nil {
		none := ""
		p.Photo = &none
	}
	a.job(func(ctx context.Context) {
		if err := s.conn.SendPresence(ctx, p); err != nil {
			a.log.Info("presence", "err", chatError("send presence", err))
		}
	})
}

// ownPicture makes a small square PNG (XEP-0084 §3.1 wants that) of a picture.
func ownPicture(op string, data []byte) ([]byte, error) {
	src, err := picture.Decode(data, picture.Own)
	if err != nil {
		return nil, pictureError(op, chat.Input, err)
	}
	side := min(src.Bounds().Dx(), src.Bounds().Dy())
	for size := min(side, ownPictureSide); ; size = size * 3 / 4 {
		var out bytes.Buffer
		if err := png.Encode(&out, picture.Square(src, size)); err != nil {
			return nil, failed(chat.Bug, op, chat.CodePicture, err)
		}
		if out.Len() <= ownPictureBytes || size <= 32 {
			return out.Bytes(), nil
		}
	}
}
