// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"slices"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
)

// SafetyCore is what everything about encryption asks.
type SafetyCore interface {
	model.EncryptionSource
	model.SessionSource
	model.KeySource
	model.SecretSource
	model.BackupSource
}

// listen hands events to a model until stop is called.
func (w *Window) listen(to model.Listener) (stop func()) {
	w.listeners = append(w.listeners, to)
	return func() {
		w.listeners = slices.DeleteFunc(slices.Clone(w.listeners), func(l model.Listener) bool { return l == to })
	}
}

// lockLook is the icon of a lock, and its colour. Each has a shape of its own.
func lockLook(l chat.Lock) (icon string, token theme.Token) {
	switch l {
	case chat.LockClosed:
		return "lock-closed", theme.ColorTextMuted
	case chat.LockVerified:
		return "lock-verified", theme.ColorSuccess
	case chat.LockWarning:
		return "lock-warning", theme.ColorWarning
	}
	return "lock-open", theme.ColorTextMuted
}

// keyLook is the icon of what is thought of a key, and its colour.
func keyLook(s model.KeyState) (icon string, token theme.Token) {
	switch s {
	case model.KeyOwn:
		return "device", theme.ColorAccent
	case model.KeyVerified:
		return "lock-verified", theme.ColorSuccess
	case model.KeyUsed:
		return "lock-closed", theme.ColorTextMuted
	case model.KeyUnused:
		return "lock-warning", theme.ColorWarning
	case model.KeyDistrusted:
		return "block", theme.ColorDanger
	}
	return "device", theme.ColorTextMuted
}

// keyWords say what is thought of a key, and what follows from it.
func keyWords(words *resources.Bundle, r model.KeyRow, own bool) string {
	switch r.State {
	case model.KeyOwn:
		return words.Text("device.own")
	case model.KeyVerified:
		if id := "device.by-" + r.By.String(); words.Has(id) {
			return words.Text("device.verified-by", "how", words.Text(id))
		}
		return words.Text("device.verified")
	case model.KeyUsed:
		if own {
			return words.Text("device.used-own")
		}
		return words.Text("device.used")
	case model.KeyUnused:
		return words.Text("device.unused")
	case model.KeyDistrusted:
		return words.Text("device.distrusted")
	}
	if r.Trust == chat.TrustVerified {
		return words.Text("device.gone-verified")
	}
	return words.Text("device.gone")
}

// deviceName is what a device is called: as its owner calls it, else by its number.
func deviceName(words *resources.Bundle, k chat.Key) string {
	switch {
	case k.Own && k.Label == "":
		return words.Text("device.this")
	case k.Label != "":
		return shorten(k.Label, 60)
	case k.Fingerprint.Kind() == chat.KeyOTR:
		return words.Text("device.otr-key")
	}
	return words.Text("device.number", "id", k.Device)
}

// kindWords name what a device speaks.
func kindWords(words *resources.Bundle, k chat.Key) string {
	switch {
	case k.Fingerprint.Kind() == chat.KeyOTR:
		return words.Text("device.otr")
	case k.OMEMO && k.OMEMO2:
		return words.Text("device.kind-both")
	case k.OMEMO2:
		return words.Text("device.kind-omemo2")
	}
	return words.Text("device.kind-omemo")
}
