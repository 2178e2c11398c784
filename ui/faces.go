// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"image"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/picture"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// faceSide is how large, in pixels, profile pictures are kept: enough for the
// largest that is shown at twice the usual density.
const faceSide = 192

// faces keeps the profile pictures that have been shown, made small. Asking for
// one that is not there yet fetches it and calls OnChange when it has come.
type faces struct {
	env      *model.Env
	core     SelfCore
	OnChange func()
	pictures map[string]image.Image // nil: asked for, or can not be shown
}

func newFaces(env *model.Env, core SelfCore) *faces {
	return &faces{env: env, core: core, pictures: map[string]image.Image{}}
}

// maxFaces bounds the memory: past it all are dropped and fetched again as
// they are seen.
const maxFaces = 300

func (f *faces) picture(hash string) image.Image {
	if hash == "" {
		return nil
	}
	if p, ok := f.pictures[hash]; ok {
		return p
	}
	if len(f.pictures) >= maxFaces {
		clear(f.pictures)
	}
	f.pictures[hash] = nil
	f.env.Tasks.Run(func(ctx context.Context) func() {
		data, err := f.core.Picture(ctx, hash)
		if err != nil {
			return func() { delete(f.pictures, hash) } // asked again when it is next shown
		}
		p, err := picture.Decode(data, picture.Strangers)
		if err != nil {
			return nil
		}
		small := picture.Square(p, faceSide)
		return func() {
			f.pictures[hash] = small
			if f.OnChange != nil {
				f.OnChange()
			}
		}
	})
	return nil
}

// of is the face of somebody.
func (f *faces) of(addr chat.Address, name, hash string, presence chat.Presence) parts.Face {
	return parts.Face{Key: addr.Bare().String(), Name: name, Picture: f.picture(hash), Presence: markOf(presence)}
}

func markOf(p chat.Presence) parts.PresenceMark {
	switch p {
	case chat.Available, chat.FreeForChat:
		return parts.MarkHere
	case chat.Away, chat.ExtendedAway:
		return parts.MarkAway
	case chat.DoNotDisturb:
		return parts.MarkBusy
	}
	return parts.MarkNone
}
