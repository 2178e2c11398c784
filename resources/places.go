// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"encoding/base64"
	"slices"
	"strings"

	"chatsecure.org/desktop/resources/csres"
)

// linkNames are the links that a brand can give.
var linkNames = []string{"home", "source", "support", "privacy", "translate"}

// signupCards are what the first page can offer.
var signupCards = []string{"invite", "import", "sign-in", "create"}

// readBranding reads branding.json.
func (c *content) readBranding(r *fileReader) {
	v := r.open("branding.json")
	if v == nil {
		return
	}
	b := &c.brand
	// An older form named the program here. Who reads it must not believe that
	// it does.
	misplaced := func(key string) func(csres.Value) {
		return func(v csres.Value) {
			r.fault(v.Line, "the %s of a bundle stands in manifest.json; nothing else can give one", key)
		}
	}
	r.object(*v, "", map[string]func(csres.Value){
		"name": misplaced("name"), "id": misplaced("id"),
		"links": func(v csres.Value) {
			b.links = map[string]string{}
			keys := map[string]func(csres.Value){}
			for _, name := range linkNames {
				keys[name] = func(v csres.Value) {
					var link string
					if r.text(&link, "links."+name, isLink)(v); link != "" {
						b.links[name] = link
					}
				}
			}
			r.object(v, "links.", keys)
		},
		"signup": func(v csres.Value) {
			s := &b.signup
			r.object(v, "signup.", map[string]func(csres.Value){
				"domain": r.text(&s.Domain, "signup.domain", isDomain), "host": r.text(&s.Host, "signup.host", func(s string) bool { return s == "" || isDomain(s) }),
				"port": r.number(&s.Port, "signup.port", 0, 65535),
				"cards": func(v csres.Value) {
					b.cards = true
					r.list(&s.Cards, "signup.cards", func(s string) bool { return slices.Contains(signupCards, s) })(v)
					if len(s.Cards) == 0 {
						r.fault(v.Line, "signup.cards leaves nothing to begin with")
					}
				},
				"nickname_only": r.yes(&b.nick, "signup.nickname_only"),
			})
		},
		"invite": func(v csres.Value) {
			r.object(v, "invite.", map[string]func(csres.Value){
				"base": r.text(&b.invite.Base, "invite.base", isWeb), "hosts": r.list(&b.invite.Hosts, "invite.hosts", isDomain),
			})
		},
		"ui": func(v csres.Value) {
			most := 0
			r.object(v, "ui.", map[string]func(csres.Value){
				"mode": r.oneOf(&b.mode, "ui.mode", "full", "simple"), "tor": r.yes(&b.tor, "ui.tor"),
				"max_accounts": func(v csres.Value) { r.number(&most, "ui.max_accounts", 0, 100)(v); b.most = &most },
			})
		},
		"about": func(v csres.Value) { b.aboutIs = true; r.list(&b.about, "about", nil)(v) },
	})
}

// readServers reads servers/servers.json.
func (c *content) readServers(r *fileReader) {
	v := r.open("servers/servers.json")
	if v == nil {
		return
	}
	r.object(*v, "", map[string]func(csres.Value){
		"mode": r.oneOf(&c.serversMode, "mode", "add", "replace"),
		"servers": func(v csres.Value) {
			if v.Kind != csres.Array {
				r.fault(v.Line, "servers is %s, not a list", v.Kind)
				return
			}
			seen := map[string]bool{}
			for _, item := range v.Items {
				s, ok := readServer(r, item)
				switch {
				case !ok:
				case seen[strings.ToLower(s.Domain)]:
					r.fault(item.Line, "%s is there twice", s.Domain)
				default:
					seen[strings.ToLower(s.Domain)] = true
					c.servers = append(c.servers, s)
				}
			}
		},
	})
}

func readServer(r *fileReader, v csres.Value) (Server, bool) {
	var s Server
	before := len(r.problems)
	r.object(v, "servers.", map[string]func(csres.Value){
		"domain": r.text(&s.Domain, "domain", isDomain), "host": r.text(&s.Host, "host", isDomain), "port": r.number(&s.Port, "port", 1, 65535),
		"onion": r.text(&s.Onion, "onion", func(s string) bool { return isDomain(s) && strings.HasSuffix(s, ".onion") }),
		"name":  r.text(&s.Name, "name", nil), "description": r.text(&s.Description, "description", nil),
		"country":  r.text(&s.Country, "country", func(s string) bool { return len(s) == 2 && s == strings.ToUpper(s) }),
		"register": r.text(&s.Register, "register", func(s string) bool { return s == "app" || isWeb(s) }),
		"pins": r.list(&s.Pins, "pins", func(s string) bool {
			raw, err := base64.StdEncoding.DecodeString(s)
			return err == nil && len(raw) == 32
		}),
	})
	if v.Kind == csres.Object && v.Get("domain") == nil {
		r.fault(v.Line, "a server has no domain")
	}
	if s.Name == "" {
		s.Name = s.Domain
	}
	if s.Register == "" {
		s.Register = "app"
	}
	for _, p := range r.problems[before:] {
		if !p.Minor {
			return s, false
		}
	}
	return s, true
}
