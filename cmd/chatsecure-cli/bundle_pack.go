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
	value := os.Getenv("SOURCE_DATE_EPOCH")
	if value == "" {
		return time.Time{}, nil
	}
	seconds, err := strconv.ParseInt(value, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return time.Time{}, refused(chat.CodeRefused, "no-seconds", "name", "SOURCE_DATE_EPOCH", "value", value)
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
			return wrongUse("bundle.pack-needs")
		}
	}
	if info, err := os.Stat(out); err == nil && info.IsDir() {
		return refused(chat.CodeExists, "bundle.folder", "path", out)
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
		return refused(chat.CodeFile, "reason", "reason", err)
	}
	line := text("bundle.packed", "name", m.Name, "version", m.Version, "count", len(m.Files), "file", out)
	if n := len(report.Problems); n > 0 { // nothing fails by them
		line = list("list-strong", line, text("bundle.has-faults", "count", n))
	}
	c.row(bundleObject{Path: out, ID: m.ID, Name: m.Name, Version: m.Version, Files: len(m.Files), Faults: len(report.Problems)}, line)
	return nil
}

// workFaults tells all faults of a folder that could not be taken.
func (c *call) workFaults(path string, err error) error {
	var e *csres.Error
	if !errors.As(err, &e) {
		return refused(chat.CodeFile, "reason", "reason", err)
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
	c.say(bundleObject{Path: dir, ID: m.ID, Name: m.Name, Version: m.Version, Files: len(m.Files)}, "bundle.listed", "file", filepath.Join(dir, csres.ManifestName), "count", len(m.Files))
	return nil
}

// bundleSign signs a bundle in its place.
func bundleSign(_ context.Context, c *call) error {
	path := c.operands[0]
	if c.signKey == "" {
		return wrongUse("bundle.sign-needs")
	}
	data, err := os.ReadFile(c.signKey)
	if err != nil {
		return refused(chat.CodeNotFound, "option", "option", "--key", "reason", err)
	}
	defer clear(data)
	key, err := csres.ParsePrivateKey(data)
	if err != nil {
		return refused(chat.CodeRefused, "option", "option", "--key", "reason", fmt.Sprint(c.signKey, " ", err))
	}
	m, err := csres.Sign(path, key)
	if err != nil {
		return c.workFaults(path, err)
	}
	c.say(bundleObject{Path: path, ID: m.ID, Name: m.Name, Version: m.Version, Files: len(m.Files), Signer: key.Public().ID(), Known: true},
		"bundle.now-signed", "name", m.Name, "version", m.Version, "key", key.Public().ID())
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
	c.say(o, "bundle.key-made", "key", o.ID, "private", o.Private, "public", o.Public)
	return nil
}
