// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/resources/csres"
)

// sourceDate is SOURCE_DATE_EPOCH (reproducible-builds.org), zero where it is not set.
func sourceDate() (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		return time.Time{}, nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return time.Time{}, refused(chat.CodeRefused, "SOURCE_DATE_EPOCH is %q, which is no number of seconds", text)
	}
	return time.Unix(seconds, 0), nil
}

// bundlePack makes the one file of a folder. What the program would not take is
// not written.
func bundlePack(_ context.Context, c *call) error {
	dir := c.operands[0]
	out := c.output
	if out == "" {
		if out = strings.TrimRight(dir, "/") + ".csres"; strings.HasSuffix(out, ".csres.csres") {
			return usageError("bundle pack needs -o FILE: the folder has the name that the file would get")
		}
	}
	if info, err := os.Stat(out); err == nil && info.IsDir() {
		return refused(chat.CodeExists, "%s is a folder: give another name with -o FILE", out)
	}
	created, err := sourceDate()
	if err != nil {
		return err
	}
	whole := filepath.Join(filepath.Dir(out), "."+filepath.Base(out)+".part")
	defer os.Remove(whole) //nolint:errcheck // gone after the renaming
	m, err := csres.Pack(dir, whole, created)
	if err != nil {
		return c.workFaults(dir, err)
	}
	report := resources.Check(whole, nil)
	for _, p := range report.Problems {
		if !p.Minor {
			return c.tellFaults(dir, report)
		}
	}
	if err := os.Rename(whole, out); err != nil {
		return refused(chat.CodeFile, "%v", err)
	}
	c.say(bundleObject{Path: out, ID: m.ID, Name: m.Name, Version: m.Version, Files: len(m.Files), Faults: len(report.Problems)},
		"packed %s %s, %s, into %s%s", m.Name, m.Version, plural(len(m.Files), "file"), out, minorHint(report))
	return nil
}

// minorHint is for faults that nothing fails by.
func minorHint(report resources.Report) string {
	if n := len(report.Problems); n > 0 {
		return fmt.Sprintf("; it has %s: chatsecure-cli bundle check tells which", plural(n, "fault"))
	}
	return ""
}

// workFaults tells all faults of a folder that could not be taken.
func (c *call) workFaults(path string, err error) error {
	var e *csres.Error
	if !errors.As(err, &e) {
		return refused(chat.CodeFile, "%v", err)
	}
	return c.tellFaults(path, resources.Report{Problems: e.Problems})
}

// bundleManifest makes the list of a folder's manifest anew.
func bundleManifest(_ context.Context, c *call) error {
	dir := c.operands[0]
	created, err := sourceDate()
	if err != nil {
		return err
	}
	m, err := csres.Refresh(dir, created)
	if err != nil {
		return c.workFaults(dir, err)
	}
	c.say(bundleObject{Path: dir, ID: m.ID, Name: m.Name, Version: m.Version, Files: len(m.Files)}, "%s lists %s", filepath.Join(dir, csres.ManifestName), plural(len(m.Files), "file"))
	return nil
}

// bundleSign signs a bundle in its place.
func bundleSign(_ context.Context, c *call) error {
	path := c.operands[0]
	if c.signKey == "" {
		return usageError("bundle sign needs --key FILE; chatsecure-cli bundle keygen makes one")
	}
	data, err := os.ReadFile(c.signKey)
	if err != nil {
		return refused(chat.CodeNotFound, "--key: %v", err)
	}
	defer clear(data)
	key, err := csres.ParsePrivateKey(data)
	if err != nil {
		return refused(chat.CodeRefused, "--key: %s %v", c.signKey, err)
	}
	m, err := csres.Sign(path, key)
	if err != nil {
		return c.workFaults(path, err)
	}
	c.say(bundleObject{Path: path, ID: m.ID, Name: m.Name, Version: m.Version, Files: len(m.Files), Signer: key.Public().ID(), Known: true},
		"signed %s %s with the key %s", m.Name, m.Version, key.Public().ID())
	return nil
}

// signKeyObject is a new key.
type signKeyObject struct {
	ID      string `json:"id"`
	Private string `json:"private"` // files
	Public  string `json:"public"`
}

// bundleKeygen makes a key to sign bundles with.
func bundleKeygen(_ context.Context, c *call) error {
	file := c.operands[0]
	key, err := csres.GenerateKey()
	if err != nil {
		return err
	}
	o := signKeyObject{key.Public().ID(), file, file + ".pub"}
	private := key.Encode()
	defer clear(private)
	if err := writeNew(o.Public, []byte(key.Public().String()+"\n")); err != nil {
		return err
	}
	if err := writeNew(o.Private, private); err != nil {
		return errors.Join(err, os.Remove(o.Public))
	}
	c.say(o, "made the key %s: keep %s secret; %s belongs into the keys folder of the bundle that a brand is built from", o.ID, o.Private, o.Public)
	return nil
}
