// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// maxCopied is the longest name of a file, in bytes, that is looked for on the clipboard.
const maxCopied = 4096

// copiedFile is the one file that a text names which a file manager has put on the
// clipboard: as a path, or as a file URI (RFC 8089). The toolkit reads texts only: a picture
// that was copied itself does not get here.
func copiedFile(text string) (*copied, bool) {
	text = strings.TrimSpace(text)
	if len(text) > maxCopied || strings.ContainsAny(text, "\r\n\x00") {
		return nil, false
	}
	if u, err := url.Parse(text); err == nil && u.Scheme == "file" && (u.Host == "" || u.Host == "localhost") {
		text = filepath.FromSlash(u.Path)
	}
	return &copied{name: text}, filepath.IsAbs(text)
}

// copied is opened when it is first read, which is not done by the UI goroutine.
type copied struct {
	name string
	file *os.File
}

var errNoFile = errors.New("not a file")

// Read reads the file; what is none, and might never end, is refused.
func (c *copied) Read(b []byte) (int, error) {
	if c.file == nil {
		info, err := os.Stat(c.name)
		if err != nil {
			return 0, err
		}
		if !info.Mode().IsRegular() {
			return 0, errNoFile
		}
		if c.file, err = os.Open(c.name); err != nil {
			return 0, err
		}
	}
	return c.file.Read(b)
}

// Close closes it, if it was read.
func (c *copied) Close() error {
	if c.file == nil {
		return nil
	}
	return c.file.Close()
}
