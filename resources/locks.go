// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"bytes"
	"errors"
	"image"
	"image/draw"
	"image/png"
	"path"
	"slices"
	"strings"

	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"
	xdraw "golang.org/x/image/draw"
)

// lockIDs are the pictures by which a person sees whether a conversation is
// encrypted. None may look like another, whatever layer it comes from.
var lockIDs = []string{"lock-open", "lock-closed", "lock-verified", "lock-warning"}

// lockState is the id without the mark of a dark variant.
func lockState(id string) string { id, _, _ = strings.Cut(id, "@"); return id }

func isLock(id string) bool { return slices.Contains(lockIDs, lockState(id)) }

// lockSide is how many pixels the pictures are compared by: about as many as the
// window shows.
const lockSide = 32

// leastDifference is how much of what two pictures show must differ. The
// default's pictures differ by 0.4 and more.
const leastDifference = 0.2

// lockLook is what is left of a picture without its colours: where it is covered,
// and where it is lighter and darker, from 0 to 1. Colours do not count: not
// everybody can tell them.
type lockLook struct{ cover, shade [lockSide * lockSide]float64 }

// drawLock draws a picture as the window does.
func drawLock(icon Icon) (*lockLook, error) {
	m, err := rasterize(icon)
	if err != nil {
		return nil, err
	}
	l := &lockLook{}
	darkest, lightest := 1.0, 0.0
	covered := 0.0
	for i := range l.cover {
		p := m.Pix[4*i : 4*i+4]
		a := float64(p[3]) / 255
		l.cover[i] = a
		covered += a
		if a > 0.5 {
			l.shade[i] = (0.2126*float64(p[0]) + 0.7152*float64(p[1]) + 0.0722*float64(p[2])) / 255
			darkest, lightest = min(darkest, l.shade[i]), max(lightest, l.shade[i])
		}
	}
	if covered < lockSide {
		return nil, errors.New("shows nothing")
	}
	// What has one colour only has no shades; else they reach from black to white.
	for i := range l.shade {
		if l.cover[i] > 0.5 && lightest-darkest > 0.15 {
			l.shade[i] = (l.shade[i] - darkest) / (lightest - darkest)
		} else {
			l.shade[i] = 0
		}
	}
	return l, nil
}

// like says whether a person could take one for the other.
func (l *lockLook) like(o *lockLook) bool {
	return difference(&l.cover, &o.cover) < leastDifference && difference(&l.shade, &o.shade) < leastDifference
}

// difference is which part of what at least one has, only one has.
func difference(a, b *[lockSide * lockSide]float64) float64 {
	apart, all := 0.0, 0.0
	for i := range a {
		apart += max(a[i], b[i]) - min(a[i], b[i])
		all += max(a[i], b[i])
	}
	if all < lockSide { // nothing to tell apart
		return 0
	}
	return apart / all
}

// rasterize draws a checked SVG or PNG, lockSide pixels wide and high. A picture
// that stops the library is one that can not be drawn.
func rasterize(icon Icon) (to *image.NRGBA, err error) {
	bad := errors.New("can not be drawn")
	defer func() {
		if recover() != nil {
			to, err = nil, bad
		}
	}()
	to = image.NewNRGBA(image.Rect(0, 0, lockSide, lockSide))
	if path.Ext(icon.Name) == ".png" {
		m, err := png.Decode(bytes.NewReader(icon.SVG)) // its size was checked
		if err != nil {
			return nil, bad
		}
		xdraw.ApproxBiLinear.Scale(to, to.Bounds(), m, m.Bounds(), xdraw.Src, nil)
		return to, nil
	}
	plain := bytes.ReplaceAll(icon.SVG, []byte("currentColor"), []byte("#000000"))
	drawing, err := oksvg.ReadIconStream(bytes.NewReader(plain), oksvg.IgnoreErrorMode)
	if err != nil || drawing.ViewBox.W <= 0 || drawing.ViewBox.H <= 0 {
		return nil, bad
	}
	drawing.SetTarget(0, 0, lockSide, lockSide)
	canvas := image.NewRGBA(to.Bounds())
	drawing.Draw(rasterx.NewDasher(lockSide, lockSide, rasterx.NewScannerGV(lockSide, lockSide, canvas, canvas.Bounds())), 1)
	draw.Draw(to, to.Bounds(), canvas, image.Point{}, draw.Src)
	return to, nil
}
