// SPDX-License-Identifier: MPL-2.0

// Package robot drives chatsecure-cli, so that a test or the demo has a second
// person who uses a real client over a real server.
package robot

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// Person is somebody with a profile of their own. Its methods are for one
// goroutine at a time.
type Person struct {
	Program string // path of chatsecure-cli
	Dir     string // the profile; KeyFile is beside it
	KeyFile string
	CAFile  string
	Login   chat.Login

	cmd    *exec.Cmd
	in     io.WriteCloser
	lines  chan []byte
	stderr bytes.Buffer
	id     int
}

// New makes a profile below dir and adds the account.
func New(ctx context.Context, program, dir, caFile string, login chat.Login, password string) (*Person, error) {
	p := &Person{
		Program: program, CAFile: caFile, Login: login,
		Dir: filepath.Join(dir, login.Address.Local), KeyFile: filepath.Join(dir, login.Address.Local+".key"),
	}
	if err := os.WriteFile(p.KeyFile, []byte("the database of "+login.Address.Local+"\n"), 0o600); err != nil {
		return nil, err
	}
	if _, err := p.Run(ctx, "", "init"); err != nil {
		return nil, err
	}
	_, err := p.Run(ctx, password, "account", "add", login.Address.String(), "--password-file", "-",
		"--host", login.Host, "--port", strconv.Itoa(login.Port))
	return p, err
}

// Run runs one command and returns what it printed.
func (p *Person) Run(ctx context.Context, input string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, p.Program, p.arguments(args...)...)
	cmd.Stdin = strings.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("chatsecure-cli %s: %w: %s", args[0], err, strings.TrimSpace(stderr.String()))
	}
	return string(out), nil
}

func (p *Person) arguments(args ...string) []string {
	return append([]string{"--profile", p.Dir, "--key-file", p.KeyFile, "--ca-file", p.CAFile, "--json"}, args...)
}

// Online starts the client and waits until the account is online.
func (p *Person) Online(ctx context.Context) error {
	cmd := exec.Command(p.Program, p.arguments("rpc")...)
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	p.stderr.Reset()
	cmd.Stderr = &p.stderr
	cmd.SysProcAttr = ownGroup()
	if err := cmd.Start(); err != nil {
		return err
	}
	p.cmd, p.in, p.lines = cmd, in, make(chan []byte, 100)
	go func(lines chan<- []byte) {
		defer close(lines)
		s := bufio.NewScanner(out)
		s.Buffer(nil, 64<<20)
		for s.Scan() {
			lines <- bytes.Clone(s.Bytes())
		}
	}(p.lines)
	for {
		var status struct{ State, Error string }
		err := p.Call(ctx, "account.status", map[string]any{"account": p.Login.Address.String()}, &status)
		if err == nil && status.State == "online" {
			return nil
		}
		if err == nil && status.State == "failed" {
			err = errors.New(status.Error)
		}
		if err == nil && !pause(ctx, 50*time.Millisecond) {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("go online: %w", err)
		}
	}
}

// Offline ends the client as its closed standard input does.
func (p *Person) Offline() {
	if p.cmd == nil {
		return
	}
	_ = p.in.Close()
	timer := time.AfterFunc(20*time.Second, func() { _ = p.cmd.Process.Kill() })
	for range p.lines { // until the end of its output
	}
	_ = p.cmd.Wait()
	timer.Stop()
	p.cmd = nil
}

// Call asks the client; into gets the result and may be nil. Notifications that
// arrive meanwhile are dropped.
func (p *Person) Call(ctx context.Context, method string, params any, into any) error {
	p.id++
	req, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": p.id, "method": method, "params": params})
	if err != nil {
		return err
	}
	if _, err := p.in.Write(append(req, '\n')); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", method, ctx.Err())
		case line, ok := <-p.lines:
			if !ok {
				return fmt.Errorf("%s: the client ended", method)
			}
			if done, err := answer(line, p.id, into); done {
				return err
			}
		}
	}
}

func answer(line []byte, id int, into any) (done bool, err error) {
	var got struct {
		ID     *int
		Result json.RawMessage
		Error  *struct{ Message string }
	}
	if err := json.Unmarshal(line, &got); err != nil {
		return true, err
	}
	switch {
	case got.ID == nil || *got.ID != id:
		return false, nil
	case got.Error != nil:
		return true, errors.New(got.Error.Message)
	case into == nil:
		return true, nil
	}
	return true, json.Unmarshal(got.Result, into)
}

// Message is a message as the command line tells it.
type Message struct{ ID, Direction, Body, Status string }

// Send sends a message and returns its id, once it is stored.
func (p *Person) Send(ctx context.Context, to chat.Address, body string) (string, error) {
	var got struct{ ID string }
	err := p.Call(ctx, "message.send", map[string]any{
		"account": p.Login.Address.String(), "address": to.String(), "body": body, "encryption": "auto",
	}, &got)
	return got.ID, err
}

// Page returns the newest messages with somebody, oldest first.
func (p *Person) Page(ctx context.Context, with chat.Address, limit int) ([]Message, error) {
	var got struct{ Messages []Message }
	err := p.Call(ctx, "message.page", map[string]any{
		"account": p.Login.Address.String(), "address": with.String(), "limit": limit,
	}, &got)
	return got.Messages, err
}

// Await waits until one of the newest messages with somebody is as wanted.
func (p *Person) Await(ctx context.Context, with chat.Address, want func(Message) bool) (Message, error) {
	for {
		page, err := p.Page(ctx, with, 20)
		if err != nil {
			return Message{}, err
		}
		for _, m := range page {
			if want(m) {
				return m, nil
			}
		}
		if !pause(ctx, 50*time.Millisecond) {
			return Message{}, fmt.Errorf("wait for a message: %w", ctx.Err())
		}
	}
}

// Befriend makes two people contacts of each other, by request and answer. Both
// must be online.
func Befriend(ctx context.Context, a, b *Person, aCalls, bCalls string) error {
	if err := a.contact(ctx, "contact.add", b, aCalls); err != nil {
		return err
	}
	if err := b.await(ctx, a, "asking"); err != nil {
		return err
	}
	if err := b.contact(ctx, "contact.accept", a, ""); err != nil {
		return err
	}
	if err := b.contact(ctx, "contact.add", a, bCalls); err != nil {
		return err
	}
	if err := a.await(ctx, b, "asking", "both"); err != nil {
		return err
	}
	if err := a.contact(ctx, "contact.accept", b, ""); err != nil && a.await(ctx, b, "both") != nil {
		return err
	}
	if err := a.await(ctx, b, "both"); err != nil {
		return err
	}
	return b.await(ctx, a, "both")
}

func (p *Person) contact(ctx context.Context, method string, other *Person, name string) error {
	return p.Call(ctx, method, map[string]any{
		"account": p.Login.Address.String(), "address": other.Login.Address.String(), "name": name,
	}, nil)
}

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// await waits until a contact list has somebody in one of these states: asking,
// or a kind of subscription.
func (p *Person) await(ctx context.Context, other *Person, states ...string) error {
	for {
		var got struct {
			Contacts []struct {
				Address, Subscription string
				Asking                bool
			}
		}
		err := p.Call(ctx, "contact.list", map[string]any{"account": p.Login.Address.String()}, &got)
		if err != nil {
			return err
		}
		for _, c := range got.Contacts {
			if c.Address != other.Login.Address.String() {
				continue
			}
			for _, s := range states {
				if c.Subscription == s || s == "asking" && c.Asking {
					return nil
				}
			}
		}
		if !pause(ctx, 50*time.Millisecond) {
			return fmt.Errorf("wait for the contact to be %v: %w", states, ctx.Err())
		}
	}
}
