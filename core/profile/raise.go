// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"chatsecure.org/desktop/core/chat"
)

const (
	// maxSocketPath is what fits every system's sockaddr_un (macOS: 104 bytes).
	maxSocketPath = 100
	// shortPrefix begins the directories of sockets whose profile lies too deep.
	shortPrefix = "raise-"
	// raisePatience bounds one exchange, and how long a request waits for a
	// window that is just being made.
	raisePatience = 3 * time.Second

	askRaise, saidRaised, saidNoWindow = "raise\n", "raised\n", "no window\n"
)

// raiser answers other processes that ask for the window.
type raiser struct {
	listener net.Listener    // nil where no socket could be made
	tempDir  string          // holds the socket of a profile that lies too deep
	life     context.Context // ends with close: the life of this value, not of a call
	end      context.CancelFunc
	wg       sync.WaitGroup

	mu    sync.Mutex
	raise func()
	ready chan struct{} // closed once raise is set
}

// listen opens the socket of dir, whose lock l this process holds: any socket
// that is found is stale. Without a socket the profile works all the same.
func listen(dir string, l *lock) *raiser {
	r := &raiser{ready: make(chan struct{})}
	r.life, r.end = context.WithCancel(context.Background())
	if old := l.socket(); old != "" {
		_ = os.Remove(old)
		_ = os.Remove(filepath.Dir(old))
	}
	path := filepath.Join(dir, socketName)
	if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
		_ = os.Remove(path)
	}
	noted := ""
	if len(path) > maxSocketPath {
		temp, err := shortDir()
		if err != nil {
			return r
		}
		r.tempDir, path = temp, filepath.Join(temp, socketName)
		noted = path
	}
	if l.note(noted) != nil {
		r.removeTemp()
		return r
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		r.removeTemp()
		return r
	}
	_ = os.Chmod(path, 0o600)
	r.listener = listener
	r.wg.Go(r.accept)
	return r
}

// shortDir makes a private directory with a short name for a socket.
func shortDir() (string, error) {
	for _, base := range []string{os.Getenv("XDG_RUNTIME_DIR"), os.TempDir(), "/tmp"} {
		if !filepath.IsAbs(base) || len(base)+len(shortPrefix)+12+len(socketName) > maxSocketPath {
			continue
		}
		if d, err := os.MkdirTemp(base, shortPrefix+"*"); err == nil { // mode 0700
			return d, nil
		}
	}
	return "", errors.New("no place for a socket")
}

// isShortSocket says whether path is one that shortDir and listen make.
func isShortSocket(path string) bool {
	return filepath.IsAbs(path) && filepath.Clean(path) == path && filepath.Base(path) == socketName &&
		strings.HasPrefix(filepath.Base(filepath.Dir(path)), shortPrefix)
}

func (r *raiser) accept() {
	for {
		conn, err := r.listener.Accept()
		if err != nil {
			return // closed
		}
		r.wg.Go(func() { r.answer(conn) })
	}
}

// answer serves one request.
func (r *raiser) answer(conn net.Conn) {
	defer conn.Close() //nolint:errcheck // nothing to lose
	_ = conn.SetDeadline(time.Now().Add(2 * raisePatience))
	stop := context.AfterFunc(r.life, func() { _ = conn.SetReadDeadline(time.Now()) })
	defer stop()
	ask := make([]byte, len(askRaise))
	if _, err := io.ReadFull(conn, ask); err != nil || string(ask) != askRaise {
		return
	}
	patience := time.NewTimer(raisePatience)
	defer patience.Stop()
	select {
	case <-r.ready:
	case <-patience.C:
	case <-r.life.Done():
	}
	r.mu.Lock()
	raise := r.raise
	r.mu.Unlock()
	if raise == nil {
		_, _ = io.WriteString(conn, saidNoWindow)
		return
	}
	raise()
	_, _ = io.WriteString(conn, saidRaised)
}

func (r *raiser) handle(raise func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.raise == nil && raise != nil {
		close(r.ready)
	}
	r.raise = raise
}

// close ends the answering, waits for it and removes the socket. It may be
// called again.
func (r *raiser) close() {
	r.end()
	if r.listener != nil {
		_ = r.listener.Close() // removes the socket
	}
	r.wg.Wait()
	r.removeTemp()
}

func (r *raiser) removeTemp() {
	if r.tempDir != "" {
		_ = os.Remove(r.tempDir)
	}
}

// RaiseOther asks the process that holds dir's lock to raise its window, within
// ctx's deadline or some seconds. Errors are Storage with CodeProfileInUse where
// that process has no window (a command line), and CodeNotFound where none
// answers.
func RaiseOther(ctx context.Context, dir string) error {
	const op = "raise window"
	ctx, cancel := context.WithTimeout(ctx, 2*raisePatience)
	defer cancel()
	path := filepath.Join(dir, socketName)
	if len(path) > maxSocketPath {
		b, err := os.ReadFile(filepath.Join(dir, lockName))
		if err != nil {
			return failed(op, chat.CodeNotFound, nil)
		}
		if path = parseSocket(b); path == "" {
			return failed(op, chat.CodeNotFound, nil)
		}
	}
	conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err != nil {
		return failed(op, chat.CodeNotFound, nil) // its text holds the path
	}
	defer conn.Close() //nolint:errcheck // nothing to lose
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Now()) })
	defer stop()
	if _, err := io.WriteString(conn, askRaise); err != nil {
		return failed(op, chat.CodeNotFound, err)
	}
	said, err := bufio.NewReader(io.LimitReader(conn, 64)).ReadString('\n')
	switch {
	case err != nil:
		return failed(op, chat.CodeNotFound, err)
	case said != saidRaised:
		return failed(op, chat.CodeProfileInUse, errors.New("no window"))
	}
	return nil
}
