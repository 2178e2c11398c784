// SPDX-License-Identifier: MPL-2.0

package coretest

import (
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// Answer does with an element what an honest server does.
func (s *Session) Answer(e *Element) {
	switch {
	case e.XMLName.Space == nsSASL:
		s.mu.Lock()
		c := s.conn
		s.mu.Unlock()
		if c != nil {
			c.logIn(s, e)
		}
	case e.XMLName.Space == nsSM:
		s.manage(e)
	case e.Is(nsClient, "iq"):
		if t := e.Attr("type"); t == "get" || t == "set" {
			s.answerIQ(e)
		}
	case e.Is(nsClient, "message"):
		s.route(e)
	}
}

// Result answers an IQ with a payload; from is who answers, "" the account itself.
func (s *Session) Result(iq *Element, from, payload string) {
	s.Send(Result(iq, from, payload))
}

// Result is the answer to an IQ; from is who answers, "" the account itself.
func Result(iq *Element, from, payload string) string {
	if from != "" {
		from = " from='" + Escape(from) + "'"
	}
	return "<iq type='result' id='" + Escape(iq.Attr("id")) + "'" + from + ">" + payload + "</iq>"
}

func (s *Session) answerIQ(e *Element) {
	f := s.server
	switch {
	case e.Asks("set", nsBind, "bind") != nil:
		s.bind(e)
	case e.Asks("get", nsRoster, "query") != nil:
		f.mu.Lock()
		items := ""
		for _, item := range f.rosters[s.Account] {
			items += item
		}
		f.mu.Unlock()
		s.Result(e, "", "<query xmlns='"+nsRoster+"'>"+items+"</query>")
	case e.Asks("set", nsRoster, "query") != nil:
		item := e.Find(nsRoster, "item")
		text := "<item jid='" + Escape(item.Attr("jid")) + "' name='" + Escape(item.Attr("name")) + "' subscription='none'/>"
		f.SetContact(s.Account, item.Attr("jid"), text)
		s.Send("<iq type='set' id='" + f.NewID() + "'><query xmlns='" + nsRoster + "'>" + text + "</query></iq>")
		s.Result(e, "", "")
	case e.Asks("get", nsInfo, "query") != nil && s.isOurs(e.Attr("to")):
		f.mu.Lock()
		features := f.features
		f.mu.Unlock()
		vars := ""
		for _, v := range features {
			vars += "<feature var='" + Escape(v) + "'/>"
		}
		s.Result(e, e.Attr("to"), "<query xmlns='"+nsInfo+"'><identity category='account' type='registered'/>"+vars+"</query>")
	case e.Asks("set", nsCarbons, "enable") != nil, e.Asks("get", nsPing, "ping") != nil && s.isOurs(e.Attr("to")):
		s.Result(e, e.Attr("to"), "")
	case e.Asks("set", nsArchive, "query") != nil:
		s.answerArchive(e)
	default:
		from := ""
		if to := e.Attr("to"); to != "" {
			from = " from='" + Escape(to) + "'"
		}
		s.Send("<iq type='error' id='" + Escape(e.Attr("id")) + "'" + from + "><error type='cancel'><service-unavailable xmlns='" +
			nsStanzas + "'/></error></iq>")
	}
}

// isOurs says whether it is the server or the account itself that is asked.
func (s *Session) isOurs(to string) bool {
	return to == "" || to == s.server.Domain || to == s.Address.Bare().String()
}

func (s *Session) bind(e *Element) {
	resource := "given"
	if r := e.Find(nsBind, "resource"); r != nil && r.Text != "" {
		resource = r.Text
	}
	f := s.server
	s.Address = f.Address(s.Account).WithResource(resource)
	f.mu.Lock()
	old := f.sessions[s.Account]
	f.sessions[s.Account] = s
	f.mu.Unlock()
	if old != nil && old != s {
		old.Forget()
		old.Cut()
	}
	s.Result(e, "", "<bind xmlns='"+nsBind+"'><jid>"+Escape(s.Address.String())+"</jid></bind>")
}

// route brings a message to whom it is for, and into both archives if it has a body.
func (s *Session) route(e *Element) {
	f := s.server
	from := " from='" + Escape(s.Address.String()) + "'"
	message := "<message" + from + strings.TrimPrefix(e.Raw, "<message")
	to, err := chat.ParseAddress(e.Attr("to"))
	if err != nil || to.Domain != f.Domain {
		return
	}
	if to.Bare() == s.Address.Bare() {
		s.Send(message)
		return
	}
	if e.Find(nsClient, "body") == nil {
		if other := f.Session(to.Local); other != nil {
			other.Send(message)
		}
		return
	}
	now := time.Now()
	f.Archive(s.Account, Archived{ID: f.NewID(), Stamp: now, Message: message})
	f.Deliver(to.Local, message, now)
}

// Deliver puts a message into an account's archive, and sends it if there is a
// session, with the id that it has there.
func (f *Scripted) Deliver(local, message string, stamp time.Time) {
	id := f.NewID()
	f.Archive(local, Archived{ID: id, Stamp: stamp, Message: message})
	if s := f.Session(local); s != nil {
		stanzaID := "<stanza-id xmlns='" + nsStanzaID + "' by='" + Escape(f.Address(local).String()) + "' id='" + id + "'/>"
		s.Send(strings.TrimSuffix(message, "</message>") + stanzaID + "</message>")
	}
}
