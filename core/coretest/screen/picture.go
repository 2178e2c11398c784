// SPDX-License-Identifier: MPL-2.0

package screen

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
)

// Capture takes a picture of the whole screen; that takes about a millisecond.
func (s *Screen) Capture() (*image.RGBA, error) {
	dump, err := os.ReadFile(filepath.Join(s.dir, "Xvfb_screen0"))
	if err != nil {
		return nil, err
	}
	return readDump(dump)
}

// Save writes a picture of the whole screen as PNG.
func (s *Screen) Save(file string) error {
	p, err := s.Capture()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		return err
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}

// The header of an X window dump, XWDFile.h: numbers of 32 bits, big-endian.
const (
	dumpHeaderSize   = 0
	dumpWidth        = 4
	dumpHeight       = 5
	dumpBitsPerPixel = 11
	dumpBytesPerLine = 12
	dumpColours      = 19
	dumpColourBytes  = 12
	dumpFields       = 25
)

// readDump reads what Xvfb keeps in its frame buffer's file: 32 bits a pixel,
// blue first.
func readDump(dump []byte) (*image.RGBA, error) {
	if len(dump) < dumpFields*4 {
		return nil, errors.New("the frame buffer has no header")
	}
	field := func(i int) int { return int(binary.BigEndian.Uint32(dump[i*4:])) }
	width, height, stride := field(dumpWidth), field(dumpHeight), field(dumpBytesPerLine)
	start := field(dumpHeaderSize) + field(dumpColours)*dumpColourBytes
	if field(dumpBitsPerPixel) != 32 || stride < width*4 || start+stride*height > len(dump) {
		return nil, errors.New("the frame buffer is of a kind that can not be read")
	}
	p := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		line := dump[start+y*stride:][:width*4]
		out := p.Pix[y*p.Stride:][:width*4]
		for x := 0; x < len(line); x += 4 {
			out[x], out[x+1], out[x+2], out[x+3] = line[x+2], line[x+1], line[x], 0xff
		}
	}
	return p, nil
}

// Difference is the part of two pictures that differs, from 0 to 1.
func Difference(a, b *image.RGBA) float64 {
	if a.Bounds() != b.Bounds() {
		return 1
	}
	different := 0
	for i := 0; i < len(a.Pix); i += 4 {
		if !bytes.Equal(a.Pix[i:i+4], b.Pix[i:i+4]) {
			different++
		}
	}
	return float64(different) / float64(len(a.Pix)/4)
}

// Colours counts the colours of a picture, up to 1000: one is blank.
func Colours(p *image.RGBA) int {
	seen := map[uint32]bool{}
	for i := 0; i < len(p.Pix) && len(seen) < 1000; i += 4 {
		seen[binary.BigEndian.Uint32(p.Pix[i:])] = true
	}
	return len(seen)
}
