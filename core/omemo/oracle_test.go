// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
)

// oracle is another OMEMO, in another process: testdata/oracle.py.
type oracle struct {
	t      testing.TB
	to     io.Writer
	from   *bufio.Reader
	device int
}

// call is a command to it and its answer; bytes are base64 in both.
type call struct {
	Do        string         `json:"do,omitempty"`
	Device    int            `json:"device"`
	Version   string         `json:"version,omitempty"`
	Data      []byte         `json:"data"`
	Plain     []byte         `json:"plain"`
	Payload   []byte         `json:"payload"`
	IV        []byte         `json:"iv"`
	Identity  []byte         `json:"identity"`
	SignedID  uint32         `json:"signedID"`
	SignedKey []byte         `json:"signedKey"`
	Signature []byte         `json:"signature"`
	Prekeys   []PublicPrekey `json:"prekeys"`
	Kex       bool           `json:"kex"`
	Error     string         `json:"error,omitempty"`
}

// startOracle needs the packages python3-oldmemo, python3-twomemo and python3-axolotl.
func startOracle(t testing.TB) *oracle {
	t.Helper()
	python := "/usr/bin/python3" // the one that the system's packages are for
	if out, err := exec.Command(python, "-c", "import oldmemo, twomemo, axolotl").CombinedOutput(); err != nil {
		if os.Getenv("CHATSECURE_REQUIRE_SERVERS") == "" {
			t.Skip("no python3-oldmemo, python3-twomemo and python3-axolotl here")
		}
		t.Fatalf("python3-oldmemo, python3-twomemo and python3-axolotl are needed: %v\n%s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), python, "testdata/oracle.py")
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), "PYTHONWARNINGS=ignore") // about damaged messages
	to, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	from, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = to.Close() // then it ends
		_ = cmd.Wait()
	})
	return &oracle{t: t, to: to, from: bufio.NewReader(from)}
}

// ask sends a command and returns the answer, which may have an error.
func (o *oracle) ask(c call) call {
	o.t.Helper()
	b, err := json.Marshal(c)
	if err != nil {
		o.t.Fatal(err)
	}
	if _, err := o.to.Write(append(b, '\n')); err != nil {
		o.t.Fatal(err)
	}
	line, err := o.from.ReadBytes('\n')
	if err != nil {
		o.t.Fatalf("the oracle is gone: %v", err)
	}
	var answer call
	if err := json.Unmarshal(line, &answer); err != nil {
		o.t.Fatal(err)
	}
	return answer
}

// must is ask for commands that have to succeed.
func (o *oracle) must(c call) call {
	o.t.Helper()
	answer := o.ask(c)
	if answer.Error != "" {
		o.t.Fatalf("oracle: %s: %s", c.Do, answer.Error)
	}
	return answer
}

// peer is one device of the oracle.
type peer struct {
	o  *oracle
	v  Version
	id int
}

func (o *oracle) newPeer(v Version) *peer {
	o.t.Helper()
	o.device++
	o.must(call{Do: "new", Device: o.device, Version: v.String()})
	return &peer{o: o, v: v, id: o.device}
}

// newSignal is a device that speaks V03 by libsignal's rules.
func (o *oracle) newSignal() *peer {
	o.t.Helper()
	o.device++
	o.must(call{Do: "new", Device: o.device, Version: "libsignal"})
	return &peer{o: o, v: V03, id: o.device}
}

func (p *peer) bundle() Bundle {
	p.o.t.Helper()
	a := p.o.must(call{Do: "bundle", Device: p.id})
	return Bundle{
		Version: p.v, Identity: a.Identity, SignedID: a.SignedID, SignedKey: a.SignedKey,
		Signature: a.Signature, Prekeys: a.Prekeys,
	}
}

func (p *peer) begin(b Bundle, text string) parcel {
	p.o.t.Helper()
	a := p.o.must(call{
		Do: "begin", Device: p.id, Identity: b.Identity, SignedID: b.SignedID, SignedKey: b.SignedKey,
		Signature: b.Signature, Prekeys: b.Prekeys, Plain: []byte(text),
	})
	return parcel{a.Data, a.Kex}
}

func (p *peer) send(text string) parcel {
	p.o.t.Helper()
	a := p.o.must(call{Do: "encrypt", Device: p.id, Plain: []byte(text)})
	return parcel{a.Data, a.Kex}
}

func (p *peer) gets(m parcel, want string) {
	p.o.t.Helper()
	if a := p.o.ask(call{Do: "decrypt", Device: p.id, Data: m.data, Kex: m.kex}); a.Error != "" || string(a.Plain) != want {
		p.o.t.Fatalf("the oracle read %q, %q, want %q", a.Plain, a.Error, want)
	}
}

func (p *peer) refuses(m parcel) {
	p.o.t.Helper()
	if a := p.o.ask(call{Do: "decrypt", Device: p.id, Data: m.data, Kex: m.kex}); a.Error == "" {
		p.o.t.Fatalf("the oracle read %q", a.Plain)
	}
}

// end is a device of either program.
type end interface {
	send(text string) parcel
	gets(m parcel, want string)
}

// started makes a session between our device and one of the oracle's, by either side.
func (p *peer) started(t *testing.T, weBegin bool) (*device, *peer) {
	t.Helper()
	ours, theirs := newDevice(t, p.v), p
	if weBegin {
		ours.begin(theirs.bundle())
		theirs.gets(ours.send("begun by us, as long as a key is"), "begun by us, as long as a key is")
		return ours, theirs
	}
	ours.gets(theirs.begin(ours.bundle(), "begun by them, as long as a key"), "begun by them, as long as a key")
	return ours, theirs
}

// withPeers runs a test with each of the other OMEMOs, and each side beginning.
func withPeers(t *testing.T, test func(t *testing.T, peer func() *peer, weBegin bool)) {
	withOracle(t, func(t *testing.T, o *oracle, v Version, weBegin bool) {
		o.run(t, "python-omemo", func(t *testing.T) { test(t, func() *peer { return o.newPeer(v) }, weBegin) })
		if v == V03 {
			o.run(t, "libsignal", func(t *testing.T) { test(t, o.newSignal, weBegin) })
		}
	})
}

func withOracle(t *testing.T, test func(t *testing.T, o *oracle, v Version, weBegin bool)) {
	o := startOracle(t)
	for _, v := range forms {
		for _, weBegin := range []bool{true, false} {
			o.run(t, fmt.Sprintf("%s/we=%t", v, weBegin), func(t *testing.T) { test(t, o, v, weBegin) })
		}
	}
}

// run is a part of a test, which the oracle's own failures belong to.
func (o *oracle) run(t *testing.T, name string, test func(t *testing.T)) {
	t.Run(name, func(t *testing.T) {
		before := o.t
		o.t = t
		defer func() { o.t = before }()
		test(t)
	})
}
