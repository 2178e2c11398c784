// SPDX-License-Identifier: MPL-2.0

package app

import (
	"context"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/resources"
)

// grace is how long the program takes to end at most: goodbyes to servers are a
// courtesy, the database is safe at any point.
const grace = 3 * time.Second

// The window's size: at first, at least, and where it is kept. Where the window
// stands is the window manager's to remember: the toolkit can not ask.
var (
	defaultSize = fyne.NewSize(1060, 720)
	minimumSize = fyne.NewSize(720, 480)

	narrowSize = fyne.NewSize(480, 700) // of a window that shows one thing at a time
	narrowest  = fyne.NewSize(460, 480)
)

const settingSize = "window.size"

// end saves what is being written, takes the window away and goes.
func (p *program) end() {
	if p.ending {
		return
	}
	p.ending = true
	p.saveSize()
	p.ui.Close()
	p.window.Hide()
	go func() {
		p.env.Tasks.Close(grace / 2)
		fyne.Do(p.fyne.Driver().Quit) // not App.Quit: where the loop has ended, its windows are gone
	}()
}

// finish closes everything in the order of dependence. It runs after the
// toolkit's loop, so nothing may be dispatched any more.
func (p *program) finish() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.env.Tasks.Close(0)
		if p.pump != nil {
			p.pump()
		}
		p.vault.close()
	}()
	select {
	case <-done:
	case <-time.After(grace):
		p.log.Warn("still closing after the time for it")
	}
}

func (p *program) saveSize() {
	client, size := p.vault.client(), p.window.Canvas().Size()
	if client == nil || size.IsZero() {
		return
	}
	value := strconv.Itoa(int(size.Width)) + "x" + strconv.Itoa(int(size.Height))
	p.env.Tasks.Run(func(ctx context.Context) func() {
		if err := client.SetSetting(ctx, settingSize, value); err != nil {
			p.log.Warn("keep window size", "err", err)
		}
		return nil
	})
}

func (p *program) restoreSize() {
	client := p.vault.client()
	p.env.Tasks.Run(func(ctx context.Context) func() {
		value, err := client.Setting(ctx, settingSize)
		size, ok := parseSize(value)
		if err != nil || !ok {
			return nil
		}
		return func() { p.window.Resize(size.Max(p.leastSize())) }
	})
}

// parseSize reads "1060x720" within what a window can be.
func parseSize(value string) (fyne.Size, bool) {
	const most = 16384
	w, h, _ := strings.Cut(value, "x")
	width, err1 := strconv.Atoi(w)
	height, err2 := strconv.Atoi(h)
	if err1 != nil || err2 != nil || width > most || height > most {
		return fyne.Size{}, false
	}
	return fyne.NewSize(float32(width), float32(height)).Max(narrowest), true
}

// firstSize is the window's where nobody has chosen one.
func (p *program) firstSize() fyne.Size {
	if p.words.Layout() == resources.LayoutSimple {
		return narrowSize
	}
	return defaultSize
}

func (p *program) leastSize() fyne.Size {
	if p.words.Layout() == resources.LayoutSimple {
		return narrowest
	}
	return minimumSize
}
