// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/png"

	"golang.org/x/image/draw"
)

// iconSize is the edge of the picture that all others are made from, in pixels.
const iconSize = 1024

// sizes are the edges that hicolor themes have (freedesktop's icon theme specification).
var sizes = []int{16, 24, 32, 48, 64, 128, 256, 512}

// icnsTypes are the parts of an .icns file that hold PNG, with their edges in pixels.
// The second of two with the same edge is for displays of twice the density.
var icnsTypes = []struct {
	code string
	size int
}{
	{"icp4", 16},
	{"icp5", 32},
	{"icp6", 64},
	{"ic07", 128},
	{"ic08", 256},
	{"ic09", 512},
	{"ic10", 1024},
	{"ic11", 32},
	{"ic12", 64},
	{"ic13", 256},
	{"ic14", 512},
}

// readIcon decodes icons/app-1024.png, which must be square and of that size.
func readIcon(data []byte) (image.Image, error) {
	cfg, err := png.DecodeConfig(bytes.NewReader(data))
	switch {
	case err != nil:
		return nil, fmt.Errorf("icons/app-1024.png: %w", err)
	case cfg.Width != iconSize || cfg.Height != iconSize:
		return nil, errors.New("icons/app-1024.png: has to be 1024 pixels wide and high")
	}
	return png.Decode(bytes.NewReader(data))
}

// scaled is the icon with another edge, as PNG.
func scaled(icon image.Image, size int) ([]byte, error) {
	to := image.NewNRGBA(image.Rect(0, 0, size, size))
	draw.CatmullRom.Scale(to, to.Bounds(), icon, icon.Bounds(), draw.Src, nil)
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	err := enc.Encode(&b, to)
	return b.Bytes(), err
}

// icns is the icon in Apple's format: "icns", the length of the whole, and parts of a
// code, a length that counts its own eight bytes, and a PNG. Numbers are big-endian.
func icns(icon image.Image) ([]byte, error) {
	var parts bytes.Buffer
	for _, t := range icnsTypes {
		data, err := scaled(icon, t.size)
		if err != nil {
			return nil, err
		}
		parts.WriteString(t.code)
		parts.Write(binary.BigEndian.AppendUint32(nil, uint32(len(data)+8)))
		parts.Write(data)
	}
	all := []byte("icns")
	all = binary.BigEndian.AppendUint32(all, uint32(parts.Len()+8))
	return append(all, parts.Bytes()...), nil
}
