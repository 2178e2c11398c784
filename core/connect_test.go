// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"chatsecure.org/desktop/core/chat"
)

func TestBackoff(t *testing.T) {
	var b backoff
	want := firstWait
	for range 20 {
		for range 3 { // the jitter is random, its bounds are not
			again := b
			if got := again.next(); got < want/2 || got > want {
				t.Errorf("after %d tries wait %v, want between %v and %v", b.tries, got, want/2, want)
			}
		}
		b.next()
		want = min(2*want, longWait)
		if b.tries >= 7 {
			want = longWait
		}
	}
	b.reset()
	if got := b.next(); got > firstWait {
		t.Errorf("after a reset wait %v", got)
	}
}

// watched is a supervisor in a bubble of fake time, with what it did.
type watched struct {
	supervisor
	dials  []time.Time
	states []chat.AccountState
	errs   []*chat.Error
}

func watch(dial func(n int) (func(context.Context) error, error)) *watched {
	w := &watched{}
	w.kick = make(chan struct{}, 1)
	w.dial = func(context.Context) (func(context.Context) error, error) {
		w.dials = append(w.dials, time.Now())
		return dial(len(w.dials))
	}
	w.report = func(s chat.AccountState, err *chat.Error) {
		w.states, w.errs = append(w.states, s), append(w.errs, err)
	}
	return w
}

var errLost = &chat.Error{Kind: chat.Offline, Code: chat.CodeConnectionLost}

func TestSupervisorBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		w := watch(func(int) (func(context.Context) error, error) { return nil, errLost })
		w.run(stop, nil)
		if n := len(w.dials); n < 12 || n > 30 {
			t.Errorf("%d tries in ten minutes, want one a minute and a few more", n)
		}
		if last := w.states[len(w.states)-1]; last != chat.StateOffline {
			t.Errorf("ends %v, want offline", last)
		}
	})
}

func TestSupervisorStopsAtPermanentErrors(t *testing.T) {
	for _, err := range []*chat.Error{
		{Kind: chat.Auth, Code: chat.CodeNotAuthorized},
		{Kind: chat.Auth, Code: chat.CodeDowngrade},
		{Kind: chat.Auth, Code: chat.CodePlainOnly},
	} {
		t.Run(string(err.Code), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := watch(func(int) (func(context.Context) error, error) { return nil, err })
				w.run(t.Context(), nil)
				if len(w.dials) != 1 || w.states[len(w.states)-1] != chat.StateFailed || !errors.Is(w.errs[len(w.errs)-1], err) {
					t.Errorf("%d tries, then %v with %v; want one, then failed with %v", len(w.dials), w.states, w.errs, err)
				}
			})
		})
	}
}

// A network that wants a log-in on a page of its own shows a certificate of its
// own: the person sees that, without flicker, and once it is over we are back.
func TestSupervisorWaitsOutAWrongServer(t *testing.T) {
	for _, wrong := range []*chat.Error{{Kind: chat.Certificate, Code: chat.CodeCertHost}, {Kind: chat.Rejected, Code: chat.CodeNoTLS}} {
		synctest.Test(t, func(t *testing.T) {
			stop, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
			defer cancel()
			w := watch(func(n int) (func(context.Context) error, error) {
				if n < 8 {
					return nil, wrong
				}
				return func(stop context.Context) error { <-stop.Done(); return nil }, nil
			})
			w.run(stop, nil)
			if len(w.dials) != 8 {
				t.Fatalf("%s: %d tries", wrong.Code, len(w.dials))
			}
			for i, s := range w.states {
				want := chat.StateFailed
				switch i {
				case 0:
					want = chat.StateConnecting
				case len(w.states) - 1:
					want = chat.StateOffline
				}
				if s != want {
					t.Errorf("%s: report %d is %v, want %v", wrong.Code, i, s, want)
				}
			}
		})
	}
}

func TestSupervisorReconnects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop, cancel := context.WithCancel(t.Context())
		defer cancel()
		var lives int
		w := watch(func(n int) (func(context.Context) error, error) {
			if n < 6 {
				return nil, &chat.Error{Kind: chat.Auth, Code: chat.CodeTemporaryAuth}
			}
			return func(stop context.Context) error {
				if lives++; lives == 2 {
					<-stop.Done()
					return nil
				}
				time.Sleep(2 * stable)
				return errLost
			}, nil
		})
		began := time.Now()
		time.AfterFunc(time.Hour, cancel)
		w.run(stop, nil)
		if lives != 2 || len(w.dials) != 7 {
			t.Fatalf("%d connections after %d tries, want 2 after 7", lives, len(w.dials))
		}
		if again := w.dials[6].Sub(w.dials[5]); again > 2*stable+firstWait {
			t.Errorf("back %v after the loss of a stable connection, want at most %v", again-2*stable, firstWait)
		}
		if time.Since(began) != time.Hour {
			t.Errorf("ended %v after the start", time.Since(began))
		}
	})
}

func TestSupervisorKick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop, cancel := context.WithCancel(t.Context())
		w := watch(func(int) (func(context.Context) error, error) { return nil, errLost })
		done := make(chan struct{})
		go func() { w.run(stop, nil); close(done) }()
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		before := len(w.dials)
		signal(w.kick)
		synctest.Wait()
		if len(w.dials) != before+1 {
			t.Errorf("%d tries at once after a kick, want 1", len(w.dials)-before)
		}
		cancel()
		<-done
	})
}

// A try that hangs in a network that is gone ends when there is another one.
func TestKickEndsStaleTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop, cancel := context.WithCancel(t.Context())
		defer cancel()
		w := watch(nil)
		w.dial = func(ctx context.Context) (func(context.Context) error, error) {
			w.dials = append(w.dials, time.Now())
			if len(w.dials) < 3 {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return func(stop context.Context) error { <-stop.Done(); return nil }, nil
		}
		began := time.Now()
		for _, after := range []time.Duration{time.Second, 7 * time.Second, 8 * time.Second, 15 * time.Second} {
			time.AfterFunc(after, func() { signal(w.kick) })
		}
		time.AfterFunc(time.Minute, cancel)
		w.run(stop, nil)
		var got []time.Duration
		for _, at := range w.dials {
			got = append(got, at.Sub(began))
		}
		if want := []time.Duration{0, 7 * time.Second, 15 * time.Second}; !slices.Equal(got, want) {
			t.Errorf("tries after %v, want %v", got, want)
		}
		if want := []chat.AccountState{chat.StateConnecting, chat.StateOffline}; !slices.Equal(w.states, want) {
			t.Errorf("says %v, want %v", w.states, want)
		}
	})
}
