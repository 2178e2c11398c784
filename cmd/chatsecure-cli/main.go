// SPDX-License-Identifier: MPL-2.0

// Chatsecure-cli is the chat engine without a window: commands for people and
// scripts, and JSON-RPC for programs. It links no toolkit and needs no display.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
)

// Version is set by the build.
var Version = "dev"

// Name is what the program is called: a brand calls it as it likes.
var Name = filepath.Base(os.Args[0])

// The exit statuses.
const (
	exitDone    = 0
	exitRefused = 1 // refused or failed, with one line on stderr
	exitUsage   = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	// A reader of our output that goes away is an error of a write and no reason
	// to die with the database open.
	signal.Ignore(syscall.SIGPIPE)
	status := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is the whole program: it returns the exit status. ctx ends it early.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	p := &printer{out: out, errs: errs}
	f, err := parseFlags(args)
	if err != nil {
		p.fail(err)
		return status(err)
	}
	p.json = f.json
	cmd := &call{flags: f, printer: p, in: in}
	if err := cmd.useBundle(); err != nil && !f.aboutBundles(err) {
		p.fail(err)
		return status(err)
	}
	switch {
	case f.help:
		p.usage(f.command)
	case f.version:
		p.line(Name + " " + Version)
	default:
		if err := f.command.run(ctx, cmd); err != nil {
			p.fail(err)
			return status(err)
		}
	}
	if p.broken != nil {
		if !errors.Is(p.broken, syscall.EPIPE) { // who stops reading knows it
			p.fail(refused(chat.CodeUnknown, "output", "reason", bare(p.broken)))
		}
		return exitRefused
	}
	return exitDone
}

// bare is the cause of a failed write, without the name of the stream.
func bare(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return err
}

// aboutBundles says whether a command needs no policy: with it the computer's
// administrator looks for the fault of the bundle that err is about.
func (f *flags) aboutBundles(err error) bool {
	var admin *resources.AdminError
	return errors.As(err, &admin) && (f.help || f.version || strings.HasPrefix(f.command.name, "bundle"))
}
