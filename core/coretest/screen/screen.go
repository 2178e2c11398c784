// SPDX-License-Identifier: MPL-2.0

// Package screen is a display without a monitor: Xvfb, with xdotool as its
// keyboard and its frame buffer as the camera. It is for tests and the demo.
package screen

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Screen is a running display. Its methods are for one goroutine at a time.
type Screen struct {
	Display string // ":7"

	cmd  *exec.Cmd
	done chan struct{}
	dir  string
}

// Start starts a display of that size. It takes no connections but local ones,
// and ends with this process at the latest. dir holds its frame
// buffer, and is there already.
func Start(ctx context.Context, dir string, width, height int) (*Screen, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", width, height),
		"-nolisten", "tcp", "-noreset", "-dpi", "96", "-fbdir", dir)
	cmd.ExtraFiles = []*os.File{write}
	cmd.SysProcAttr = endsWithUs()
	err = cmd.Start()
	write.Close()
	if err != nil {
		return nil, fmt.Errorf("start display: %w", err)
	}
	s := &Screen{cmd: cmd, done: make(chan struct{}), dir: dir}
	go func() {
		_ = cmd.Wait()
		close(s.done)
	}()
	if deadline, ok := ctx.Deadline(); ok {
		_ = read.SetReadDeadline(deadline)
	} else {
		_ = read.SetReadDeadline(time.Now().Add(30 * time.Second))
	}
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		s.Stop()
		return nil, fmt.Errorf("start display: it never said its number: %w", err)
	}
	s.Display = ":" + strings.TrimSpace(number)
	return s, nil
}

// Stop ends the display and what is shown on it.
func (s *Screen) Stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.done:
	case <-time.After(5 * time.Second):
		_ = s.cmd.Process.Kill()
		<-s.done
	}
}

// Env is the environment of a program that shall appear on the screen. A
// message bus that is set stays (scripts/private-session); none is started.
func (s *Screen) Env() []string {
	env := os.Environ()
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") == "" {
		env = append(env, "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")
	}
	return append(env, "DISPLAY="+s.Display, "WAYLAND_DISPLAY=", "XDG_SESSION_TYPE=x11", "LIBGL_ALWAYS_SOFTWARE=1")
}

func (s *Screen) run(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = s.Env()
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, args[0], err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// Window waits until a window with this name is visible, gives it the keyboard,
// puts the pointer out of the way
// and returns its number.
func (s *Screen) Window(ctx context.Context, name string) (string, error) {
	for {
		out, err := s.run(ctx, "xdotool", "search", "--onlyvisible", "--name", name)
		if id, _, _ := strings.Cut(out, "\n"); err == nil && id != "" {
			_, err = s.run(ctx, "xdotool", "windowfocus", id, "mousemove", "5000", "5000")
			return id, err
		}
		if !pause(ctx, 20*time.Millisecond) {
			return "", fmt.Errorf("no window named %q: %w", name, ctx.Err())
		}
	}
}

// Type types text, which must be ASCII: other letters get lost in remapping.
func (s *Screen) Type(ctx context.Context, text string) error {
	_, err := s.run(ctx, "xdotool", "type", "--delay", "25", "--", text)
	return err
}

// Press presses keys one after another, by X's names: "Tab", "alt+1".
func (s *Screen) Press(ctx context.Context, keys ...string) error {
	_, err := s.run(ctx, "xdotool", append([]string{"key", "--delay", "60", "--"}, keys...)...)
	return err
}

// Settled waits until the screen shows something other than before (nil: than
// nothing) and no longer changes, and returns what it shows. A blinking cursor
// is no change.
func (s *Screen) Settled(ctx context.Context, before *image.RGBA) (*image.RGBA, error) {
	last, err := s.Capture()
	if err != nil {
		return nil, err
	}
	for quiet := 0; ; {
		if !pause(ctx, 150*time.Millisecond) {
			return last, errors.New("the screen never came to rest on something new")
		}
		now, err := s.Capture()
		if err != nil {
			return last, err
		}
		if Difference(last, now) < 0.002 {
			quiet++
		} else {
			quiet = 0
		}
		last = now
		changed := Colours(now) > 60 // more than a window without anything in it
		if before != nil {
			changed = Difference(before, now) > 0.01
		}
		if quiet >= 3 && changed {
			return now, nil
		}
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
