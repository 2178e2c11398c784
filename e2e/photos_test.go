// SPDX-License-Identifier: MPL-2.0

package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/coretest/robot"
	"chatsecure.org/desktop/core/coretest/screen"
)

// The looks that are photographed without others being named.
const (
	photoBundles   = "default acme simple"
	photoLanguages = "en_GB de_DE ja_JP ru_RU"
)

// TestPhotographs takes pictures of the real program, for somebody to look at: each
// bundle in light and dark, and the default in several languages. It takes minutes and
// proves little, so it runs when CHATSECURE_PHOTOS names a directory (make photos).
// CHATSECURE_PHOTO_LOOKS are the looks, such as "default/de_DE/dark acme/en_GB/light".
func TestPhotographs(t *testing.T) {
	out := os.Getenv("CHATSECURE_PHOTOS")
	if out == "" {
		t.Skip("make photos takes them")
	}
	must(t, os.MkdirAll(out, 0o755))
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Minute)
	defer cancel()
	server := coretest.Prosody(t, coretest.Options{})
	coretest.User(t, server, "alice", password)
	coretest.User(t, server, "bob", "bobs-own-password")
	dir, cli := t.TempDir(), programPath(t, "chatsecure-cli")
	bob := newPerson(ctx, t, cli, dir, server, "bob", "bobs-own-password")
	alice := newPerson(ctx, t, cli, dir, server, "alice", password)
	must(t, robot.Befriend(ctx, bob, alice, "Alice", "Bob"))
	for i, text := range []string{
		"Hi! Are you coming on Saturday?", "Yes 😀 What time do we meet?", "Around noon: https://example.org/harbour#pier-7",
		"日本語と한국어、简体中文。", "שלום, see you there", "Привет! *До субботы.*",
	} {
		from, to := bob, alice
		if i%2 == 1 {
			from, to = alice, bob
		}
		id, err := from.Send(ctx, to.Login.Address, text)
		must(t, err)
		_, err = from.Await(ctx, to.Login.Address, func(m robot.Message) bool { return m.ID == id && m.Status == "delivered" })
		must(t, err)
	}
	alice.Offline()
	for _, look := range photoLooks() {
		t.Run(look, func(t *testing.T) {
			parts := strings.Split(look, "/")
			s, err := screen.Start(ctx, t.TempDir(), 1060, 720)
			must(t, err)
			defer s.Stop()
			c := camera{display: &display{Screen: s, t: t, ctx: ctx, out: out}, prefix: strings.Join(parts, "-"), language: parts[1], variant: parts[2]}
			if parts[0] != "default" {
				c.bundle, err = filepath.Abs(filepath.Join("..", "resources", "examples", parts[0]+".csres"))
				must(t, err)
			}
			c.welcome(filepath.Join(dir, "nobody-"+c.prefix))
			c.signedIn(alice)
		})
	}
}

// photoLooks are the bundle, language and variant of each.
func photoLooks() (looks []string) {
	if named := os.Getenv("CHATSECURE_PHOTO_LOOKS"); named != "" {
		return strings.Fields(named)
	}
	for _, bundle := range strings.Fields(photoBundles) {
		for _, language := range strings.Fields(photoLanguages) {
			for _, variant := range []string{"light", "dark"} {
				if bundle == "default" || language == "en_GB" {
					looks = append(looks, bundle+"/"+language+"/"+variant)
				}
			}
		}
	}
	return looks
}

// camera takes pictures of one look.
type camera struct {
	*display
	prefix, bundle, language, variant string
}

func (c *camera) shoot(name string) {
	ctx, cancel := context.WithTimeout(c.ctx, 10*time.Second)
	defer cancel()
	_, _ = c.Settled(ctx, nil) // a picture that is not at rest is looked at as well
	c.save(c.prefix + "-" + name)
}

// start starts the program.
func (c *camera) start(args ...string) *program {
	if c.bundle != "" {
		args = append(args, "--bundle", c.bundle)
	}
	p := startWith(c.t, c.display, []string{"LC_ALL=" + c.language + ".UTF-8", "FYNE_THEME=" + c.variant}, programPath(c.t, "chatsecure"), args...)
	_, err := c.Window(c.ctx, "ChatSecure")
	if err != nil {
		c.t.Fatal(err, p.log.String())
	}
	return p
}

// welcome is the program of somebody without an account.
func (c *camera) welcome(profile string) {
	p := c.start("--profile", profile)
	c.shoot("01-welcome")
	c.press("Tab", "Return")
	c.shoot("02-key")
	p.end()
}

// signedIn is the program of somebody who has one.
func (c *camera) signedIn(who *robot.Person) {
	p := c.start("--profile", who.Dir, "--key-file", who.KeyFile, "--ca-file", who.CAFile)
	c.shoot("03-list")
	c.press("alt+1")
	c.shoot("04-conversation")
	for _, each := range []struct{ name, key string }{{"05-switcher", "ctrl+k"}, {"06-new", "ctrl+n"}, {"07-find", "ctrl+shift+f"}} {
		c.press(each.key)
		c.shoot(each.name)
		c.press("Escape")
	}
	c.press("ctrl+comma")
	c.press("Tab", "Tab")
	pages := []string{"08-settings", "09-settings", "10-settings", "11-settings", "12-settings"}
	if strings.HasPrefix(c.prefix, "simple") {
		c.shoot(pages[0]) // there are no others
		pages = nil
	}
	for _, name := range pages {
		c.press("Return")
		c.shoot(name)
		c.press("Tab")
	}
	p.end()
}
