// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"crypto/rand"
	"encoding/xml"
	"errors"
	"strconv"
	"time"

	"mellium.im/xmpp/stanza"

	"chatsecure.org/desktop/core/chat"
)

// Bounds of one page of the archive.
const (
	defaultArchivePage = 100      // messages, where the question names no number
	MaxArchivePage     = 1000     // messages that may be asked for at once
	moreThanAsked      = 16       // messages over that which are still taken
	maxArchiveBytes    = 16 << 20 // of all elements of a page, as on the wire
)

// ArchiveQuery asks for a page of our own archive (XEP-0313 §4, XEP-0059 §2). The
// zero value asks for its oldest messages.
type ArchiveQuery struct {
	With    chat.Address // only messages from or to it; zero for all
	AfterID string       // only what is newer than this id. Needs Abilities.ArchiveExtended
	Start   time.Time    // only what is as new as this, by the server's clock; zero for all
	// At most one of these says where the page is; without them it is the oldest.
	Before *string // the newest messages before this id; "" the newest of all
	After  *string // the oldest messages after this id
	Max    int     // messages; 0 is 100, over 1,000 counts as 1,000
}

// ArchivePage is a piece of the archive without gaps.
type ArchivePage struct {
	Messages []Archived // oldest first; each has a Message
	Complete bool       // nothing more in the direction in which was asked
	// First and Last are ids of the oldest and the newest message of the page, the
	// ones that can not be read among them; "" where the page is empty.
	First, Last string
}

// Archive fetches a page of our own archive. It needs Run to run and must not be
// called by what Run delivers to. The server's own errors are of kind Rejected:
// CodeNotFound where an id of the question is not in the archive (any more).
// CodeTooLarge says that the page was more than 16 MiB or much longer than asked
// for: ask for fewer. A page that never comes to its end is CodeTimeout.
func (c *Conn) Archive(ctx context.Context, q ArchiveQuery) (ArchivePage, error) {
	const op = "archive"
	ctx, cancel := withDeadline(ctx) // for the answer and what came before it
	defer cancel()
	switch {
	case q.Max <= 0:
		q.Max = defaultArchivePage
	case q.Max > MaxArchivePage:
		q.Max = MaxArchivePage
	}
	query := rand.Text()
	page := c.archives.open(query, q.Max+moreThanAsked)
	defer c.archives.close(query)
	var fin archiveFin
	if err := c.ask(ctx, op, stanza.SetIQ, chat.Address{}, q.encode(query), &fin); err != nil {
		return ArchivePage{}, err
	}
	first, last := id(fin.Set.First), id(fin.Set.Last)
	// The answer comes after the results (XEP-0313 §4) but by another way: they may
	// still wait for Run.
	select {
	case <-page.until(last):
	case <-ctx.Done():
		return ArchivePage{}, ctxError(op, ctx.Err())
	case <-c.life.Done():
		return ArchivePage{}, lost(op, context.Cause(c.life))
	}
	messages, ok := page.take()
	if !ok {
		return ArchivePage{}, &chat.Error{Kind: chat.Rejected, Op: op, Code: chat.CodeTooLarge, Err: errArchivePage}
	}
	return ArchivePage{
		Messages: messages, Complete: fin.Complete == "true" || fin.Complete == "1", First: first, Last: last,
	}, nil
}

var errArchivePage = errors.New("more than was asked for")

// archiveFin is the answer after the results (XEP-0313 §4).
type archiveFin struct {
	XMLName  xml.Name `xml:"urn:xmpp:mam:2 fin"`
	Complete string   `xml:"complete,attr"`
	Set      struct {
		First string `xml:"http://jabber.org/protocol/rsm first"`
		Last  string `xml:"http://jabber.org/protocol/rsm last"`
	} `xml:"http://jabber.org/protocol/rsm set"`
}

// stampLayout is a time as XEP-0082 §3.2 wants it.
const stampLayout = "2006-01-02T15:04:05.000Z"

func (q ArchiveQuery) encode(query string) []byte {
	var b builder
	b.raw("<query")
	b.attr("xmlns", nsArchive)
	b.attr("queryid", query)
	b.raw("><x xmlns='" + nsForm + "' type='submit'>")
	b.raw("<field var='FORM_TYPE' type='hidden'><value>" + nsArchive + "</value></field>")
	b.field("with", q.With.String())
	b.field("after-id", q.AfterID)
	if !q.Start.IsZero() {
		b.field("start", q.Start.UTC().Format(stampLayout))
	}
	b.raw("</x><set xmlns='" + nsRSM + "'>")
	b.text("max", "", strconv.Itoa(q.Max))
	switch {
	case q.Before != nil && *q.Before == "":
		b.raw("<before/>")
	case q.Before != nil:
		b.text("before", "", *q.Before)
	case q.After != nil:
		b.text("after", "", *q.After)
	}
	b.raw("</set></query>")
	return b.Bytes()
}

// EnableCarbons asks for copies of what other devices of our account receive and
// send (XEP-0280 §4), for the life of this session, resumptions included.
func (c *Conn) EnableCarbons(ctx context.Context) error {
	return c.ask(ctx, "carbons", stanza.SetIQ, chat.Address{}, []byte("<enable xmlns='"+nsCarbons+"'/>"), nil)
}
