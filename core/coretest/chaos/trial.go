// SPDX-License-Identifier: MPL-2.0

package chaos

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/coretest/robot"
)

// Trial is a server with its clients. Its methods are for one goroutine.
type Trial struct {
	o       Options
	server  *coretest.Server
	devices []*device
	scratch string // the server's

	background sync.WaitGroup
	cancel     context.CancelFunc

	peace sync.RWMutex // a fault of a device holds it for reading; all wait for who holds it

	mu                            sync.Mutex
	granted                       int // messages that each device may send
	events                        int // faults that are to come
	done                          int // and have
	cuts, kills, restarts, checks int // what there was
}

// Prepare starts the server, makes the profiles, and lets the two people become
// contacts. The caller closes the trial.
func Prepare(ctx context.Context, o Options) (*Trial, error) {
	t := &Trial{o: o.filled()}
	if err := t.prepare(ctx); err != nil {
		t.Close()
		return nil, err
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	t.cancel = cancel
	for _, d := range t.devices {
		t.background.Go(func() { d.watch(running, t.o.random("watch "+d.label)) })
		t.background.Go(func() { d.send(running) })
	}
	return t, nil
}

func (t *Trial) prepare(ctx context.Context) (err error) {
	if err := os.MkdirAll(t.o.Dir, 0o700); err != nil {
		return err
	}
	if t.scratch, err = os.MkdirTemp(memory(), "chatsecure-chaos-"); err != nil {
		return err
	}
	if t.server, err = t.o.Server(ctx, t.scratch, coretest.Options{LargeArchive: true, Tap: t.o.Tap}); err != nil {
		return err
	}
	for _, local := range []string{first, second} {
		if err := t.server.AddUser(ctx, local, password(local)); err != nil {
			return err
		}
	}
	for i, local := range t.o.Devices {
		d, err := t.add(ctx, string(rune('a'+i)), local)
		if err != nil {
			return err
		}
		t.devices = append(t.devices, d)
	}
	if err := t.befriend(ctx); err != nil || t.o.Encryption != omemo {
		return err
	}
	return t.meet(ctx)
}

func password(local string) string { return "the password of " + local }

// add makes the profile of a device.
func (t *Trial) add(ctx context.Context, label, local string) (*device, error) {
	proxy, err := coretest.OpenProxy(t.server.STARTTLS())
	if err != nil {
		return nil, err
	}
	d := &device{
		label: label, proxy: proxy, own: t.server.Address(local), peer: t.server.Address(second),
		window: t.o.Window, env: slices.Clip(t.o.Env), how: t.o.Encryption, log: t.o.Log, changed: make(chan struct{}),
	}
	if local == second {
		d.peer = t.server.Address(first)
	}
	dir := filepath.Join(t.o.Dir, label)
	if err = os.MkdirAll(dir, 0o700); err == nil {
		d.person, err = robot.New(ctx, t.o.Program, dir, t.server.CAFile, proxy.Through(t.server.Login(local)), password(local))
	}
	if err != nil {
		proxy.Close()
		return nil, err
	}
	return d, nil
}

func (t *Trial) befriend(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var pair []*robot.Person
	for _, local := range []string{first, second} {
		for _, d := range t.devices {
			if d.own.Local == local {
				if err := d.person.Online(ctx); err != nil {
					return err
				}
				defer d.person.Offline()
				pair = append(pair, d.person)
				break
			}
		}
	}
	if len(pair) != 2 {
		return fmt.Errorf("the devices %v are not of two people", t.o.Devices)
	}
	return robot.Befriend(ctx, pair[0], pair[1], first, second)
}

// meet lets all devices publish their keys, and learn those of the others.
func (t *Trial) meet(ctx context.Context) error {
	for _, d := range t.devices {
		for _, owner := range []chat.Address{d.own, d.peer} {
			want := 0
			for _, other := range t.devices {
				if other.own == owner {
					want++
				}
			}
			for have := 0; have < want; {
				for _, other := range t.devices { // who has not published yet does so
					out, err := other.person.Run(ctx, "", "keys", owner.String(), "--sync")
					if err != nil {
						return err
					}
					if other == d {
						have = strings.Count(out, "\n")
					}
				}
			}
		}
	}
	return nil
}

// Close ends all processes of the trial.
func (t *Trial) Close() {
	if t.cancel != nil {
		t.cancel()
	}
	for _, d := range t.devices {
		d.kill()
	}
	t.background.Wait()
	for _, d := range t.devices {
		d.kill() // who came after one that ended by itself
		d.watches.Wait()
		d.proxy.Close()
	}
	if t.server != nil {
		t.server.Stop()
		_ = os.CopyFS(filepath.Join(t.o.Dir, "server"), os.DirFS(t.scratch)) // for who wants to know what it had
	}
	_ = os.RemoveAll(t.scratch)
}

// memory is a directory for the server that costs no disk: what it takes to store
// each message safely is not what is tried. "" is the usual place.
func memory() string {
	const shm = "/dev/shm"
	if info, err := os.Stat(shm); err == nil && info.IsDir() {
		return shm
	}
	return ""
}

// Start starts all clients.
func (t *Trial) Start() error {
	for _, d := range t.devices {
		if err := d.start(); err != nil {
			return err
		}
	}
	return nil
}

// Allow lets each device send up to n messages in all, as soon as its client runs.
func (t *Trial) Allow(n int) {
	t.mu.Lock()
	t.granted = max(t.granted, n)
	n = t.granted
	t.mu.Unlock()
	for _, d := range t.devices {
		d.change(func() { d.allowed = max(d.allowed, n) })
	}
}

// device is the one with a label: a is the first of Options.Devices.
func (t *Trial) device(label string) *device {
	for _, d := range t.devices {
		if d.label == label {
			return d
		}
	}
	panic("no device " + label)
}

// Await waits until a device has stored n messages to send.
func (t *Trial) Await(ctx context.Context, label string, n int) error {
	d := t.device(label)
	return d.until(ctx, func() bool { return d.answered >= n })
}

// Refused is how often a device has said that it can not store a message.
func (t *Trial) Refused(label string) int {
	d := t.device(label)
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.refused
}

// Kill kills a device's client and starts it again.
func (t *Trial) Kill(label string) error {
	d := t.device(label)
	d.kill()
	return d.start()
}

// Online waits until a device's account is online, or is not.
func (t *Trial) Online(ctx context.Context, label string, yes bool) error {
	d := t.device(label)
	return d.until(ctx, func() bool { return (d.state == "online") == yes })
}

// Stall keeps all on the link of a device, until Settle or Finish.
func (t *Trial) Stall(label string) { t.device(label).proxy.Stall(coretest.BothWays) }

// Cut resets the link of a device.
func (t *Trial) Cut(label string) { t.device(label).proxy.Cut() }
