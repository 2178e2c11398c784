// SPDX-License-Identifier: MPL-2.0

package core

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/picture"
)

func TestPresenceIsTheBestDevice(t *testing.T) {
	for _, tc := range []struct {
		name    string
		devices []device
		show    chat.Presence
		status  string
	}{
		{"none", nil, chat.Unavailable, ""},
		{"one", []device{{show: chat.Away, status: "lunch", priority: 0}}, chat.Away, "lunch"},
		{"the more available", []device{{show: chat.Away, status: "lunch", priority: 50}, {show: chat.Available, status: "here", priority: 0}}, chat.Available, "here"},
		{"among equals by priority", []device{{show: chat.Available, status: "phone", priority: -1}, {show: chat.Available, status: "desk", priority: 5}}, chat.Available, "desk"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := &live{devices: make(map[string]device)}
			for i, d := range tc.devices {
				l.devices[chat.MsgID(i+1).String()] = d
			}
			var c chat.Contact
			l.presence(&c)
			if c.Presence != tc.show || c.StatusText != tc.status {
				t.Errorf("%v %q, want %v %q", c.Presence, c.StatusText, tc.show, tc.status)
			}
		})
	}
}

func TestOwnPicture(t *testing.T) {
	noise := image.NewNRGBA(image.Rect(0, 0, 400, 300)) // as little compressible as it gets
	seed := uint32(1)
	for i := range noise.Pix {
		seed = seed*1664525 + 1013904223
		noise.Pix[i] = byte(seed >> 24)
	}
	var big, animated bytes.Buffer
	if err := png.Encode(&big, noise); err != nil {
		t.Fatal(err)
	}
	if err := gif.Encode(&animated, image.NewPaletted(image.Rect(0, 0, 5, 9), []color.Color{color.Black, color.White}), nil); err != nil {
		t.Fatal(err)
	}
	huge := []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00")
	for _, tc := range []struct {
		name string
		data []byte
		code chat.Code
	}{
		{"noise", big.Bytes(), ""},
		{"small gif", animated.Bytes(), ""},
		{"65,535 pixels a side", huge, chat.CodeTooLarge},
		{"no picture", []byte("hello"), chat.CodePicture},
		{"cut off", big.Bytes()[:2000], chat.CodePicture},
		{"too many bytes", make([]byte, picture.Own.Bytes+1), chat.CodeTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			out, err := ownPicture("test", tc.data)
			if chat.CodeOf(err) != tc.code {
				t.Fatalf("error %v, want %q", err, tc.code)
			}
			if err != nil {
				return
			}
			head, format, err := image.DecodeConfig(bytes.NewReader(out))
			if err != nil || format != "png" || head.Width != head.Height || head.Width > ownPictureSide || len(out) > ownPictureBytes {
				t.Errorf("%s of %d×%d, %d bytes, %v", format, head.Width, head.Height, len(out), err)
			}
		})
	}
}
