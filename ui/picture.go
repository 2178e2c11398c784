// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"bytes"
	"context"
	"image/png"
	"io"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/picture"
)

// ownPictureSide is the size in pixels in which one's own picture is given to
// the core.
const ownPictureSide = 256

// pickPicture lets the person choose a file as the account's picture.
func (d *account) pickPicture() {
	d.w.pickFile("account.picture", pictureNames, d.setPicture)
}

// setPicture publishes a picture; nil takes it away.
func (d *account) setPicture(file io.ReadCloser) {
	w, core, addr := d.w, d.w.core, d.addr
	w.command(func(ctx context.Context) error {
		if file == nil {
			return core.SetPicture(ctx, addr, nil)
		}
		data, err := readPicture(file)
		if err != nil {
			return err
		}
		return core.SetPicture(ctx, addr, data)
	}, func() { w.loadAccounts(nil) })
}

// readPicture reads a picture file and writes it anew as a small PNG, without
// the place and the camera that a photograph's file may tell of.
func readPicture(file io.ReadCloser) ([]byte, error) {
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, int64(picture.Own.Bytes)+1))
	if err != nil {
		return nil, unreadable(err)
	}
	chosen, err := picture.Decode(data, picture.Own)
	if err != nil {
		return nil, unreadable(err)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture.Fit(chosen, ownPictureSide)); err != nil {
		return nil, unreadable(err)
	}
	return out.Bytes(), nil
}

func unreadable(err error) error {
	return &chat.Error{Kind: chat.Input, Op: "read picture", Code: chat.CodePicture, Err: err}
}
