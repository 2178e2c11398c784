// SPDX-License-Identifier: MPL-2.0

package coretest

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// Options say how a server differs from a good one; the zero value is that.
type Options struct {
	Domain        string // "" is example.test
	Port          int    // STARTTLS; 0 takes a free one
	DirectTLSPort int    // 0 takes a free one
	Certificate   Certificate
	Registration  bool   // strangers may make accounts (XEP-0077)
	Invitations   bool   // Prosody: only those may make accounts who were invited (Invite)
	Captcha       bool   // ejabberd: only those who can read; what it shows last is in Dir/captcha
	SHA256        bool   // Prosody keeps passwords for SCRAM-SHA-256 instead of -1
	LargeArchive  bool   // archives are in SQLite: the servers' own files get slow with some thousand messages, and Prosody's end at 10,000
	TLS12         bool   // it speaks nothing newer; Prosody then offers -PLUS
	Extra         string // Prosody: more lines of configuration for the host
	Plugins       string // Prosody: a directory with further modules, for Extra to enable
	Tap           bool   // Prosody writes each element that comes and goes into its log (Wire)
}

// Server is a running XMPP server. Its methods are for one goroutine at a time.
type Server struct {
	Name          string // prosody or ejabberd
	Domain        string // what stands behind the @
	Host          string // where to connect: 127.0.0.1
	Port          int    // STARTTLS
	DirectTLSPort int
	Roots         *x509.CertPool // trusts the authority of CAFile and nobody else
	CAFile        string         // PEM
	Dir           string

	proc    *process
	start   func(ctx context.Context, s *Server) (*process, error)
	addUser func(ctx context.Context, s *Server, local, password string) error
}

// prepare fills in dir and a Server's fields; extra is how many more ports are
// wanted.
func prepare(name, dir string, o Options, extra int) (*Server, []int, error) {
	if o.Domain == "" {
		o.Domain = "example.test"
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, "data"), 0o700); err != nil {
		return nil, nil, err
	}
	ca, err := openAuthority(dir)
	if err != nil {
		return nil, nil, err
	}
	s := &Server{
		Name: name, Domain: o.Domain, Host: "127.0.0.1", Port: o.Port, DirectTLSPort: o.DirectTLSPort,
		Roots: x509.NewCertPool(), CAFile: filepath.Join(dir, "ca.pem"), Dir: dir,
	}
	s.Roots.AddCert(ca.cert)
	if err := ca.issue(o.Certificate, s.Domain, s.path("server.pem"), s.path("server.key")); err != nil {
		return nil, nil, err
	}
	ports, err := freePorts(2 + extra)
	if err != nil {
		return nil, nil, err
	}
	if s.Port == 0 {
		s.Port = ports[0]
	}
	if s.DirectTLSPort == 0 {
		s.DirectTLSPort = ports[1]
	}
	return s, ports[2:], nil
}

func (s *Server) path(name string) string { return filepath.Join(s.Dir, name) }

// Start starts a server that was stopped, on the same ports with the same data.
// It returns once the server answers.
func (s *Server) Start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	p, err := s.start(ctx, s)
	if err != nil {
		return fmt.Errorf("start %s: %w", s.Name, err)
	}
	if err := p.waitReady(ctx, net.JoinHostPort(s.Host, strconv.Itoa(s.Port)), s.Domain); err != nil {
		p.stop(true)
		return fmt.Errorf("start %s: %w\n%s", s.Name, err, s.Log())
	}
	s.proc = p
	return nil
}

// Stop ends the server as an administrator does; Kill as a power cut does.
func (s *Server) Stop() { s.end(false) }

// Kill ends the server at once.
func (s *Server) Kill() { s.end(true) }

func (s *Server) end(kill bool) {
	if s.proc != nil {
		s.proc.stop(kill)
		s.proc = nil
	}
}

// Done is closed when the server's process has ended; nil when it is stopped.
func (s *Server) Done() <-chan struct{} {
	if s.proc == nil {
		return nil
	}
	return s.proc.done
}

// AddUser makes an account; the server must be running.
func (s *Server) AddUser(ctx context.Context, local, password string) error {
	if err := s.addUser(ctx, s, local, password); err != nil {
		return fmt.Errorf("add user: %w", err)
	}
	return nil
}

// Address is the address of an account.
func (s *Server) Address(local string) chat.Address {
	return chat.Address{Local: local, Domain: s.Domain}
}

// Login is how to reach an account of this server.
func (s *Server) Login(local string) chat.Login {
	return chat.Login{Address: s.Address(local), Host: s.Host, Port: s.Port}
}

// Wire is all that was said over all streams of a server that was started with Tap:
// lines with RECV for what clients said, with SEND for the server.
func (s *Server) Wire() (string, error) {
	b, err := os.ReadFile(s.path("server.log"))
	return string(b), err
}

// Log is the end of what the server wrote.
func (s *Server) Log() string {
	b, _ := os.ReadFile(s.path("server.log"))
	return string(b[max(0, len(b)-8000):])
}
