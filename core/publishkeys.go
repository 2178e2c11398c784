// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/xmpp"
)

// healIn is how long, times the tries before, a device waits at most before it puts
// itself on the list again: where several do that at once each takes the others off.
const healIn = 300 * time.Millisecond

// publishTries is how often a bundle is published that the server does not take.
const publishTries = 4

// stayListed puts this computer's device on the account's list again where it does not
// stand there: another client, or the server, has lost it (XEP-0384 §5.3.1).
func (a *account) stayListed(s *session, v omemo.Version) {
	if a.isListed(v) || a.omemo.healing[v] || a.omemo.healed[v] >= maxHealed {
		return
	}
	wait := time.Duration(a.omemo.healed[v]) * healIn
	a.omemo.healed[v]++
	a.omemo.healing[v] = true
	if wait == 0 {
		a.heal(s, v)
		return
	}
	a.wg.Go(func() {
		if s.pause(rand.N(wait)) {
			a.box.post(func(context.Context) { a.heal(s, v) })
		}
	})
}

func (a *account) isListed(v omemo.Version) bool {
	return slices.ContainsFunc(a.omemo.ours[v], func(d xmpp.Device) bool { return d.ID == a.omemo.own.device })
}

// heal publishes the list as it is known now, with this device.
func (a *account) heal(s *session, v omemo.Version) {
	if a.session != s {
		return
	}
	a.omemo.healing[v] = false
	if a.isListed(v) {
		return
	}
	list := append(slices.Clone(a.omemo.ours[v]), a.ownDevice(v))
	list = slices.DeleteFunc(list, func(d xmpp.Device) bool { return a.omemo.dropped[d.ID] })
	news := a.omemo.news[v]
	a.job(func(ctx context.Context) {
		if err := s.conn.PublishDevices(ctx, xmpp.OMEMOVersion(v), list); err != nil {
			a.log.Info("device list", "err", chatError("publish devices", err))
			return
		}
		a.box.post(func(ctx context.Context) {
			if a.session == s && a.omemo.news[v] == news { // else somebody has published another one since
				a.devicesCame(ctx, s, xmpp.DeviceNews{Version: xmpp.OMEMOVersion(v), Owner: a.addr, Devices: list})
			}
		})
	})
}

// publishBundles makes the keys that are missing, and compares the bundles that the
// server has with those that it should have. then is done when they are there.
func (a *account) publishBundles(ctx context.Context, s *session, then order) {
	if _, err := a.refill(ctx); err != nil {
		a.log.Error("own keys", "err", chatError("make keys", err))
		return
	}
	device := a.omemo.own.device
	want := make([]xmpp.Bundle, 0, len(versions))
	for _, v := range versions {
		b, err := a.ownBundle(ctx, v)
		if err != nil {
			a.log.Error("own keys", "err", chatError("read own keys", err))
			return
		}
		want = append(want, b)
	}
	a.job(func(ctx context.Context) {
		for _, b := range want {
			have, err := s.conn.FetchBundle(ctx, a.addr, b.Version, device)
			if err == nil && sameBundle(b, have) {
				continue
			}
			for try := range publishTries { // a server may be making the node for another device
				if err = s.conn.PublishBundle(ctx, device, b); err == nil || !s.pause(time.Duration(try+1)*healIn) {
					break
				}
				a.log.Info("bundle", "err", chatError("publish bundle", err))
			}
		}
		if then != nil {
			a.box.post(func(ctx context.Context) {
				if a.session == s {
					a.omemo.published = true
					then(ctx)
				}
			})
		}
	})
}
