// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"sync"
	"sync/atomic"

	"chatsecure.org/desktop/core/profile"
	"chatsecure.org/desktop/resources"
)

// builtIn has the words as long as no other bundle was read, in the language of the
// system.
var builtIn = sync.OnceValue(func() *resources.Bundle {
	return resources.Default().Locale(resources.SystemLanguages(os.Getenv)...)
})

// current is the bundle of this run, nil before it is read.
var current atomic.Pointer[resources.Bundle]

// bundle is what the program is: words, name, servers, policy.
func bundle() *resources.Bundle {
	if b := current.Load(); b != nil {
		return b
	}
	return builtIn()
}

// useBundle reads the bundles that lie over what is built in: the computer's and that of
// --bundle. One that can not be used ends the program: nothing of it may count by half.
func (c *call) useBundle() error {
	o := resources.LoadOptions{Person: c.bundle, App: Version}
	if dir, err := c.dir(); err == nil {
		o.Seen = profile.BundleVersions(dir)
	}
	b, err := resources.Load(o)
	if err != nil {
		return err
	}
	current.Store(b.Locale(resources.SystemLanguages(os.Getenv)...))
	return nil
}

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
