// SPDX-License-Identifier: MPL-2.0

package resources

import _ "embed" // the font is read where it lies in the program's file

//go:embed fonts/NotoColorEmoji.ttf
var emojiFont string

// EmojiFont is a colour font with today's emoji as PNG pictures (OpenType with
// CBDT; fonts/OFL.txt is its licence). It is a string so that it stays in the
// program's read-only pages: slices of it cost no memory.
func EmojiFont() string { return emojiFont }
