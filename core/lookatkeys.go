// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"slices"
	"time"

	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/xmpp"
)

// When an account looks at what others find of its keys: others write there, too, and
// keys grow old while a session lives.
const (
	keysEvery = 24 * time.Hour
	keysCheck = 10 * time.Minute // whether a day is over: a timer stands still while the computer sleeps
	keysSoon  = 5 * time.Second  // after word that something of it has changed,
	keysGap   = time.Minute      // but not more often than that
)

// clock is the time for what an account does seldom.
type clock struct {
	now   func() time.Time
	after func(d time.Duration, do func())
}

var systemClock = clock{now: wallClock, after: func(d time.Duration, do func()) { time.AfterFunc(d, do) }}

// watchKeys has the account's published keys looked at once a day, as long as a session
// lives, and takes those away that nobody needs any more.
func (a *account) watchKeys(s *session) {
	a.clock.after(keysCheck, func() {
		a.box.post(func(ctx context.Context) {
			if a.session != s {
				return
			}
			a.forgetSkipped(ctx, a.clock.now()) // once a day
			age := a.clock.now().Sub(a.omemo.looked)
			if daily := age >= keysEvery || age < 0; daily || a.omemo.touched || a.bundlesDue() { // or the clock was set back
				if daily {
					clear(a.omemo.healed)
				}
				a.lookAgainAtOwn(s)
			}
			a.watchKeys(s)
		})
	})
}

// ownNews says whether our account says something new of what is published of our keys.
func (a *account) ownNews(m letter) bool {
	if m.From.Bare() != a.addr || m.session == nil || m.session != a.session {
		return false
	}
	return m.BundleGone || m.Devices != nil && !slices.EqualFunc(m.Devices.Devices, a.omemo.ours[omemo.Version(m.Devices.Version)],
		func(one, other xmpp.Device) bool { return one.ID == other.ID })
}

// keysTouched: somebody has changed something of what our account has published of keys.
// We look soon what has become of ours, but not as often as somebody changes something.
func (a *account) keysTouched(s *session) {
	if !a.omemo.begun {
		return
	}
	a.omemo.touched = true
	if a.omemo.soon {
		return
	}
	a.omemo.soon = true
	wait := min(max(keysSoon, keysGap-a.clock.now().Sub(a.omemo.looked)), keysGap)
	a.clock.after(wait, func() {
		a.box.post(func(context.Context) {
			if a.session == s {
				a.omemo.soon = false
				a.lookAgainAtOwn(s)
			}
		})
	})
}

// lookAgainAtOwn is lookAtOwn in a session that has done so when it began.
func (a *account) lookAgainAtOwn(s *session) {
	if a.omemo.looking || !a.omemo.begun || a.omemo.own == nil || !s.server.PublishOptions || a.online != s {
		return
	}
	then := func(context.Context) {}
	if a.bundlesDue() {
		a.tryBundles()
		then = func(ctx context.Context) { a.listOwn(ctx, s) }
	}
	a.lookAtOwn(s, then)
}

// lookAtOwn looks at what others find of this computer's keys: at the account's lists, at
// its bundles, which get new keys where some are old or used, and whether everybody may
// read them. What is right is left alone. then is done when the bundles are there, or can
// not be.
func (a *account) lookAtOwn(s *session, then order) {
	a.omemo.looking, a.omemo.touched, a.omemo.looked = true, false, a.clock.now()
	own, before := a.omemo.own, make(map[omemo.Version]int)
	for _, v := range versions {
		before[v] = a.omemo.lists[deviceList{a.addr, v}].heard
	}
	a.job(func(ctx context.Context) {
		lists := make(map[omemo.Version][]xmpp.Device)
		for _, v := range versions {
			list, err := s.conn.FetchDevices(ctx, a.addr, xmpp.OMEMOVersion(v))
			if err != nil {
				// Not a list without devices: to publish one would take all others off it.
				a.log.Info("own devices", "err", chatError("fetch devices", err))
				continue
			}
			lists[v] = list
		}
		a.box.post(func(ctx context.Context) {
			if a.session != s || a.omemo.own != own { // it has got other keys meanwhile, and looks at those
				return
			}
			for _, v := range versions {
				if list, ok := lists[v]; ok && a.omemo.lists[deviceList{a.addr, v}].heard == before[v] { // else what was heard meanwhile is newer
					a.devicesCame(ctx, s, xmpp.DeviceNews{Version: xmpp.OMEMOVersion(v), Owner: a.addr, Devices: list})
				}
			}
			if err := a.renumber(ctx); err != nil {
				a.log.Error("own keys", "err", chatError("store keys", err))
			}
			a.publishBundles(ctx, s, func(ctx context.Context) {
				a.omemo.looking = false
				then(ctx)
				a.openOwn(s)
			})
		})
	})
}

// openOwn sees to it that everybody may read what is published of this computer's keys
// (XEP-0384 §5.3): who is no contact, or not yet, has to find them for the first message.
// Another program, or the server, may have closed it.
func (a *account) openOwn(s *session) {
	device := a.omemo.own.device
	var formats []omemo.Version
	for _, v := range versions {
		if a.client.held().allowsFormat(v) {
			formats = append(formats, v)
		}
	}
	a.job(func(ctx context.Context) {
		for _, v := range formats {
			list, err := s.conn.OpenDevices(ctx, xmpp.OMEMOVersion(v))
			a.nodeOpened("device list", list, err)
			bundle, err := s.conn.OpenBundle(ctx, xmpp.OMEMOVersion(v), device)
			a.nodeOpened("bundle", bundle, err)
		}
	})
}

// nodeOpened writes down what became of a node that was not for everybody.
func (a *account) nodeOpened(what string, mended bool, err error) {
	switch {
	case err != nil:
		a.log.Warn("who may read own keys is not known", "what", what, "err", chatError("open node", err))
	case mended:
		a.log.Info("own keys could not be read by everybody, and can again", "what", what)
	}
}
