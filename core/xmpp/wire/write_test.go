// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"bytes"
	"net"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// deadlines is a connection that keeps what is written within which deadline.
type deadlines struct {
	net.Conn
	got   bytes.Buffer
	now   time.Time
	sizes []int
}

func (d *deadlines) SetWriteDeadline(t time.Time) error {
	d.now, d.sizes = t, append(d.sizes, 0)
	return nil
}

func (d *deadlines) Write(p []byte) (int, error) {
	d.sizes[len(d.sizes)-1] += len(p)
	return d.got.Write(p)
}

// A slow connection is not a dead one: what counts is that something goes on.
// And no deadline is left behind: the TLS layer may have to write when we do not,
// and a write that fails is its end (RFC 8446 §4.6.3).
func TestPatienceIsForEachPiece(t *testing.T) {
	var d deadlines
	data := bytes.Repeat([]byte("0123456789"), 10_000)
	if err := writePatiently(&d, &d, data); err != nil || !bytes.Equal(d.got.Bytes(), data) {
		t.Errorf("%d bytes, %v", d.got.Len(), err)
	}
	for _, n := range d.sizes {
		if n > 16<<10 {
			t.Errorf("%d bytes within one deadline", n)
		}
	}
	if !d.now.IsZero() {
		t.Errorf("the deadline %v stays", d.now)
	}
}

// What was under way fails for the reason for which the stream ended, not for
// that of the socket.
func TestWriteSaysWhyTheStreamEnded(t *testing.T) {
	release := make(chan struct{})
	s := connected(t, func(f *far) {
		f.hear(" ")
		f.say("<!-- x -->") // and reads no more
		<-release
	})
	defer close(release)
	wantCode(t, s.Write(within(t), bytes.Repeat([]byte(" "), 64<<20)), chat.Offline, chat.CodeStreamError)
}

// After our goodbye nothing more goes out (RFC 6120 §4.4), and however the
// server takes it, the stream has been closed by us.
func TestNothingAfterGoodbye(t *testing.T) {
	for name, answer := range map[string]string{
		"in kind": "</stream:stream>", "by hanging up": "", "by an error": "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>",
	} {
		t.Run(name, func(t *testing.T) {
			heard, tried, rest := make(chan struct{}), make(chan struct{}), make(chan string, 1)
			s := connected(t, func(f *far) {
				f.hear("</stream:stream>")
				close(heard)
				<-tried
				f.say("%s", answer)
				if answer != "" {
					f.hear("\x00") // until the end
				}
				rest <- string(f.heard)
			})
			session, err := s.Session(within(t))
			if err != nil {
				t.Fatal(err)
			}
			closed := make(chan error, 1)
			go func() { closed <- s.Close(within(t)) }()
			<-heard
			wantCode(t, s.Write(within(t), []byte("<message id='late'/>")), chat.Offline, chat.CodeClosed)
			_, _ = session.Conn().Write([]byte("<iq type='result' id='late'/>"))
			close(tried)
			if err := <-closed; err != nil {
				t.Error(err)
			}
			if got := <-rest; strings.Contains(got, "late") {
				t.Errorf("the server got %q after the end", got)
			}
			wantCode(t, s.Err(), chat.Offline, chat.CodeClosed)
		})
	}
}
