// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"math"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// verifyPatience is how long verify waits for a person on the other side.
const verifyPatience = 5 * time.Minute

// verify compares a secret with a contact over OTR (SMP), or follows a link.
func verify(ctx context.Context, c *call) error {
	peer, err := bareAddress(c.operands[0])
	switch {
	case err != nil:
		return usageError(err.Error())
	case (c.secretFile == "") == (c.link == ""):
		return wrongUse("give-secret")
	case c.link != "":
		return c.with(ctx, func(s *session) error {
			account, err := s.whose(ctx, c.account, peer)
			if err != nil {
				return err
			}
			l, err := s.followLink(ctx, account, peer, c.link)
			if err != nil {
				return err
			}
			c.say(linkOf(l), "link-followed", "address", peer, "verified", len(l.Keys), "distrusted", len(l.Distrust), "unknown", len(l.Unknown))
			return nil
		})
	}
	secret, err := c.secret("--secret-file", c.secretFile)
	if err != nil {
		return err
	}
	defer clear(secret)
	return c.with(ctx, func(s *session) error {
		d := verifyPatience
		if c.timeout > 0 {
			d = c.timeout
		}
		ctx, cancel := context.WithTimeout(ctx, d)
		defer cancel()
		account, err := s.accountFor(ctx, c.account, peer)
		if err != nil {
			return err
		}
		if err := s.online(ctx, account); err != nil {
			return err
		}
		conv := chat.ConvID{Account: account, Peer: peer}
		if err := s.openOTR(ctx, conv); err != nil {
			return err
		}
		if err := s.compare(ctx, conv, c.question, string(secret)); err != nil {
			return err
		}
		c.say(map[string]string{"account": account.String(), "address": peer.String(), "result": string(chat.CodeSecretProven)},
			"secret-right", "address", peer)
		return nil
	})
}

// openOTR begins an OTR session, if there is none, and waits for it.
func (s *session) openOTR(ctx context.Context, conv chat.ConvID) error {
	state, err := s.Encryption(ctx, conv)
	if err != nil || state.OTROpen {
		return err
	}
	if err := s.StartOTR(ctx, conv); err != nil {
		return err
	}
	_, err = s.whenState(ctx, conv, func(st chat.EncryptionState) bool { return st.OTROpen })
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return refused(chat.CodeNoSession, "no-otr", "address", conv.Peer)
	}
	return err
}

// compare asks the other side for the secret, or answers when it is the one that asks,
// and waits for the result. The secret is for a question of its own, if there is one, and
// no answer to another. It is given once.
func (s *session) compare(ctx context.Context, conv chat.ConvID, question, secret string) error {
	after := chat.Cursor(math.MinInt64)
	newest, err := s.Page(ctx, conv, 0, 1)
	if err != nil {
		return err
	}
	if len(newest) > 0 {
		after = newest[0].Cursor
	}
	events := s.Subscribe()
	defer events.Close()
	state, err := s.Encryption(ctx, conv)
	if err != nil {
		return err
	}
	if state.Asked && question == "" {
		err = s.AnswerSecret(ctx, conv, secret)
	} else { // or answer, where the other side asks the same
		err = s.AskSecret(ctx, conv, question, secret)
	}
	if err != nil {
		return err
	}
	for {
		if over, err := s.compared(ctx, conv, after); over || err != nil {
			return err
		}
		if !state.OTROpen {
			return notCompared(chat.CodeSecretStopped)
		}
		if _, err := events.Next(ctx); err != nil {
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return refused(chat.CodeTimeout, "no-answer", "address", conv.Peer)
			}
			return err
		}
		if state, err = s.Encryption(ctx, conv); err != nil {
			return err
		}
		if !state.Asked {
			continue
		}
		// Another question, or the same once more: the secret has been given already, and
		// who may ask again may guess again.
		if over, err := s.compared(ctx, conv, after); over || err != nil {
			return err
		}
		if err := s.AbortSecret(ctx, conv); err != nil {
			return err
		}
		return notCompared(chat.CodeSecretStopped)
	}
}

// compared says whether there is a result behind a place of a conversation; the error is
// that it is not the one that was wanted.
func (s *session) compared(ctx context.Context, conv chat.ConvID, after chat.Cursor) (over bool, err error) {
	result, err := s.noticed(ctx, conv, after, chat.CodeSecretProven, chat.CodeSecretAnswered, chat.CodeSecretFailed, chat.CodeSecretStopped)
	switch {
	case err != nil:
		return false, err
	case result == "", result == chat.CodeSecretProven:
		return result != "", nil
	}
	return true, notCompared(result)
}

func notCompared(why chat.Code) error {
	return &chat.Error{Kind: chat.Rejected, Op: "verify", Code: why}
}

// noticed is the last of these codes that a notice behind a place of a conversation
// has; "" for none.
func (s *session) noticed(ctx context.Context, conv chat.ConvID, after chat.Cursor, codes ...chat.Code) (chat.Code, error) {
	var last chat.Code
	for {
		page, err := s.PageAfter(ctx, conv, after, pageSize)
		if err != nil {
			return "", err
		}
		for _, m := range page {
			for _, code := range codes {
				if m.Kind == chat.KindNotice && m.Error == code {
					last = code
				}
			}
			after = m.Cursor
		}
		if len(page) < pageSize {
			return last, nil
		}
	}
}

// linkObject is what a link says of somebody's keys.
type linkObject struct {
	Address   string      `json:"address"`
	Keys      []keyObject `json:"keys"` // verified by it
	Distrust  []keyObject `json:"distrust"`
	Different []keyObject `json:"different"`
	Unknown   []string    `json:"unknown"` // fingerprints
}

func linkOf(l chat.IdentityLink) linkObject {
	o := linkObject{Address: l.Owner.String(), Keys: keyObjects(l.Keys), Distrust: keyObjects(l.Distrust), Different: keyObjects(l.Different), Unknown: []string{}}
	for _, f := range l.Unknown {
		o.Unknown = append(o.Unknown, string(f))
	}
	return o
}
