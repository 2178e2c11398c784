// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"cmp"
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"chatsecure.org/desktop/core/chat"
)

const (
	portStartTLS  = 5222
	portDirectTLS = 5223

	srvPatience = 5 * time.Second // some networks swallow such questions
	maxTargets  = 8
)

// target is a place where the server may be.
type target struct {
	host   string
	port   int
	direct bool // TLS from the first byte
}

// targets says where to look for the server, best first. Without a host that
// the person gave, and without a proxy, it asks the DNS for both kinds of SRV
// records and merges them (RFC 6120 §3.2, XEP-0368 §3). With a proxy no name is
// looked up here at all.
func (c *Config) targets(ctx context.Context) ([]target, error) {
	const op = "find server"
	l := c.Login
	name, err := asciiName(l.Address.Domain)
	if err != nil {
		return nil, fail(chat.Input, op, chat.CodeAddress, plainly("domain can not be looked up"))
	}
	one := target{l.Host, l.Port, l.DirectTLS}
	if one.port == 0 || l.Host == "" { // a port belongs to a host
		one.port = portStartTLS
		if one.direct {
			one.port = portDirectTLS
		}
	}
	if l.Host != "" {
		if one.host, err = asciiName(l.Host); err != nil {
			return nil, fail(chat.Offline, op, chat.CodeHostNotFound, plainly("host can not be looked up"))
		}
	} else {
		one.host = name
	}
	if isOnion(one.host) && !c.proxied() {
		return nil, fail(chat.Offline, op, chat.CodeHostNotFound, plainly("an onion service needs Tor"))
	}
	if _, err := netip.ParseAddr(one.host); err == nil || l.Host != "" || c.proxied() {
		return []target{one}, nil
	}
	found, err := lookupSRV(ctx, c.resolver, name)
	if l.DirectTLS {
		found = slices.DeleteFunc(found, func(t target) bool { return !t.direct })
	}
	if err != nil || len(found) > 0 {
		return found, err
	}
	return []target{one}, nil // RFC 6120 §3.2.2
}

// isOnion says whether a name is of a Tor service, of which the DNS must not hear
// (RFC 7686 §2).
func isOnion(host string) bool { return strings.HasSuffix(strings.ToLower(host), ".onion") }

// asciiName is a name as the DNS and certificates know it. An address in
// brackets loses them.
func asciiName(name string) (string, error) {
	if inner, ok := strings.CutPrefix(name, "["); ok {
		name = strings.TrimSuffix(inner, "]")
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return name, nil
	}
	name = strings.TrimSuffix(name, ".")
	if !strings.ContainsFunc(name, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return strings.ToLower(name), nil // "_" has no place in a name, but in many networks
	}
	return idna.Lookup.ToASCII(name)
}

// lookupSRV asks for both kinds of records at once. None at all is no error; a
// domain that says that it has no such service is one. To have no direct TLS
// says nothing about the rest (XEP-0368 §3).
func lookupSRV(ctx context.Context, r *net.Resolver, name string) ([]target, error) {
	if r == nil {
		r = net.DefaultResolver
	}
	ctx, cancel := context.WithTimeout(ctx, srvPatience)
	defer cancel()
	services := [...]string{"xmpps-client", "xmpp-client"} // direct TLS, STARTTLS
	var answers [len(services)][]*net.SRV
	var wg sync.WaitGroup
	for i, service := range services {
		wg.Go(func() {
			// The dot keeps the search list of the local network out.
			_, answers[i], _ = r.LookupSRV(ctx, service, "tcp", name+".")
		})
	}
	wg.Wait()
	var all []weighted
	refused := false
	for i, records := range answers {
		direct := i == 0
		for _, s := range records {
			host := strings.TrimSuffix(s.Target, ".")
			switch {
			case host == "": // RFC 2782: decidedly not here
				refused = refused || !direct
				continue
			case isOnion(host): // nobody can connect there without a proxy
				continue
			}
			all = append(all, weighted{target{host, int(s.Port), direct}, s.Priority, s.Weight})
		}
	}
	if refused && len(all) == 0 {
		return nil, fail(chat.Offline, "find server", chat.CodeServiceUnavailable, plainly("the domain says that it has no XMPP service"))
	}
	return order(all), nil
}

type weighted struct {
	target
	priority, weight uint16
}

// order sorts by priority, and by chance according to weight among equals (RFC
// 2782).
func order(all []weighted) []target {
	slices.SortStableFunc(all, func(a, b weighted) int {
		return cmp.Or(cmp.Compare(a.priority, b.priority), cmp.Compare(a.weight, b.weight))
	})
	var out []target
	for len(all) > 0 && len(out) < maxTargets {
		same, total := 0, 0
		for same < len(all) && all[same].priority == all[0].priority {
			total += int(all[same].weight)
			same++
		}
		pick, chance := 0, rand.IntN(total+1)
		for sum := 0; pick < same; pick++ {
			if sum += int(all[pick].weight); sum >= chance {
				break
			}
		}
		out = append(out, all[pick].target)
		all = slices.Delete(all, pick, pick+1)
	}
	return out
}
