// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // XEP-0084 §4.2 names it
	"encoding/base64"
	"encoding/hex"
	"errors"
	"image/png"
	"slices"
	"strconv"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// MaxPicture is the largest picture that is fetched or published, in bytes: what
// fits 1 MiB of base64. Servers allow less; 64 KiB is safe everywhere.
const MaxPicture = 768 << 10

var errPicture = errors.New("not the picture that was promised")

// Picture fetches the picture of addr (bare) whose SHA-1 in hex is hash: from its
// account (XEP-0084 §3.4), else from its vCard (XEP-0153 §3.2). The bytes are what
// the hash promised and nothing more is known of them: whoever decodes them has to
// look at the dimensions first. CodeNotFound where neither has it.
func (c *Conn) Picture(ctx context.Context, addr chat.Address, hash string) ([]byte, error) {
	const op = "picture"
	if hash = sha1Hex(hash); hash == "" {
		return nil, badInput(op, chat.CodeNotFound, nil)
	}
	ctx, cancel := withDeadline(ctx) // for both together
	defer cancel()
	p, err := c.items(ctx, addr, nsAvatarData, hash)
	if err == nil {
		for _, i := range p.Items.Items {
			if data, err := decodePicture(i.Avatar, hash); err == nil {
				return data, nil
			}
		}
	} else if chat.KindOf(err) != chat.Rejected {
		return nil, err
	}
	card, err := c.vCard(ctx, addr)
	if err != nil {
		return nil, err
	}
	data, err := decodePicture(card.picture(), hash)
	if err != nil {
		return nil, &chat.Error{Kind: chat.Rejected, Op: op, Code: chat.CodeNotFound, Err: err}
	}
	return data, nil
}

// decodePicture reads base64, with or without white space, and checks that the
// bytes are what hash promises; "" checks nothing.
func decodePicture(encoded, hash string) ([]byte, error) {
	encoded = strings.Join(strings.Fields(encoded), "")
	if encoded == "" || base64.StdEncoding.DecodedLen(len(encoded)) > MaxPicture+2 {
		return nil, errPicture
	}
	data, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || hash != "" && pictureHash(data) != hash {
		return nil, errPicture
	}
	return data, nil
}

func pictureHash(data []byte) string {
	sum := sha1.Sum(data) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}

// SetPicture publishes our own picture and returns its SHA-1 in hex, which then
// belongs into presence (OutPresence.Photo); nil takes it away and returns "".
// It must be a PNG (XEP-0084 §4.1), else CodePicture, and at most MaxPicture,
// else CodeTooLarge. A server that keeps vCards and pictures apart gets it in the
// vCard too, for old clients; that one is open to everybody (XEP-0153 §3.1).
func (c *Conn) SetPicture(ctx context.Context, picture []byte) (hash string, err error) {
	const op = "set picture"
	ctx, cancel := withDeadline(ctx) // for all steps together
	defer cancel()
	meta := []byte("<metadata xmlns='" + nsAvatarMeta + "'/>") // XEP-0084 §3.5
	if len(picture) > MaxPicture {
		return "", badInput(op, chat.CodeTooLarge, nil)
	}
	if len(picture) > 0 {
		size, err := png.DecodeConfig(bytes.NewReader(picture)) // reads the header only
		if err != nil {
			return "", badInput(op, chat.CodePicture, err)
		}
		hash = pictureHash(picture)
		var data, b builder
		data.text("data", nsAvatarData, base64.StdEncoding.EncodeToString(picture))
		if err := c.publish(ctx, nsAvatarData, hash, data.Bytes(), forContacts); err != nil {
			return "", err
		}
		b.raw("<metadata xmlns='" + nsAvatarMeta + "'>")
		b.empty("info", "", "id", hash, "type", "image/png", "bytes", strconv.Itoa(len(picture)),
			"width", strconv.Itoa(size.Width), "height", strconv.Itoa(size.Height))
		b.raw("</metadata>")
		meta = b.Bytes()
	}
	if err := c.publish(ctx, nsAvatarMeta, hash, meta, forContacts); err != nil {
		return "", err
	}
	if f, err := c.Features(ctx, c.own.Bare()); err == nil && slices.Contains(f, featConversion) {
		return hash, nil // XEP-0398 §5.1: the server does the rest
	}
	return hash, c.setVCardPicture(ctx, picture)
}
