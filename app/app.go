// SPDX-License-Identifier: MPL-2.0

// Package app puts the program together: paths, the profile and its lock, the
// core, the look, the window, and the way out. It alone knows both the core and
// the windows, and it alone imports fyne/app.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/profile"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui"
	"chatsecure.org/desktop/ui/model"
)

// Version is the program's; a release sets it with -ldflags.
var Version = "0.1.0-dev"

// Options are the choices of the command line.
type Options struct {
	Profile string // directory; "" is the default one
	KeyFile string // holds the database's passphrase; "" asks or uses the keyring
	CAFile  string // PEM of authorities to trust in addition
	Bundle  string // path of a bundle to use; "" is the one that was chosen
	Log     io.Writer
}

// Exit states.
const (
	exitOK     = 0
	exitFailed = 1
)

// program is the running program. What has no lock belongs to the UI goroutine.
type program struct {
	opts   Options
	log    *slog.Logger
	silent atomic.Bool // nothing is written to log
	words  *resources.Bundle
	worn   ui.Dress              // how the window looks now
	barred *resources.AdminError // why nothing is opened, nil for no reason
	fyne   fyne.App
	window fyne.Window
	ui     *ui.Window
	env    *model.Env
	vault  *vault
	pump   context.CancelFunc
	pumped chan struct{}
	unread int
	ending bool
	rules  rules
}

// Run runs the program until its window is closed and returns the exit state.
// It must be called on the main goroutine.
func Run(opts Options) (status int) { return run(opts, func(*program) {}) }

// run is Run. started is called once the toolkit runs.
func run(opts Options, started func(*program)) (status int) {
	avoidBusLaunch()
	makeCacheDir()
	p := &program{opts: opts, words: inLanguage(resources.Default(), "")}
	p.silent.Store(noLog(p.words))
	p.log = newLog(opts.Log, &p.silent)
	defer func() {
		if r := recover(); r != nil {
			p.log.Error("panic", "value", fmt.Sprintf("%T", r), "stack", string(debug.Stack()))
			status = exitFailed
		}
	}()
	var err error
	if p.vault, err = newVault(opts, p.log, p.words); err != nil {
		p.log.Error("start", "err", err)
		return exitFailed
	}
	if err := p.firstDress(); err != nil {
		_, _ = fmt.Fprintln(opts.Log, p.words.Text("start.bundle", "path", opts.Bundle, "reason", err))
		return exitFailed
	}
	var first *opening
	if p.barred == nil {
		first = p.vault.openFirst()
		if status, done := p.second(first); done {
			return status
		}
	} else {
		_, _ = fmt.Fprintln(opts.Log, p.words.Text("failure.admin", "app", p.words.Branding().Name, "reason", p.barred))
	}
	p.build()
	stop, unlist := func() {}, func() {}
	p.fyne.Lifecycle().SetOnStarted(func() {
		stop, unlist = p.watchSignals(), p.list()
		if first != nil {
			p.begin(first)
		} else {
			p.ui.ShowBarred(p.barred)
		}
		started(p)
	})
	p.fyne.Lifecycle().SetOnEnteredForeground(func() { p.ui.SetActive(true) })
	p.fyne.Lifecycle().SetOnExitedForeground(func() {
		p.ui.SetActive(false)
		p.rest()
	})
	p.window.Show()
	p.fyne.Run()
	stop()
	unlist()
	p.finish()
	return exitOK
}

// patience is how long the window waits for the profile: long enough for the usual
// case, so that nothing flashes up and a second start never shows a window.
const patience = 400 * time.Millisecond

// second hands over to the process that has the profile open already.
func (p *program) second(first *opening) (status int, done bool) {
	select {
	case <-first.done:
	case <-time.After(patience):
		return 0, false
	}
	if chat.CodeOf(first.err) != chat.CodeProfileInUse {
		return 0, false
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if err := profile.RaiseOther(ctx, p.vault.dir); err != nil {
		_, _ = fmt.Fprintln(p.opts.Log, p.words.Text("error.profile-in-use"))
		return exitFailed, true
	}
	_, _ = fmt.Fprintln(p.opts.Log, p.words.Text("start.raised", "app", p.words.Branding().Name))
	return exitOK, true
}

// build makes the application and an empty window.
func (p *program) build() {
	brand := p.words.Branding()
	p.fyne = fyneapp.NewWithID(brand.ID)
	icon := p.words.Icon("app-1024")
	p.fyne.SetIcon(fyne.NewStaticResource(icon.Name, icon.SVG))
	tellToolkit(p.words)
	theme.OnEastAsian = func() { p.env.Dispatch(func() { p.setTheme(theme.Current().Options()) }) }
	p.setTheme(theme.Options{Compact: p.words.Density() == "compact"})
	p.window = p.fyne.NewWindow(brand.Name)
	p.window.SetPadded(false)
	p.window.SetMaster()
	p.window.Resize(p.firstSize())
	p.fill()
	p.window.SetCloseIntercept(p.end)
}

// fill puts fresh contents into the window, which know no profile yet.
func (p *program) fill() {
	p.env = model.NewEnv(context.Background(), fyne.Do)
	p.ui = ui.New(ui.Config{
		Window: p.window, Words: p.words, Env: p.env, Vault: p.vault, Version: Version,
		Dress: p.worn, Load: p.dress, Wear: p.wear, Fixed: p.opts.Bundle,
		SetTheme: p.setTheme, OpenLink: p.openLink, OnCore: p.onCore, SetTitle: p.setTitle, Quit: p.end, Lock: p.lock,
		Locks: func() model.Locks { return model.NewLocks(p.words.PolicySources()) },
	})
}

// lock closes a profile that a passphrase protects, and asks for that: a policy does not
// let it stay open while nobody is there.
func (p *program) lock() {
	if p.ending || !p.vault.asks() {
		return
	}
	old, pump := p.env, p.pump
	p.ui.Leave()
	finish := p.vault.leave()
	p.pump, p.pumped = nil, nil
	p.fill()
	p.setTitle(0)
	p.ui.ShowUnlock()
	go func() {
		old.Tasks.Close(grace / 2) // what was being written is kept
		if pump != nil {
			pump()
		}
		finish()
	}()
}

// begin shows what the profile's state asks for, once the toolkit is ready.
func (p *program) begin(first *opening) {
	p.env.Tasks.Run(func(ctx context.Context) func() {
		select {
		case <-first.done:
		case <-ctx.Done():
			return nil
		}
		return func() { p.opened(first) }
	})
}

func (p *program) opened(first *opening) {
	p.rest()
	switch code := chat.CodeOf(first.err); {
	case first.err == nil:
		p.ui.Open(first.core)
	case code == chat.CodeNoProfile:
		p.ui.ShowWelcome()
	case code == chat.CodeKeyNeeded:
		p.ui.ShowUnlock()
	case code == chat.CodePolicyKey:
		p.ui.ShowNewPassphrase()
	default:
		p.log.Error("open profile", "code", string(code), "err", first.err)
		p.ui.ShowFailure(first.err, func() { p.begin(p.vault.openFirst()) })
	}
}

// onCore starts the one goroutine that brings the core's events to the window.
func (p *program) onCore(ui.Core) {
	client := p.vault.client()
	ctx, cancel := context.WithCancel(context.Background())
	p.pump, p.pumped = cancel, make(chan struct{})
	events := client.Subscribe()
	go func() {
		defer close(p.pumped)
		defer events.Close()
		if err := model.Pump(ctx, events, p.env.Dispatch, p.ui); err != nil && chat.CodeOf(err) != chat.CodeClosed {
			p.log.Error("events ended", "err", err)
		}
	}()
	p.restoreSize()
}

// restAfter is when the program is taken to be at rest.
const restAfter = 3 * time.Second

// rest gives memory back to the system once it is quiet: what the start, or a
// long scroll, has left behind would stay with us for minutes.
func (p *program) rest() { p.env.After(restAfter, func() { go debug.FreeOSMemory() }) }

func (p *program) setTheme(o theme.Options) {
	t, err := theme.New(p.words.Palette(), o)
	if err != nil {
		p.log.Error("theme", "err", err)
		return
	}
	t = t.With(fontsOf(p.words), p.words.Language())
	theme.Use(t)
	p.fyne.Settings().SetTheme(t)
	if p.env != nil {
		p.rest() // fonts may have been read
	}
}

func (p *program) setTitle(unread int) {
	p.unread = unread
	p.nameWindow()
}

func (p *program) nameWindow() {
	name := p.words.Branding().Name
	if p.unread > 0 {
		p.window.SetTitle(p.words.Text("window.title-unread", "app", name, "count", p.unread))
	} else {
		p.window.SetTitle(p.words.Text("window.title", "app", name))
	}
}

// openLink gives a link that the person clicked to the program that shows such.
func (p *program) openLink(link string) {
	u, err := url.Parse(link)
	if err != nil || !slices.Contains([]string{"https", "http", "mailto", "geo"}, u.Scheme) {
		return
	}
	if err := p.fyne.OpenURL(u); err != nil {
		p.log.Warn("open link", "err", errors.Unwrap(err))
	}
}

// watchSignals ends the program in good order when the system asks for it. It
// takes the signals away from the toolkit, which would end its loop at once, and
// with it the way back from work that is still under way. The toolkit asks for
// them on a goroutine of its own, at first mostly after us: they are taken again
// for a while.
func (p *program) watchSignals() (stop func()) {
	signals := make(chan os.Signal, 1)
	take := func() {
		signal.Reset(os.Interrupt, syscall.SIGTERM)
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	}
	take()
	done := make(chan struct{})
	go func() {
		again := time.NewTicker(50 * time.Millisecond)
		defer again.Stop()
		for left := 40; ; {
			select {
			case <-again.C:
				if left--; left == 0 {
					again.Stop()
				}
				take()
			case <-signals:
				fyne.Do(p.end)
				return
			case <-done:
				return
			}
		}
	}()
	return func() { signal.Stop(signals); close(done) }
}
