// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"errors"
	"sync"
	"time"
)

// message decodes a message off the wire. Results of the archive go to Archive
// and are nil here, as are forged elements.
func (c *Conn) message(raw []byte) (*Message, error) {
	m, err := DecodeMessage(raw, c.own, time.Now(), c.cfg.Lang)
	if errors.Is(err, errForged) {
		c.forgery("stanza")
		return nil, nil
	}
	if err == nil && m.Archived != nil {
		if !c.archives.put(m.Archived, len(raw)) {
			c.forgery("archive, not asked for") // or late: whoever asked has left
		}
		return nil, nil
	}
	return m, err
}

// forgery counts what claims to be our account's and is not. Anybody can send any
// number of it: the log gets the 1st, 2nd, 4th, 8th …
func (c *Conn) forgery(what string) {
	if n := c.forged.Add(1); n&(n-1) == 0 {
		c.log.Warn("forged element left out", "what", what, "count", n)
	}
}

// archives are the questions to our archive that are open now, by their random
// names. A result that names none of them is nobody's (XEP-0313 §8.2).
type archives struct {
	mu    sync.Mutex
	pages map[string]*archivePage
}

func (a *archives) open(query string, max int) *archivePage {
	p := &archivePage{max: max, ids: map[string]bool{}, done: make(chan struct{})}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.pages == nil {
		a.pages = map[string]*archivePage{}
	}
	a.pages[query] = p
	return p
}

func (a *archives) close(query string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.pages, query)
}

// put takes a result that was size bytes long; false where nobody has asked.
func (a *archives) put(r *Archived, size int) bool {
	a.mu.Lock()
	p := a.pages[r.Query]
	a.mu.Unlock()
	if p == nil {
		return false
	}
	p.put(r, size)
	return true
}

// archivePage collects what comes to one question, within its bounds.
type archivePage struct {
	mu       sync.Mutex
	messages []Archived
	ids      map[string]bool // of all that came
	bytes    int
	max      int           // results
	over     bool          // more came than there is room for: nothing is kept
	last     string        // the id that is waited for; "" for not yet
	ended    bool          // it has come, or nothing more is waited for
	done     chan struct{} // closed with ended
}

func (p *archivePage) put(r *Archived, size int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended || p.over || p.ids[r.ID] {
		return
	}
	if p.bytes += size; p.bytes > maxArchiveBytes || len(p.ids) == p.max {
		p.over, p.messages = true, nil
		p.endIf(p.last != "")
		return
	}
	p.ids[r.ID] = true
	if r.Message != nil {
		p.messages = append(p.messages, *r)
	}
	p.endIf(p.last != "" && r.ID == p.last)
}

func (p *archivePage) endIf(reached bool) {
	if reached && !p.ended {
		p.ended = true
		close(p.done)
	}
}

// until is closed once the result with this id has come, at once for "".
func (p *archivePage) until(last string) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = last
	p.endIf(last == "" || p.over || p.ids[last])
	return p.done
}

// take is what has come, after until's channel was closed; false where it was too
// much.
func (p *archivePage) take() ([]Archived, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.messages, !p.over
}
