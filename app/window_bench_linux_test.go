// SPDX-License-Identifier: MPL-2.0

package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"golang.org/x/sys/unix"

	"chatsecure.org/desktop/core"
	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/coretest/screen"
	"chatsecure.org/desktop/core/profile"
)

const (
	missed = 10_000 // messages that come while the account is away
	convs  = 20
	enough = 2 * time.Minute
)

// first is what runs on the process's first thread: the toolkit wants that one.
var first = make(chan func())

func TestMain(m *testing.M) {
	code := make(chan int)
	go func() { code <- m.Run() }()
	for {
		select {
		case f := <-first:
			f()
		case c := <-code:
			os.Exit(c)
		}
	}
}

// shown is the program with its window on a screen, at a server of which the test
// writes the archive.
type shown struct {
	*program
	b       *testing.B
	server  *coretest.Scripted
	account chat.Address
	said    int // messages in the archive
	began   time.Time
}

// most is how long a frame may take.
const most = 100 * time.Millisecond

// BenchmarkWindowCatchingUp is how long the window takes for a frame (with events,
// with what was read, with painting, which a processor does here) while 10,000 messages
// come out of the archive: in twenty conversations of which one is open, and in the
// open one. idle is the same without any. "work" is what the window's thread itself
// did; "frame" is the time that passed, which also says what else the computer has
// to do: the server is in this process.
func BenchmarkWindowCatchingUp(b *testing.B) {
	s := show(b)
	s.catchUp(3*convs, func(i int) int { return i % convs }) // whatever is painted for the first time
	for _, c := range []struct {
		name string
		n    int
		peer func(i int) int
	}{
		{"idle", 0, nil},
		{"twenty", missed, func(i int) int { return i % convs }},
		{"open", missed, func(int) int { return 0 }},
	} {
		b.Run(c.name, func(b *testing.B) {
			var all frames
			for range b.N {
				f := s.catchUp(c.n, c.peer)
				all.wall, all.cpu = append(all.wall, f.wall...), append(all.cpu, f.cpu...)
			}
			b.ReportMetric(0, "ns/op")
			report(b, all.wall, "frame")
			if worst := report(b, all.cpu, "work"); worst > most {
				b.Errorf("the window was busy for %v", worst)
			}
		})
	}
}

// report says how long the longest took, and how long half of them did.
func report(b *testing.B, all []time.Duration, what string) (worst time.Duration) {
	slices.Sort(all)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	worst = all[len(all)-1]
	b.ReportMetric(ms(worst), "ms-worst-"+what)
	b.ReportMetric(ms(all[len(all)/2]), "ms-"+what)
	return worst
}

// show starts the program with alice, who knows a message of each conversation, and
// opens one of them.
func show(b *testing.B) *shown {
	b.Helper()
	server := coretest.NewScripted(b)
	coretest.User(b, server.Server, "alice", "secret")
	s := &shown{b: b, server: server, account: server.Address("alice"), began: time.Now().Add(-100 * 24 * time.Hour)}
	s.archive(convs, func(i int) int { return convs - 1 - i }) // the newest is peer 0
	dir := b.TempDir()
	s.must(os.WriteFile(filepath.Join(dir, "key"), []byte("for measuring only"), 0o600))
	opts := Options{Profile: filepath.Join(dir, "profile"), KeyFile: filepath.Join(dir, "key"), CAFile: server.CAFile, Log: io.Discard}
	made, err := profile.Create(b.Context(), opts.Profile, profile.Options{Passphrase: []byte("for measuring only")})
	s.must(err)
	client, err := core.Open(b.Context(), core.Config{Profile: made, Roots: server.Roots})
	s.must(err)
	events := client.Subscribe()
	s.must(client.AddAccount(b.Context(), server.Login("alice"), []byte("secret")))
	s.caughtUp(client, events)
	events.Close()
	s.must(client.Close())
	s.must(made.Close())
	s.open(opts)
	return s
}

func (s *shown) must(err error) {
	s.b.Helper()
	if err != nil {
		s.b.Fatal(err)
	}
}

// open starts the program and opens the newest conversation.
func (s *shown) open(opts Options) {
	s.b.Helper()
	x, err := screen.Start(s.b.Context(), s.b.TempDir(), 1060, 720)
	s.must(err)
	s.b.Cleanup(x.Stop)
	home, err := filepath.Abs(filepath.Join("..", "build", "window")) // it stays: the toolkit writes there to the last
	s.must(err)
	s.must(os.MkdirAll(home, 0o755))
	for name, value := range map[string]string{
		"DISPLAY": x.Display, "WAYLAND_DISPLAY": "", "XDG_SESSION_TYPE": "x11", "LIBGL_ALWAYS_SOFTWARE": "1",
		"LP_NUM_THREADS": "0", // the window's thread paints, so that it is counted
		"HOME":           home, "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home,
	} {
		s.b.Setenv(name, value)
	}
	started, ended := make(chan *program), make(chan struct{})
	first <- func() {
		defer close(ended)
		if status := run(opts, func(p *program) { started <- p }); status != exitOK {
			s.b.Errorf("the program ended with %d", status)
		}
	}
	s.program = <-started
	s.b.Cleanup(func() {
		fyne.Do(s.end)
		<-ended
	})
	ctx, cancel := context.WithTimeout(s.b.Context(), enough)
	defer cancel()
	_, err = x.Window(ctx, s.words.Branding().Name)
	s.must(err)
	for s.vault.client() == nil {
		fyne.DoAndWait(func() {})
	}
	events := s.vault.client().Subscribe()
	defer events.Close()
	s.caughtUp(s.vault.client(), events)
	before, err := x.Settled(ctx, nil)
	s.must(err)
	s.must(x.Press(ctx, "alt+1"))
	_, err = x.Settled(ctx, before)
	s.must(err)
}

// archive puts messages into the account's archive.
func (s *shown) archive(n int, peer func(i int) int) {
	const words = "the quick brown fox jumps over the lazy dog and says what people say to each other all day "
	all := make([]coretest.Archived, n)
	for i := range all {
		s.said++
		all[i] = coretest.Archived{
			ID: fmt.Sprintf("archive-%08d", s.said), Stamp: s.began.Add(time.Duration(s.said) * time.Minute / 2),
			Message: fmt.Sprintf("<message from='peer%d@example.test/desk' to='%s' type='chat' id='m%d'><body>%d %s</body>"+
				"<origin-id xmlns='urn:xmpp:sid:0' id='m%d'/></message>", peer(i), s.account, s.said, s.said, words[s.said*7%60:], s.said),
		}
	}
	s.server.Archive("alice", all...)
}

// caughtUp waits until the account has what its archive has.
func (s *shown) caughtUp(client *core.Client, events *core.Subscription) {
	s.b.Helper()
	ctx, cancel := context.WithTimeout(s.b.Context(), enough)
	defer cancel()
	for {
		all, err := client.Accounts(ctx)
		s.must(err)
		gaps, err := client.Gaps(ctx, s.account)
		if len(all) == 1 && all[0].State == chat.StateOnline && !all[0].CatchingUp && err == nil && gaps == 0 {
			return
		}
		_, err = events.Next(ctx)
		s.must(err)
	}
}

// frames are how long the window's goroutine took from each frame to the next: with
// what came in between, and with painting.
type frames struct {
	wall, cpu []time.Duration // by the clock, and of its thread's own work
}

// catchUp lets n messages come while the account is away, and it come back.
func (s *shown) catchUp(n int, peer func(i int) int) (f frames) {
	s.b.Helper()
	client := s.vault.client()
	events := client.Subscribe()
	defer events.Close()
	s.must(client.Disconnect(s.b.Context(), s.account))
	s.archive(n, peer)
	stop := s.watch(&f)
	s.must(client.Connect(s.b.Context(), s.account))
	for online := false; !online; { // what it was before may still be said
		all, err := client.Accounts(s.b.Context())
		s.must(err)
		if online = all[0].State == chat.StateOnline; !online {
			_, err = events.Next(s.b.Context())
			s.must(err)
		}
	}
	s.caughtUp(client, events)
	<-time.After(time.Second) // the window shows the last of it
	stop()
	return f
}

// watch notes the frames. The toolkit moves animations on once in each.
func (s *shown) watch(f *frames) (stop func()) {
	var lastWall time.Time
	var lastCPU time.Duration
	a := fyne.NewAnimation(time.Hour, func(float32) {
		wall, cpu := time.Now(), threadTime(s.b)
		if !lastWall.IsZero() {
			f.wall, f.cpu = append(f.wall, wall.Sub(lastWall)), append(f.cpu, cpu-lastCPU)
		}
		lastWall, lastCPU = wall, cpu
	})
	fyne.DoAndWait(a.Start)
	return func() { fyne.DoAndWait(a.Stop) }
}

// threadTime is how long this thread has worked.
func threadTime(b *testing.B) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		b.Error(err)
	}
	return time.Duration(t.Nano())
}
