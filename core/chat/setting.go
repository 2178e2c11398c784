// SPDX-License-Identifier: MPL-2.0

package chat

// Names of settings that the core itself follows. All are on unless set to
// SettingOff.
const (
	SettingTyping   = "chat.typing"   // tell contacts that we are typing (XEP-0085)
	SettingReceipts = "chat.receipts" // tell contacts that a message has arrived (XEP-0184)
	SettingMarkers  = "chat.markers"  // tell contacts that a message has been read (XEP-0333)
	SettingIdle     = "chat.idle"     // tell contacts since when nobody has touched the computer (XEP-0319)

	SettingOff = "false"
)

// SettingOTR is when the program speaks OTR, in one of the words below; OTRRequest
// where nothing is set.
const (
	SettingOTR = "security.otr"

	OTRRequire   = "require"   // always: where OMEMO is not possible, nothing goes without it
	OTRAutomatic = "automatic" // as soon as both programs have said that they can
	OTRRequest   = "request"   // when one of the two people asks for it
	OTRNever     = "never"
)
