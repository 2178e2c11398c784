// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// maxHeader is the longest stream header that is read, in bytes.
const maxHeader = 16 << 10

// readSize is how much is asked of the connection at a time.
const readSize = 16 << 10

var (
	errNotXMPP = plainly("no stream header")
	errNotUTF8 = plainly("not UTF-8")
)

// frames cuts what comes from a connection into a stream header and whole
// top-level elements (RFC 6120 §4.2, §11). It is for one goroutine.
type frames struct {
	r    io.Reader
	scan scanner
	buf  []byte // read and not yet given out
	err  error  // of the reader, once buf is used up
}

func newFrames(r io.Reader, limit int) *frames {
	return &frames{r: r, scan: scanner{limit: limit}}
}

// rest is what has come in after the last element.
func (f *frames) rest() []byte { return f.buf }

// fill reads more behind buf.
func (f *frames) fill() error {
	if f.err != nil {
		return f.err
	}
	n := len(f.buf)
	if cap(f.buf)-n < readSize/2 {
		grown := make([]byte, n, max(2*n, n+readSize))
		copy(grown, f.buf)
		f.buf = grown
	}
	got, err := f.r.Read(f.buf[n:cap(f.buf)])
	f.buf = f.buf[:n+got]
	if err == nil && got == 0 {
		err = io.ErrNoProgress
	}
	if got > 0 {
		f.err = err
		return nil
	}
	f.err = err
	return err
}

// header reads up to and with the opening tag of the stream, and returns that.
func (f *frames) header() ([]byte, error) {
	for at := 0; ; {
		f.buf = bytes.TrimLeft(f.buf, " \t\r\n")
		if len(f.buf) > 0 && f.buf[0] != '<' || len(f.buf) > 1 && f.buf[1] == '!' {
			return nil, errNotXMPP
		}
		if end := tagEnd(f.buf, at); end > 0 {
			tag := f.buf[:end]
			f.buf = f.buf[end:]
			if tag[1] == '?' { // <?xml version='1.0'?>
				at = 0
				continue
			}
			if !utf8.Valid(tag) {
				return nil, errNotUTF8
			}
			return tag, nil
		}
		at = len(f.buf)
		if at > maxHeader {
			return nil, limitError{maxHeader, "bytes"}
		}
		if err := f.fill(); err != nil {
			return nil, err
		}
	}
}

// tagEnd is the length of the tag that b begins with; 0 if it does not end in b.
// Nothing before from ended it.
func tagEnd(b []byte, from int) int {
	if i := bytes.IndexByte(b[min(from, len(b)):], '>'); i < 0 {
		return 0
	}
	var quote byte
	for i, c := range b {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return 0
}

// next reads one whole element; it is the caller's to keep. With errWide it may
// go on with the next.
func (f *frames) next() ([]byte, error) {
	for at := 0; ; {
		if at == 0 { // white space between elements keeps a connection alive
			f.buf = bytes.TrimLeft(f.buf, " \t\r\n")
		}
		n, whole, err := f.scan.scan(f.buf[at:])
		if err != nil {
			return nil, err
		}
		at += n
		if whole {
			el := f.buf[:at:at]
			if at > large { // then the buffer goes with it
				f.buf = bytes.Clone(f.buf[at:])
			} else {
				el, f.buf = bytes.Clone(el), f.buf[at:]
			}
			if !utf8.Valid(el) {
				return nil, errNotUTF8
			}
			if f.scan.wide {
				return el, errWide
			}
			return el, nil
		}
		if err := f.fill(); err != nil {
			return nil, err
		}
	}
}
