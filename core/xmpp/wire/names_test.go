// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"chatsecure.org/desktop/core/chat"
)

// nameServer is a DNS server on loopback that knows some SRV records, and that
// everything else is at 127.0.0.1.
type nameServer struct {
	records map[string][]dnsmessage.SRVResource // by name, without the dot
	silent  string                              // questions that begin so get no answer
	mu      sync.Mutex
	asked   []string
}

func (n *nameServer) start(t testing.TB) *net.Resolver {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		buf := make([]byte, 4096)
		for {
			size, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if answer := n.answer(buf[:size]); answer != nil {
				_, _ = conn.WriteTo(answer, from)
			}
		}
	})
	t.Cleanup(func() { conn.Close(); wg.Wait() })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func (n *nameServer) answer(question []byte) []byte {
	var m dnsmessage.Message
	if m.Unpack(question) != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	name := strings.TrimSuffix(q.Name.String(), ".")
	n.mu.Lock()
	n.asked = append(n.asked, name)
	records, known := n.records[name]
	silent := n.silent
	n.mu.Unlock()
	if silent != "" && strings.HasPrefix(name, silent) {
		return nil
	}
	m.Response, m.Additionals = true, nil
	head := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 60}
	switch {
	case strings.HasSuffix(name, "broken.test"):
		m.RCode = dnsmessage.RCodeServerFailure
	case strings.HasSuffix(name, "missing.test"):
		m.RCode = dnsmessage.RCodeNameError
	case q.Type == dnsmessage.TypeSRV && known:
		for _, r := range records {
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &r})
		}
	case q.Type == dnsmessage.TypeA && !strings.HasPrefix(name, "_"):
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}})
	case q.Type == dnsmessage.TypeAAAA && !strings.HasPrefix(name, "_"):
	default:
		m.RCode = dnsmessage.RCodeNameError
	}
	packed, err := m.Pack()
	if err != nil {
		return nil
	}
	return packed
}

func (n *nameServer) set(records ...dnsmessage.SRVResource) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.records = map[string][]dnsmessage.SRVResource{"_xmpp-client._tcp.example.test": records}
}

func (n *nameServer) questions() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(n.asked, " ")
}

func srv(target string, port, priority, weight int) dnsmessage.SRVResource {
	return dnsmessage.SRVResource{Target: dnsmessage.MustNewName(target + "."), Port: uint16(port), Priority: uint16(priority), Weight: uint16(weight)}
}

func TestTargets(t *testing.T) {
	const starttls, direct = "_xmpp-client._tcp.example.test", "_xmpps-client._tcp.example.test"
	for name, test := range map[string]struct {
		records map[string][]dnsmessage.SRVResource
		login   chat.Login
		want    []target
		code    chat.Code
	}{
		"no records": {nil, chat.Login{}, []target{{"example.test", 5222, false}}, ""},
		"one kind":   {map[string][]dnsmessage.SRVResource{starttls: {srv("a.test", 1, 5, 0)}}, chat.Login{}, []target{{"a.test", 1, false}}, ""},
		"both kinds by priority": {map[string][]dnsmessage.SRVResource{
			starttls: {srv("a.test", 1, 20, 0), srv("b.test", 2, 5, 0)}, direct: {srv("c.test", 3, 10, 0), srv("d.test", 4, 30, 0)},
		}, chat.Login{}, []target{{"b.test", 2, false}, {"c.test", 3, true}, {"a.test", 1, false}, {"d.test", 4, true}}, ""},
		"not here":           {map[string][]dnsmessage.SRVResource{starttls: {srv("", 0, 0, 0)}, direct: {srv("", 0, 0, 0)}}, chat.Login{}, nil, chat.CodeServiceUnavailable},
		"not here that way":  {map[string][]dnsmessage.SRVResource{starttls: {srv("a.test", 1, 0, 0)}, direct: {srv("", 0, 0, 0)}}, chat.Login{}, []target{{"a.test", 1, false}}, ""},
		"no direct TLS":      {map[string][]dnsmessage.SRVResource{direct: {srv("", 0, 0, 0)}}, chat.Login{}, []target{{"example.test", 5222, false}}, ""},
		"no STARTTLS":        {map[string][]dnsmessage.SRVResource{starttls: {srv("", 0, 0, 0)}}, chat.Login{}, nil, chat.CodeServiceUnavailable},
		"leads to Tor":       {map[string][]dnsmessage.SRVResource{starttls: {srv("abc.Onion", 1, 0, 0), srv("a.test", 2, 1, 0)}}, chat.Login{}, []target{{"a.test", 2, false}}, ""},
		"direct TLS only":    {map[string][]dnsmessage.SRVResource{starttls: {srv("a.test", 1, 0, 0)}, direct: {srv("c.test", 3, 9, 0)}}, chat.Login{DirectTLS: true}, []target{{"c.test", 3, true}}, ""},
		"direct, no records": {nil, chat.Login{DirectTLS: true}, []target{{"example.test", 5223, true}}, ""},
		"a host":             {map[string][]dnsmessage.SRVResource{starttls: {srv("a.test", 1, 0, 0)}}, chat.Login{Host: "h.test"}, []target{{"h.test", 5222, false}}, ""},
		"host and port":      {nil, chat.Login{Host: "h.test", Port: 7, DirectTLS: true}, []target{{"h.test", 7, true}}, ""},
		"host, direct":       {nil, chat.Login{Host: "h_x.test", DirectTLS: true}, []target{{"h_x.test", 5223, true}}, ""},
		"an IPv6 host":       {nil, chat.Login{Host: "[::1]", Port: 7}, []target{{"::1", 7, false}}, ""},
		"a name of Unicode":  {nil, chat.Login{Host: "bücher.test"}, []target{{"xn--bcher-kva.test", 5222, false}}, ""},
		"an IP domain":       {nil, chat.Login{Address: chat.MustAddress("a@192.0.2.1")}, []target{{"192.0.2.1", 5222, false}}, ""},
		"an onion":           {nil, chat.Login{Address: chat.MustAddress("a@abc.onion")}, nil, chat.CodeHostNotFound},
		"an onion as host":   {nil, chat.Login{Host: "abc.onion"}, nil, chat.CodeHostNotFound},
		"an onion by Tor":    {nil, chat.Login{Address: chat.MustAddress("a@abc.onion"), Tor: true}, []target{{"abc.onion", 5222, false}}, ""},
		"a proxy":            {map[string][]dnsmessage.SRVResource{starttls: {srv("a.test", 1, 0, 0)}}, chat.Login{Proxy: "socks5://127.0.0.1:1"}, []target{{"example.test", 5222, false}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			n := &nameServer{records: test.records}
			c := Config{Login: test.login, resolver: n.start(t)}
			if c.Login.Address.IsZero() {
				c.Login.Address = chat.MustAddress("alice@example.test")
			}
			got, err := c.targets(within(t))
			if chat.CodeOf(err) != test.code || !slices.Equal(got, test.want) {
				t.Errorf("%v, %v; want %v, %q", got, err, test.want, test.code)
			}
			asked := n.questions()
			if (test.login.Host != "" || test.login.Tor || test.login.Proxy != "" || strings.Contains(name, "onion")) && asked != "" {
				t.Errorf("asked for %s", asked)
			}
			if strings.Contains(asked, "onion") {
				t.Error("the DNS heard of an onion")
			}
		})
	}
}

// Of two questions one gets lost: the other's answer is not kept waiting for the
// second try, which comes after five seconds.
func TestLostQuestion(t *testing.T) {
	const starttls, direct = "_xmpp-client._tcp.example.test", "_xmpps-client._tcp.example.test"
	n := &nameServer{records: map[string][]dnsmessage.SRVResource{starttls: {srv("a.test", 1, 5, 0)}, direct: {srv("b.test", 2, 1, 0)}}}
	c := Config{Login: chat.Login{Address: chat.MustAddress("alice@example.test")}, resolver: n.start(t)}
	for lost, want := range map[string]target{"_xmpps": {"a.test", 1, false}, "_xmpp-": {"b.test", 2, true}} {
		n.mu.Lock()
		n.silent = lost
		n.mu.Unlock()
		start := time.Now()
		got, err := c.targets(within(t))
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%v, %v", got, err)
		}
		if d := time.Since(start); d > 3*time.Second {
			t.Errorf("took %v", d)
		}
	}
	// To who wants only the one kind the other is nothing.
	c.Login.DirectTLS = true
	n.mu.Lock()
	n.asked, n.silent = nil, "_xmpp-"
	n.mu.Unlock()
	if got, err := c.targets(within(t)); err != nil || len(got) != 1 || !got[0].direct || strings.Contains(n.questions(), starttls) {
		t.Errorf("%v, %v; asked for %s", got, err, n.questions())
	}
}

func TestWeights(t *testing.T) {
	first := map[string]int{}
	for range 2000 {
		all := []weighted{{target{host: "rare"}, 1, 1}, {target{host: "often"}, 1, 9}, {target{host: "never first"}, 2, 60000}}
		got := order(all)
		if len(got) != 3 || got[2].host != "never first" {
			t.Fatalf("%v", got)
		}
		first[got[0].host]++
	}
	if first["rare"] < 50 || first["rare"] > 600 {
		t.Errorf("%v", first)
	}
	many := make([]weighted, 100)
	if got := order(many); len(got) != maxTargets {
		t.Errorf("%d targets", len(got))
	}
}

// The first that works is taken, whatever is before it.
func TestRace(t *testing.T) {
	dead, err := net.Listen("tcp", "127.0.0.1:0") // accepts and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer dead.Close()
	c, _ := serve(t, func(f *far) { f.logIn(); f.hear("</stream:stream>") })
	good, silent := c.Login.Port, dead.Addr().(*net.TCPAddr).Port
	n := &nameServer{records: map[string][]dnsmessage.SRVResource{
		"_xmpp-client._tcp.example.test":  {srv("a.test", 1, 1, 0), srv("a.test", silent, 2, 0), srv("a.test", good, 4, 0)},
		"_xmpps-client._tcp.example.test": {srv("a.test", good, 3, 0)}, // speaks no TLS there
	}}
	c.Login.Host, c.Login.Port, c.Login.AllowPlain, c.resolver = "", 0, true, n.start(t)
	if _, err := dial(t, c); err != nil {
		t.Fatal(err)
	}
	n.set(srv("a.test", 1, 1, 0), srv("a.test", 1, 2, 0))
	_, err = dial(t, c)
	wantCode(t, err, chat.Offline, chat.CodeConnectionRefused)
	n.set(srv("a.test", 1, 1, 0), srv("a.test", good, 2, 0), srv("a.test", 1, 3, 0))
	c.Roots = nil
	_, err = dial(t, c)
	wantCode(t, err, chat.Certificate, chat.CodeCertSelfSigned) // says more than the others
}

// socks is a SOCKS5 proxy (RFC 1928) that keeps what it was asked and leads to
// one place whatever that was.
type socks struct {
	mu    sync.Mutex
	asked []string // "user name:port"
	reply byte
	to    string
}

func (s *socks) start(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { defer c.Close(); s.serve(c) })
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return l.Addr().String()
}

func (s *socks) last() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[len(s.asked)-1]
}

func (s *socks) answer(reply byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reply = reply
}

func (s *socks) serve(c net.Conn) {
	read := func(n int) []byte {
		b := make([]byte, n)
		_, _ = io.ReadFull(c, b)
		return b
	}
	methods := read(int(read(2)[1]))
	user := "-"
	if bytes.Contains(methods, []byte{2}) {
		_, _ = c.Write([]byte{5, 2})
		user = string(read(int(read(2)[1])))
		read(int(read(1)[0]))
		_, _ = c.Write([]byte{1, 0})
	} else {
		_, _ = c.Write([]byte{5, 0})
	}
	kind, name := read(4)[3], "an address, not a name"
	switch kind {
	case 3:
		name = string(read(int(read(1)[0])))
	case 1:
		name = net.IP(read(4)).String()
	}
	port := binary.BigEndian.Uint16(read(2))
	s.mu.Lock()
	s.asked = append(s.asked, fmt.Sprintf("%s %s:%d", user, name, port))
	reply := s.reply
	s.mu.Unlock()
	_, _ = c.Write([]byte{5, reply, 0, 1, 0, 0, 0, 0, 0, 0})
	if reply != 0 {
		return
	}
	out, err := net.Dial("tcp", s.to)
	if err != nil {
		return
	}
	go func() { _, _ = io.Copy(out, c); out.Close() }()
	_, _ = io.Copy(c, out)
}

// Through a proxy no name is looked up here, and nothing goes beside it.
func TestProxy(t *testing.T) {
	c, _ := serve(t, func(f *far) { f.logIn(); f.hear("</stream:stream>") })
	to := net.JoinHostPort("127.0.0.1", strconv.Itoa(c.Login.Port))
	n := &nameServer{}
	c.resolver, c.Login.AllowPlain = n.start(t), true
	c.Login.Host, c.Login.Port = "", 0
	p := &socks{to: to}
	at := p.start(t)
	for _, test := range []struct {
		login chat.Login
		asked string
	}{
		{chat.Login{Proxy: "socks5://" + at}, "- example.test:5222"},
		{chat.Login{Proxy: "socks5://bob:word@" + at + "/"}, "bob example.test:5222"},
		{chat.Login{Proxy: "socks5://" + at, Host: "abc.onion", Port: 80}, "- abc.onion:80"},
	} {
		test.login.Address, test.login.AllowPlain = c.Login.Address, true
		c.Login = test.login
		if _, err := dial(t, c); err != nil {
			t.Fatal(err)
		}
		if got := p.last(); got != test.asked {
			t.Errorf("the proxy was asked for %q, want %q", got, test.asked)
		}
	}
	if asked := n.questions(); asked != "" {
		t.Errorf("the DNS was asked for %s", asked)
	}
	torUsers(t, c, p, "socks5://"+at)
	for reply, code := range map[byte]chat.Code{
		1: chat.CodeProxy, 2: chat.CodeProxy, 3: chat.CodeNoNetwork, 4: chat.CodeHostNotFound, 5: chat.CodeConnectionRefused, 0xf0: chat.CodeHostNotFound,
	} {
		p.answer(reply)
		_, err := dial(t, c)
		wantCode(t, err, chat.Offline, code)
	}
	c.Login.Proxy = "socks5://127.0.0.1:1"
	_, err := dial(t, c)
	wantCode(t, err, chat.Offline, chat.CodeProxy)
	for _, bad := range []string{"http://127.0.0.1:1", "127.0.0.1:1", "socks5://127.0.0.1", "socks5://:1", "socks5://a:1/x", "%"} {
		c.Login.Proxy = bad
		_, err := dial(t, c)
		wantCode(t, err, chat.Input, chat.CodeProxy)
	}
}

// torUsers asserts that each account has a circuit of its own and that nobody on
// the way to the proxy learns whose it is.
func torUsers(t *testing.T, c Config, p *socks, at string) {
	long := chat.Address{Local: strings.Repeat("x", 300), Domain: "example.test"}
	seen := map[string]chat.Address{}
	for _, address := range []chat.Address{chat.MustAddress("bob@example.test"), long, c.Login.Address, c.Login.Address} {
		c.Login = chat.Login{Proxy: at, Tor: true, Address: address, AllowPlain: true}
		s, err := Dial(within(t), c)
		if address == c.Login.Address && err == nil {
			_ = s.Close(canceled())
		}
		user, _, _ := strings.Cut(p.last(), " ")
		if user == "-" || strings.Contains(user, address.Local) {
			t.Errorf("the proxy was told %q", user)
		}
		if before, ok := seen[user]; ok && before != address {
			t.Errorf("%s shares its circuit", address)
		}
		seen[user] = address
	}
	if len(seen) != 3 {
		t.Errorf("%d circuits for 3 accounts", len(seen))
	}
}

// A proxy that takes the connection and says nothing is no refusal.
func TestSilentProxy(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c := Config{Login: chat.Login{Address: chat.MustAddress("alice@example.test"), Proxy: "socks5://" + l.Addr().String()}}
	for range 20 { // which of two timers is first is chance
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
		_, err := Dial(ctx, c)
		wantCode(t, err, chat.Timeout, chat.CodeTimeout)
		cancel()
	}
}

func TestUnknownHost(t *testing.T) {
	c, _ := serve(t, func(*far) {})
	c.Login.Host, c.Login.Port = "nobody.invalid", 5222
	c.resolver = (&nameServer{}).start(t)
	c.resolver.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, io.ErrClosedPipe }
	_, err := Dial(within(t), c)
	wantCode(t, err, chat.Offline, chat.CodeNoNetwork)
	for domain, code := range map[string]chat.Code{"missing.test": chat.CodeHostNotFound, "broken.test": chat.CodeNoNetwork} {
		c.resolver = (&nameServer{}).start(t)
		c.Login = chat.Login{Address: chat.MustAddress("alice@" + domain)}
		_, err = Dial(within(t), c)
		wantCode(t, err, chat.Offline, code)
		c.resolver = (&nameServer{records: map[string][]dnsmessage.SRVResource{
			"_xmpp-client._tcp.example.test": {srv("a."+domain, 5222, 0, 0), srv("b."+domain, 5222, 0, 0)},
		}}).start(t)
		c.Login = chat.Login{Address: chat.MustAddress("alice@example.test")}
		_, err = Dial(within(t), c)
		wantCode(t, err, chat.Offline, code)
	}
}
