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
	"time"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"chatsecure.org/desktop/core/chat"
)

const (
	portStartTLS  = 5222
	portDirectTLS = 5223

	srvPatience = 5 * time.Second // some networks swallow such questions
	srvGrace    = time.Second     // for the one when the other has an answer
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
	services := []string{directService, startTLSService}
	if l.DirectTLS {
		services = services[:1]
	}
	found, err := lookupSRV(ctx, c.resolver, name, services)
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

// The services of SRV records (XEP-0368 §3, RFC 6120 §3.2.1).
const (
	directService   = "xmpps-client"
	startTLSService = "xmpp-client"
)

// lookupSRV asks for all kinds of records at once. None at all is no error; a
// domain that says that it has no such service is one. To have no direct TLS
// says nothing about the rest (XEP-0368 §3).
func lookupSRV(ctx context.Context, r *net.Resolver, name string, services []string) ([]target, error) {
	var all []weighted
	refused := false
	for i, records := range askSRV(ctx, r, name, services) {
		direct := services[i] == directService
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

// askSRV returns the records of each service, none for what had no answer in
// time. A lost question is asked again after five seconds; who has an answer to
// another one does not wait for that.
func askSRV(ctx context.Context, r *net.Resolver, name string, services []string) [][]*net.SRV {
	if r == nil {
		r = net.DefaultResolver
	}
	ctx, cancel := context.WithTimeout(ctx, srvPatience)
	defer cancel()
	type answer struct {
		service int
		records []*net.SRV
	}
	answers := make(chan answer, len(services))
	for i, service := range services {
		go func() {
			// The dot keeps the search list of the local network out.
			_, records, _ := r.LookupSRV(ctx, service, "tcp", name+".")
			answers <- answer{i, records}
		}()
	}
	out := make([][]*net.SRV, len(services))
	var late <-chan time.Time
	for range services {
		select {
		case a := <-answers:
			if out[a.service] = a.records; len(a.records) > 0 && late == nil {
				late = time.After(srvGrace)
			}
		case <-late:
			return out
		}
	}
	return out
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
