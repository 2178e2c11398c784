// SPDX-License-Identifier: MPL-2.0

package chaos

import (
	"context"
	"math/rand/v2"
	"time"

	"chatsecure.org/desktop/core/coretest"
)

// Options say what a trial consists of.
type Options struct {
	Program string // path of chatsecure-cli
	Dir     string // where everything is kept; made if it is not there
	Server  func(ctx context.Context, dir string, o coretest.Options) (*coretest.Server, error)
	Devices []string // an account for each device; two of one account are possible. None is alice and bob
	Env     []string // more variables for the clients
	Seed    uint64

	Encryption string // of all messages: none, omemo or otr; "" is none

	Messages int // that each device sends
	Cuts     int // links that die, of all devices together
	Kills    int // SIGKILL of clients, together
	Restarts int // of the server

	// Forgive what ejabberd 23.01 does by itself. When it is stopped it loses some of
	// what it has confirmed and stored for the sender alone: it is stopped when nothing
	// is on its way.
	Forgive bool

	// Tap listens on Prosody's side of all streams: with encryption nothing of what is
	// said may stand there.
	Tap bool

	Window   int                              // messages that may wait for an answer; 0 is 64
	Patience time.Duration                    // how long nothing may move at the end before the rest counts as lost; 0 is 90 s
	Log      func(format string, args ...any) // is told what happens; may be nil
}

// shuffled is how many later messages one may stand behind in OTR, which no archive has:
// all that may wait at the server when a link is lost, or for the next session when a
// client dies, and what comes in the seconds until a text that a server has dropped is
// missed. Such a text stands where it could be read.
const shuffled = 500

// peers are the two accounts of a trial.
const (
	first  = "alice"
	second = "bob"
)

// The encryptions of a trial.
const (
	none  = "none"
	omemo = "omemo"
	otr   = "otr"
)

// travels is how the history says that a message came which was sent with an
// encryption: between our own devices that is the new format.
func travels(encryption string) string {
	if encryption == omemo {
		return "omemo2"
	}
	return encryption
}

func (o Options) filled() Options {
	if len(o.Devices) == 0 {
		o.Devices = []string{first, second}
	}
	if o.Encryption == "" {
		o.Encryption = none
	}
	if o.Window == 0 {
		o.Window = 64
	}
	if o.Patience == 0 {
		o.Patience = 90 * time.Second
	}
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	if o.Server == nil {
		o.Server = coretest.StartProsody
	}
	return o
}

// random is a source of its own for each purpose, so that what one does with chance
// does not depend on how fast another is.
func (o Options) random(purpose string) *rand.Rand {
	var h uint64 = 14695981039346656037 // FNV-1a
	for _, c := range []byte(purpose) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return rand.New(rand.NewPCG(o.Seed, h))
}
