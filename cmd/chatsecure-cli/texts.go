// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"sync"

	"chatsecure.org/desktop/resources"
)

// bundle has the words, in the language of the system.
var bundle = sync.OnceValue(func() *resources.Bundle {
	return resources.Default().Locale(resources.SystemLanguages(os.Getenv)...)
})

// text is the text cli.ID of the bundle. Every one may name the program, as {cli}, and
// the brand, as {app}; args are as for Bundle.Text.
func text(id string, args ...any) string {
	return bundle().Text("cli."+id, append([]any{"cli", Name, "app", bundle().Branding().Name}, args...)...)
}

// list puts parts into one line, in the way that the text with that id does two.
func list(id string, parts ...string) string {
	line := ""
	for i := len(parts) - 1; i >= 0; i-- {
		if line == "" {
			line = parts[i]
		} else {
			line = text(id, "first", parts[i], "rest", line)
		}
	}
	return line
}

// has says whether there is such a text.
func has(id string) bool { return bundle().Has("cli." + id) }
