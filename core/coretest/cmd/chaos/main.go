// SPDX-License-Identifier: MPL-2.0

// Chaos lets two real clients talk over a real server while their links die, they
// are killed and the server is restarted, and says whether a message was lost,
// doubled or put out of order. It ends with status 1 if one was.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/coretest/chaos"
)

var errBad = errors.New("something was lost, doubled, out of order, or otherwise wrong")

func main() {
	o := chaos.Options{}
	server := flag.String("server", "prosody", "prosody or ejabberd")
	flag.StringVar(&o.Program, "program", "build/chatsecure-cli", "the client")
	flag.StringVar(&o.Dir, "dir", "build/chaos/run", "where everything is kept; emptied first")
	flag.StringVar(&o.Encryption, "encryption", "none", "none, omemo or otr")
	flag.IntVar(&o.Messages, "messages", 20_000, "messages each way")
	flag.IntVar(&o.Cuts, "cuts", 1000, "links that die, of both together")
	flag.IntVar(&o.Kills, "kills", 200, "clients that are killed, both together")
	flag.IntVar(&o.Restarts, "restarts", 20, "restarts of the server")
	flag.DurationVar(&o.Patience, "patience", 0, "how long nothing may move at the end (90s)")
	flag.Uint64Var(&o.Seed, "seed", seed(), "what chance comes from; the default is $CHAOS_SEED, else another each time")
	bound := flag.Duration("bound", 2*time.Hour, "how long it may take in all")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	ctx, cancel := context.WithTimeout(ctx, *bound)
	err := run(ctx, o, *server)
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

func seed() uint64 {
	if n, err := strconv.ParseUint(os.Getenv("CHAOS_SEED"), 10, 64); err == nil {
		return n
	}
	return rand.Uint64N(1_000_000)
}

func run(ctx context.Context, o chaos.Options, server string) error {
	switch server {
	case "prosody":
		o.Server = coretest.StartProsody
	case "ejabberd":
		o.Server, o.Forgive = coretest.StartEjabberd, true
	default:
		return fmt.Errorf("there is no server %q here", server)
	}
	if err := os.RemoveAll(o.Dir); err != nil {
		return err
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return err
	}
	events, err := os.Create(filepath.Join(o.Dir, "events"))
	if err != nil {
		return err
	}
	defer events.Close()
	o.Log = chaos.LogTo(events, os.Stdout)
	fmt.Printf("chaos: seed %d (CHAOS_SEED=%d repeats it); what happens is in %s\n", o.Seed, o.Seed, events.Name())
	t, err := chaos.Prepare(ctx, o)
	if err != nil {
		return err
	}
	defer t.Close()
	began := time.Now()
	if err := t.Run(ctx); err != nil {
		return err
	}
	v := t.Finish(ctx)
	fmt.Printf("%s, %v\n", server, time.Since(began).Round(time.Second))
	v.Write(io.MultiWriter(os.Stdout, events))
	if !v.Good() {
		return errBad
	}
	return ctx.Err()
}
