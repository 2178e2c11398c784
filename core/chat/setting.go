// SPDX-License-Identifier: MPL-2.0

package chat

// Names of settings that the core itself follows. Both are on unless set to
// SettingOff.
const (
	SettingTyping   = "chat.typing"   // tell contacts that we are typing (XEP-0085)
	SettingReceipts = "chat.receipts" // tell contacts that a message has arrived (XEP-0184)

	SettingOff = "false"
)
