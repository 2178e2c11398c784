// SPDX-License-Identifier: MPL-2.0

package coretest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is a running server in a process group of its own.
type process struct {
	cmd   *exec.Cmd
	alive *os.File      // the end that we hold; the server is killed when it closes
	done  chan struct{} // closed when the process has ended
	once  sync.Once
}

// watch kills the server when the pipe at descriptor 3 closes, which also
// happens when our own process dies. $$ is the shell's id, which exec hands on.
const watch = `{ read -r _; kill -9 $$; } <&3 >/dev/null 2>&1 & exec "$@" 3<&- </dev/null`

func startProcess(logFile string, env []string, argv ...string) (*process, error) {
	out, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	theirs, ours, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	cmd := exec.Command("/bin/sh", append([]string{"-c", watch, "sh"}, argv...)...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		ours.Close()
		return nil, err
	}
	p := &process{cmd: cmd, alive: ours, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// stop ends the process: politely first unless kill is set.
func (p *process) stop(kill bool) {
	p.once.Do(func() {
		if !kill {
			_ = p.cmd.Process.Signal(syscall.SIGTERM)
			select {
			case <-p.done:
			case <-time.After(5 * time.Second):
			}
		}
		// The watcher is in the group, so the group's number is still ours.
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		<-p.done
		p.alive.Close()
	})
}

// waitReady returns once the server at address answers a stream header for
// domain; what is the word that its answer holds.
func (p *process) waitReady(ctx context.Context, address, domain string) error {
	var last error
	for {
		select {
		case <-p.done:
			return errors.New("the server ended by itself")
		case <-ctx.Done():
			return fmt.Errorf("%w; last try: %v", ctx.Err(), last)
		default:
		}
		if last = greet(ctx, address, domain); last == nil {
			return nil
		}
		select { // between two tries, not a guess at how long it takes
		case <-p.done:
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func greet(ctx context.Context, address, domain string) error {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(2 * time.Second))
	_, err = fmt.Fprintf(c, "<?xml version='1.0'?><stream:stream to='%s' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>", domain)
	if err != nil {
		return err
	}
	var got strings.Builder
	buf := make([]byte, 4096)
	for !strings.Contains(got.String(), "</stream:features>") {
		n, err := c.Read(buf)
		if err != nil {
			return err
		}
		got.Write(buf[:n])
	}
	_, _ = c.Write([]byte("</stream:stream>"))
	return nil
}

// freePorts returns n ports of loopback that nobody listens on.
func freePorts(n int) ([]int, error) {
	var ports []int
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() // only at the end, so that they differ
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}
