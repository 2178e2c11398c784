// SPDX-License-Identifier: MPL-2.0

package csres

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image/png"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkContent looks at a file by what its name says that it is. A kind of file
// that a bundle has no use for is no fault, it is never asked for.
func checkContent(name string, data []byte) *Problem {
	if isPrivate(data) {
		return &Problem{File: name, Reason: "is a private key, which nobody else may have"}
	}
	var p *Problem
	switch path.Ext(name) {
	case ".svg":
		p = checkSVG(data)
	case ".png":
		most := MaxSide
		if strings.HasPrefix(name, "stickers/") {
			most = MaxSticker
		}
		p = checkPNG(data, most)
	case ".md", ".txt", ".pem", ".pub":
		p = checkText(data)
		if p == nil && path.Ext(name) == ".md" {
			p = checkPage(data)
		}
	case ".ttf", ".otf":
		p = checkFont(data)
	case ".ogg":
		if !bytes.HasPrefix(data, []byte("OggS\x00")) {
			p = &Problem{Reason: "is no Ogg file"}
		}
	}
	if p != nil {
		p.File = name
	}
	return p
}

// isPrivate says whether a file is the key that bundles are signed with, or another
// that was meant to stay at home: who makes a bundle gives it away.
func isPrivate(data []byte) bool {
	head := data[:min(len(data), 64<<10)]
	return bytes.HasPrefix(bytes.TrimSpace(head), []byte(privatePrefix)) ||
		bytes.Contains(head, []byte("-----BEGIN ")) && bytes.Contains(head, []byte("PRIVATE KEY-----"))
}

// checkText wants UTF-8 without a mark at its beginning, and no character that
// changes how those around it are read.
func checkText(data []byte) *Problem {
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		return &Problem{Line: 1, Reason: "begins with a byte order mark"}
	}
	for at := 0; at < len(data); {
		if data[at] < utf8.RuneSelf {
			if c := data[at]; c < ' ' && c != '\n' && c != '\t' && c != '\r' || c == 0x7f {
				return &Problem{Line: lineOf(data, at), Reason: fmt.Sprintf("there is a control character in it (%U)", c)}
			}
			at++
			continue
		}
		r, n := utf8.DecodeRune(data[at:])
		switch {
		case r < 0xa0:
			return &Problem{Line: lineOf(data, at), Reason: fmt.Sprintf("there is a control character in it (%U)", r)}
		case r == utf8.RuneError && n == 1:
			return &Problem{Line: lineOf(data, at), Reason: "is not UTF-8"}
		case r >= 0x202a && r <= 0x202e:
			return &Problem{Line: lineOf(data, at), Reason: fmt.Sprintf("there is a character that turns the reading direction (%U)", r)}
		}
		at += n
	}
	return nil
}

func lineOf(data []byte, at int) int { return 1 + bytes.Count(data[:at], []byte("\n")) }

// checkPage keeps what is shown as Markdown from bringing HTML, or pictures that
// somebody would have to fetch.
func checkPage(data []byte) *Problem {
	for i, line := range strings.Split(string(data), "\n") {
		if strings.Contains(line, "![") {
			return &Problem{Line: i + 1, Reason: "pictures are not shown here"}
		}
		for rest := line; ; {
			_, after, found := strings.Cut(rest, "<")
			if !found {
				break
			}
			rest = after
			if !strings.HasPrefix(after, "https://") && !strings.HasPrefix(after, "mailto:") && !strings.HasPrefix(after, "xmpp:") && after != "" &&
				(after[0] == '/' || after[0] == '!' || after[0] == '?' || unicode.IsLetter(rune(after[0]))) {
				return &Problem{Line: i + 1, Reason: "HTML is not allowed"}
			}
		}
	}
	return nil
}

// checkPNG reads the head: a few bytes can unfold to gigabytes.
func checkPNG(data []byte, most int) *Problem {
	head, err := png.DecodeConfig(bytes.NewReader(data))
	switch {
	case err != nil:
		return &Problem{Reason: "is no PNG that can be read"}
	case head.Width > most || head.Height > most:
		return &Problem{Reason: fmt.Sprintf("has %d × %d pixels; %d × %d is the most", head.Width, head.Height, most, most)}
	}
	return nil
}

// checkFont reads the list of tables of a TrueType or OpenType font: each has to
// be inside of the file.
func checkFont(data []byte) *Problem {
	bad := &Problem{Reason: "is no TrueType or OpenType font that can be read"}
	if len(data) < 12 {
		return bad
	}
	switch string(data[:4]) {
	case "\x00\x01\x00\x00", "true", "OTTO":
	default:
		return bad
	}
	count := int(binary.BigEndian.Uint16(data[4:]))
	if count == 0 || count > 128 || len(data) < 12+16*count {
		return bad
	}
	for i := range count {
		table := data[12+16*i:]
		at, size := int64(binary.BigEndian.Uint32(table[8:])), int64(binary.BigEndian.Uint32(table[12:]))
		if at+size > int64(len(data)) {
			return bad
		}
	}
	return nil
}
