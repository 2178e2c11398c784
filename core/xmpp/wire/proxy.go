// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"

	"golang.org/x/net/proxy"

	"chatsecure.org/desktop/core/chat"
)

// torAddress is where a Tor that runs on this computer listens.
const torAddress = "127.0.0.1:9050"

// isolation makes what Tor tells accounts apart by mean nothing to anybody else,
// and another thing in each run of the program.
var isolation = []byte(rand.Text())

func (c *Config) proxied() bool { return c.Login.Tor || c.Login.Proxy != "" }

// dialTCP opens a connection to a target, through the proxy where there is one.
// The proxy gets the name of the target and looks it up on its own side.
func (c *Config) dialTCP(ctx context.Context, t target) (net.Conn, error) {
	const op = "connect"
	address := net.JoinHostPort(t.host, strconv.Itoa(t.port))
	direct := &net.Dialer{Resolver: c.resolver}
	if !c.proxied() {
		conn, err := direct.DialContext(ctx, "tcp", address)
		return conn, linkError(op, err)
	}
	at, auth, err := c.proxy()
	if err != nil {
		return nil, err
	}
	// What fails below forward is the way to the proxy.
	forward := proxyDialer{direct}
	socks, err := proxy.SOCKS5("tcp", at, auth, forward)
	if err != nil {
		return nil, fail(chat.Input, op, chat.CodeProxy, plainly("proxy can not be used"))
	}
	conn, err := socks.(proxy.ContextDialer).DialContext(ctx, "tcp", address)
	if err == nil {
		return conn, nil
	}
	switch {
	case ctx.Err() != nil:
		return nil, linkError(op, ctx.Err())
	case errors.Is(err, os.ErrDeadlineExceeded): // that of ctx, set on the connection, came first
		return nil, linkError(op, context.DeadlineExceeded)
	}
	return nil, proxyError(op, err)
}

// proxy is where the proxy is and what it is told. Each account is a stranger
// to the others in Tor's eyes: it gets circuits of its own (IsolateSOCKSAuth).
func (c *Config) proxy() (address string, auth *proxy.Auth, err error) {
	address = torAddress
	if c.Login.Proxy != "" {
		u, err := url.Parse(c.Login.Proxy)
		if err != nil || u.Scheme != "socks5" || u.Hostname() == "" || u.Port() == "" || strings.Trim(u.Path, "/") != "" {
			return "", nil, fail(chat.Input, "connect", chat.CodeProxy, plainly("the proxy is not of the form socks5://host:port"))
		}
		address = u.Host
		if u.User != nil {
			password, _ := u.User.Password()
			return address, &proxy.Auth{User: u.User.Username(), Password: password}, nil
		}
	}
	if c.Login.Tor {
		// The proxy may be on another computer: it does not learn the address.
		m := hmac.New(sha256.New, isolation)
		m.Write([]byte(c.Login.Address.Bare().String()))
		name := hex.EncodeToString(m.Sum(nil))
		auth = &proxy.Auth{User: name[:32], Password: name[32:]}
	}
	return address, auth, nil
}

type proxyDialer struct{ *net.Dialer }

func (d proxyDialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := d.Dialer.DialContext(ctx, network, address)
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		err = fail(chat.Offline, "connect to proxy", chat.CodeProxy, bare(err))
	}
	return conn, err
}

// Dial is not used: the library prefers DialContext.
func (d proxyDialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

// proxyError reads what a proxy said about the target; the library has it in
// words only.
func proxyError(op string, err error) error {
	text := err.Error()
	switch {
	case chat.CodeOf(err) == chat.CodeProxy:
		return linkError(op, err)
	case strings.Contains(text, "connection refused"):
		return fail(chat.Offline, op, chat.CodeConnectionRefused, plainly("refused, says the proxy"))
	case strings.Contains(text, "host unreachable"), strings.Contains(text, "unknown code"):
		return fail(chat.Offline, op, chat.CodeHostNotFound, plainly("host not reached, says the proxy"))
	case strings.Contains(text, "network unreachable"):
		return fail(chat.Offline, op, chat.CodeNoNetwork, plainly("no network, says the proxy"))
	}
	return fail(chat.Offline, op, chat.CodeProxy, plainly("the proxy failed"))
}
