// SPDX-License-Identifier: MPL-2.0

package store

import (
	"encoding/json"
	"slices"

	"chatsecure.org/desktop/core/chat"
)

// maxReactions bounds what one side puts under a message; the rest is left out.
const maxReactions = 32

// reaction is an element of message.reactions. Sides has a bit for each direction.
type reaction struct {
	Emoji string `json:"e"`
	Sides int    `json:"s"`
}

func shownReactions(column string) ([]chat.Reaction, error) {
	if column == "" {
		return nil, nil
	}
	var all []reaction
	if err := json.Unmarshal([]byte(column), &all); err != nil {
		return nil, &chat.Error{Kind: chat.Storage, Op: "read reactions", Code: chat.CodeDamaged}
	}
	shown := make([]chat.Reaction, len(all))
	for i, r := range all {
		shown[i] = chat.Reaction{Emoji: r.Emoji, Mine: r.Sides&(1<<chat.Out) != 0, Theirs: r.Sides&(1<<chat.In) != 0}
	}
	return shown, nil
}

// react replaces what one side has put under a message. What stays keeps its place.
func react(column string, side chat.Direction, emoji []string) (string, error) {
	var all []reaction
	if column != "" {
		if err := json.Unmarshal([]byte(column), &all); err != nil {
			return "", &chat.Error{Kind: chat.Storage, Op: "read reactions", Code: chat.CodeDamaged}
		}
	}
	for i := range all {
		all[i].Sides &^= 1 << side
	}
	for _, e := range emoji[:min(len(emoji), maxReactions)] {
		i := slices.IndexFunc(all, func(r reaction) bool { return r.Emoji == e })
		if i < 0 {
			i = len(all)
			all = append(all, reaction{Emoji: e})
		}
		all[i].Sides |= 1 << side
	}
	all = slices.DeleteFunc(all, func(r reaction) bool { return r.Sides == 0 })
	if len(all) == 0 {
		return "", nil
	}
	b, err := json.Marshal(all)
	return string(b), err
}
