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

// picture is the application's icon, and the sizes that were made of it.
type picture struct {
	image.Image
	made map[int][]byte
}

// readIcon decodes icons/app-1024.png, which must be square and of that size.
func readIcon(data []byte) (*picture, error) {
	cfg, err := png.DecodeConfig(bytes.NewReader(data))
	switch {
	case err != nil:
		return nil, fmt.Errorf("icons/app-1024.png: %w", err)
	case cfg.Width != iconSize || cfg.Height != iconSize:
		return nil, errors.New("icons/app-1024.png: has to be 1024 pixels wide and high")
	}
	icon, err := png.Decode(bytes.NewReader(data))
	return &picture{icon, map[int][]byte{}}, err
}

// scaled is the icon with another edge, as PNG.
func (icon *picture) scaled(size int) ([]byte, error) {
	if data, there := icon.made[size]; there {
		return data, nil
	}
	to := image.NewNRGBA(image.Rect(0, 0, size, size))
	draw.CatmullRom.Scale(to, to.Bounds(), icon.Image, icon.Bounds(), draw.Src, nil)
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	if err := enc.Encode(&b, to); err != nil {
		return nil, err
	}
	icon.made[size] = b.Bytes()
	return b.Bytes(), nil
}

// icns is the icon in Apple's format: "icns", the length of the whole, and parts of a
// code, a length that counts its own eight bytes, and a PNG. Numbers are big-endian.
func icns(icon *picture) ([]byte, error) {
	var parts bytes.Buffer
	for _, t := range icnsTypes {
		data, err := icon.scaled(t.size)
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
