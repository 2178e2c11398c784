// SPDX-License-Identifier: MPL-2.0

package picture

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"golang.org/x/image/tiff"
)

// aWebP is a red square of one pixel.
const aWebP = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"

func samples(t testing.TB, w, h int) map[string][]byte {
	p := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.White, color.Black})
	p.SetColorIndex(0, 0, 1)
	out := map[string][]byte{}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"png":  func(b *bytes.Buffer) error { return png.Encode(b, p) },
		"jpeg": func(b *bytes.Buffer) error { return jpeg.Encode(b, p, nil) },
		"gif":  func(b *bytes.Buffer) error { return gif.Encode(b, p, nil) },
		"tiff": func(b *bytes.Buffer) error { return tiff.Encode(b, p, nil) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		out[name] = b.Bytes()
	}
	var err error
	if out["webp"], err = base64.StdEncoding.DecodeString(aWebP); err != nil {
		t.Fatal(err)
	}
	return out
}

func small(data []byte) (image.Image, error) {
	p, err := Decode(data, Strangers)
	if err != nil {
		return nil, err
	}
	return Fit(p, 64), nil
}

func TestSquare(t *testing.T) {
	p := image.NewNRGBA(image.Rect(10, 20, 40, 30))
	for y := 20; y < 30; y++ {
		for x := 20; x < 30; x++ { // the middle
			p.Set(x, y, color.White)
		}
	}
	got := Square(p, 4)
	if got.Bounds() != image.Rect(0, 0, 4, 4) {
		t.Fatal(got.Bounds())
	}
	for i, v := range got.(*image.NRGBA).Pix {
		if v != 255 {
			t.Fatalf("byte %d is %d: not the middle", i, v)
		}
	}
}

func TestDecodePicture(t *testing.T) {
	for name, data := range samples(t, 300, 200) {
		p, err := small(data)
		switch {
		case name == "tiff":
			if err == nil {
				t.Error("a TIFF was read")
			}
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case name == "webp" && p.Bounds() != image.Rect(0, 0, 1, 1), name != "webp" && p.Bounds() != image.Rect(0, 0, 64, 42):
			t.Errorf("%s: %v", name, p.Bounds())
		}
		for n := range data {
			if _, err := small(data[:n]); err == nil && n < len(data)/2 {
				t.Fatalf("%s: %d of %d bytes were a picture", name, n, len(data))
			}
		}
	}
}

// A few bytes that claim to be gigabytes are refused by what they claim.
func TestPictureBombs(t *testing.T) {
	bombs := samples(t, 8, 8)
	binary.LittleEndian.PutUint16(bombs["gif"][6:], 65535)
	binary.LittleEndian.PutUint16(bombs["gif"][8:], 65535)
	ihdr := bombs["png"][12:33]
	binary.BigEndian.PutUint32(ihdr[4:], 60000)
	binary.BigEndian.PutUint32(ihdr[8:], 60000)
	binary.BigEndian.PutUint32(ihdr[17:], crc32.ChecksumIEEE(ihdr[:17]))
	wide := samples(t, 4096, 1100) // few bytes, over the area
	for name, data := range map[string][]byte{"gif": bombs["gif"], "png": bombs["png"], "area": wide["png"], "long": make([]byte, 2<<20)} {
		allocated := testing.AllocsPerRun(1, func() {
			if _, err := Decode(data, Strangers); err == nil {
				t.Errorf("%s was read", name)
			}
		})
		if allocated > 1000 {
			t.Errorf("%s: %v allocations", name, allocated)
		}
	}
	if _, err := Decode(wide["png"], Own); err != nil {
		t.Errorf("one's own photograph: %v", err)
	}
}

func FuzzDecodePicture(f *testing.F) {
	for _, data := range samples(f, 8, 8) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := small(data)
		if err == nil && (p.Bounds().Empty() || p.Bounds().Dx() > 64 || p.Bounds().Dy() > 64) {
			t.Fatalf("%v", p.Bounds())
		}
		if (Check(data, Strangers) != nil) && err == nil {
			t.Fatal("read what the check refuses")
		}
	})
}
