// SPDX-License-Identifier: MPL-2.0

// Demo shows the program at work on one machine: a private server on loopback,
// Alice at the window, and her friends on the command line of the same core.
// What they say to each other really goes through the server.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/coretest/robot"
	"chatsecure.org/desktop/core/coretest/screen"
)

// demo is one run.
type demo struct {
	dir, programs, picture string

	server  *coretest.Server
	alice   *robot.Person
	friends map[string]*robot.Person
}

func main() {
	d := &demo{friends: map[string]*robot.Person{}}
	flag.StringVar(&d.dir, "dir", "build/demo", "where everything is kept; emptied first")
	flag.StringVar(&d.programs, "programs", "build", "where chatsecure and chatsecure-cli are")
	flag.StringVar(&d.picture, "picture", "", "use a display of our own, save a picture of it in this file and end")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := d.run(ctx)
	interrupted := ctx.Err() != nil
	stop()
	if err != nil && !interrupted {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func (d *demo) run(ctx context.Context) error {
	var err error
	if d.programs, err = filepath.Abs(d.programs); err != nil {
		return err
	}
	if err := os.RemoveAll(d.dir); err != nil {
		return err
	}
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return err
	}
	say("starting a private XMPP server on loopback")
	d.server, err = coretest.StartProsody(ctx, filepath.Join(d.dir, "server"), coretest.Options{})
	if err != nil {
		return err
	}
	defer d.server.Stop()
	if err := d.meet(ctx); err != nil {
		return err
	}
	for _, f := range d.friends {
		defer f.Offline()
	}
	say("%s and her friends talk", d.alice.Login.Address)
	err = d.talk(ctx)
	d.alice.Offline() // the window takes over her profile
	if err != nil {
		return err
	}
	return d.show(ctx)
}

// meet makes the people and lets Alice's friends become her contacts.
func (d *demo) meet(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	var err error
	if d.alice, err = d.person(ctx, "alice"); err != nil {
		return err
	}
	for _, f := range friends {
		p, err := d.person(ctx, f.local)
		if err != nil {
			return err
		}
		d.friends[f.local] = p
		say("%s asks %s to become a contact", p.Login.Address, d.alice.Login.Address)
		if err := robot.Befriend(ctx, p, d.alice, "Alice", f.name); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) person(ctx context.Context, local string) (*robot.Person, error) {
	password := "the password of " + local
	if err := d.server.AddUser(ctx, local, password); err != nil {
		return nil, err
	}
	p, err := robot.New(ctx, filepath.Join(d.programs, "chatsecure-cli"), d.dir, d.server.CAFile, d.server.Login(local), password)
	if err != nil {
		return nil, err
	}
	return p, p.Online(ctx)
}

// talk sends what was said before the window opens, and waits for each message
// to arrive before the next is written.
func (d *demo) talk(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for _, line := range script {
		friend := d.friends[line.with]
		from, to := friend, d.alice
		if line.own {
			from, to = d.alice, friend
		}
		if _, err := from.Send(ctx, to.Login.Address, line.text); err != nil {
			return err
		}
		if _, err := to.Await(ctx, from.Login.Address, func(m robot.Message) bool {
			return m.Direction == "in" && m.Body == line.text
		}); err != nil {
			return err
		}
	}
	// Alice has read all but the last; the marks show it.
	for name, p := range d.friends {
		if name == unreadFrom {
			continue
		}
		if err := d.alice.Call(ctx, "conversation.read", map[string]any{
			"account": d.alice.Login.Address.String(), "address": p.Login.Address.String(),
		}, nil); err != nil {
			return err
		}
	}
	return nil
}

// show opens the window, and answers what is written in it.
func (d *demo) show(ctx context.Context) error {
	env := os.Environ()
	var display *screen.Screen
	if d.picture != "" {
		var err error
		if display, err = screen.Start(ctx, d.dir, 1060, 720); err != nil {
			return err
		}
		defer display.Stop()
		env = display.Env()
	}
	window := exec.Command(filepath.Join(d.programs, "chatsecure"),
		"--profile", d.alice.Dir, "--key-file", d.alice.KeyFile, "--ca-file", d.alice.CAFile)
	window.Env, window.Stdout, window.Stderr = env, os.Stdout, os.Stderr
	if err := window.Start(); err != nil {
		return err
	}
	closed := make(chan error, 1)
	go func() { closed <- window.Wait() }()
	defer func() {
		_ = window.Process.Signal(syscall.SIGTERM)
		select {
		case <-closed:
		case <-time.After(10 * time.Second):
			_ = window.Process.Kill()
		}
	}()
	say("the window is Alice's; write to Bob and he answers. Close it, or press Ctrl+C here, to end")

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	talking := make(chan error, 1)
	go func() { talking <- d.live(ctx) }()
	if display != nil {
		err := d.photograph(ctx, display)
		cancel()
		return errors.Join(err, ignoreEnd(<-talking))
	}
	select {
	case <-ctx.Done():
		<-talking
		return nil
	case err := <-closed:
		closed <- nil
		cancel()
		<-talking
		return err
	}
}

// live is Bob while the window is open: he begins, and answers each message.
func (d *demo) live(ctx context.Context) error {
	bob := d.friends["bob"]
	alice := d.alice.Login.Address
	answered := map[string]bool{}
	page, err := bob.Page(ctx, alice, 50)
	if err != nil {
		return err
	}
	for _, m := range page {
		answered[m.ID] = true
	}
	said, next := 0, time.Now().Add(2*time.Second)
	for wait(ctx, 300*time.Millisecond) {
		if said < len(beginnings) && time.Now().After(next) {
			if _, err := bob.Send(ctx, alice, beginnings[said]); err != nil {
				return err
			}
			said++
			next = time.Now().Add(7 * time.Second)
		}
		page, err := bob.Page(ctx, alice, 20)
		if err != nil {
			return err
		}
		for _, m := range page {
			if m.Direction != "in" || answered[m.ID] {
				continue
			}
			answered[m.ID] = true
			if !wait(ctx, 1200*time.Millisecond) { // he has to type
				return nil
			}
			if _, err := bob.Send(ctx, alice, reply(m.Body, len(answered))); err != nil {
				return err
			}
		}
	}
	return nil
}

// photograph opens the conversation with Bob by the keyboard, writes to him,
// waits for his answer and saves a picture.
func (d *demo) photograph(ctx context.Context, s *screen.Screen) error {
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	if _, err := s.Window(ctx, "ChatSecure"); err != nil {
		return err
	}
	if _, err := s.Settled(ctx, nil); err != nil {
		return err
	}
	if err := s.Press(ctx, "ctrl+k"); err != nil {
		return err
	}
	if err := s.Type(ctx, "bob"); err != nil {
		return err
	}
	if err := s.Press(ctx, "Return"); err != nil {
		return err
	}
	before, err := s.Settled(ctx, nil)
	if err != nil {
		return err
	}
	if err := s.Type(ctx, "Then let's meet at the harbour. Will you bring the map?"); err != nil {
		return err
	}
	if err := s.Press(ctx, "Return"); err != nil {
		return err
	}
	wait(ctx, 6*time.Second) // the time of a conversation: Bob writes and answers
	if _, err := s.Settled(ctx, before); err != nil {
		return err
	}
	if err := s.Save(d.picture); err != nil {
		return err
	}
	say("the picture is %s", d.picture)
	return nil
}

func ignoreEnd(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func wait(ctx context.Context, t time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(t):
		return true
	}
}

func say(format string, args ...any) {
	for i, a := range args {
		if a, ok := a.(chat.Address); ok {
			args[i] = strings.ToUpper(a.Local[:1]) + a.Local[1:]
		}
	}
	fmt.Printf("demo: "+format+"\n", args...)
}
