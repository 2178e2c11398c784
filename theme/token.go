// SPDX-License-Identifier: MPL-2.0

package theme

// Token names a colour by its use. Widgets know tokens, never colours.
type Token string

// The colours. A token that begins with "On" is for text and icons on the
// colour that it names.
const (
	ColorBackground    Token = "background" // behind the timeline
	ColorSurface       Token = "surface"    // cards, menus, dialogs
	ColorSidebar       Token = "sidebar"
	ColorText          Token = "text"
	ColorTextMuted     Token = "text-muted"
	ColorAccent        Token = "accent" // the one thing to do; focus; the own mark
	ColorOnAccent      Token = "on-accent"
	ColorBubbleOwn     Token = "bubble-own"
	ColorOnBubbleOwn   Token = "on-bubble-own"
	ColorBubbleOther   Token = "bubble-other"
	ColorOnBubbleOther Token = "on-bubble-other"
	ColorLink          Token = "link"
	ColorLinkOwn       Token = "link-own" // a link in one's own bubble
	ColorSelection     Token = "selection"
	ColorDanger        Token = "danger"
	ColorWarning       Token = "warning"
	ColorSuccess       Token = "success"
	ColorDivider       Token = "divider"
	ColorHover         Token = "hover"   // laid over what the pointer is on
	ColorPressed       Token = "pressed" // laid over what is held down
	ColorUnread        Token = "unread"
	ColorOnUnread      Token = "on-unread"
	ColorSelected      Token = "selected" // the chosen row of a list
	ColorField         Token = "field"    // behind what is typed
	ColorBorder        Token = "border"   // around what can be typed into or ticked
	ColorShadow        Token = "shadow"   // laid over the window under a dialog
	ColorMenu          Token = "menu"     // menus and tips, which lie over anything
	ColorLift          Token = "lift"     // the shadow around them
)

// Tokens are all colours that a palette must have.
var Tokens = []Token{
	ColorBackground, ColorSurface, ColorSidebar, ColorText, ColorTextMuted, ColorAccent, ColorOnAccent,
	ColorBubbleOwn, ColorOnBubbleOwn, ColorBubbleOther, ColorOnBubbleOther, ColorLink, ColorLinkOwn, ColorSelection,
	ColorDanger, ColorWarning, ColorSuccess, ColorDivider, ColorHover, ColorPressed, ColorUnread, ColorOnUnread,
	ColorSelected, ColorField, ColorBorder, ColorShadow,
	ColorMenu, ColorLift,
}

// SizeToken names a length by its use.
type SizeToken string

// The sizes. Those of text grow with the person's text size; the others follow
// the density.
const (
	SizeText        SizeToken = "text"
	SizeSmall       SizeToken = "small"
	SizeTitle       SizeToken = "title"
	SizeHeadline    SizeToken = "headline"
	SizeGap         SizeToken = "gap"    // between things that belong together
	SizePad         SizeToken = "pad"    // between things
	SizeInset       SizeToken = "inset"  // from an edge to what is inside
	SizeRadius      SizeToken = "radius" // a bubble's corner
	SizeAvatar      SizeToken = "avatar"
	SizeIcon        SizeToken = "icon"
	SizeFieldRadius SizeToken = "field-radius"
)

// Sizes are all sizes that a palette must have.
var Sizes = []SizeToken{
	SizeText, SizeSmall, SizeTitle, SizeHeadline, SizeGap, SizePad, SizeInset, SizeRadius, SizeAvatar, SizeIcon, SizeFieldRadius,
}

func (s SizeToken) isText() bool {
	return s == SizeText || s == SizeSmall || s == SizeTitle || s == SizeHeadline
}
