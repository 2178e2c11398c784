// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/resources/csres"
)

// faultObject is one fault of a bundle.
type faultObject struct {
	File    string `json:"file"`    // "" for the bundle as a whole
	Line    int    `json:"line"`    // 0 for the file as a whole
	Reason  string `json:"reason"`  // goes on after the file's name
	Refused bool   `json:"refused"` // the program does not take the bundle because of it
}

// bundleObject is what a bundle says of itself, and what was found.
type bundleObject struct {
	Path    string `json:"path"`
	ID      string `json:"id"`
	Name    string `json:"name"`
	Version string `json:"version"`
	Files   int    `json:"files"`
	Signer  string `json:"signer"` // the key's id, "" for not signed
	Known   bool   `json:"known"`  // whether that key is built in or was given
	Faults  int    `json:"faults"`
	Refused bool   `json:"refused"`
}

// bundleCheck lists every fault of a bundle.
func bundleCheck(_ context.Context, c *call) error {
	path := c.operands[0]
	var keys []csres.Key
	if c.signKey != "" {
		key, err := publicKey(c.signKey)
		if err != nil {
			return err
		}
		keys = append(keys, key)
	}
	report := resources.Check(path, keys)
	if len(keys) > 0 && report.Bundle != nil && !report.Known {
		report.Problems = append(report.Problems, csres.Problem{File: csres.SignatureName, Reason: text("bundle.not-of-key", "key", keys[0].ID())})
	}
	return c.tellFaults(path, report)
}

// tellFaults prints a report; the error is that there are faults.
func (c *call) tellFaults(path string, report resources.Report) error {
	o := bundleObject{Path: path, ID: report.ID, Name: report.Name, Version: report.Version, Known: report.Known, Faults: len(report.Problems)}
	signed := text("bundle.not-signed")
	if report.Bundle != nil {
		o.Files, o.Signer = len(report.Bundle.Names()), report.Bundle.Signer()
		switch {
		case o.Known:
			signed = text("bundle.signed", "key", o.Signer)
		case o.Signer != "":
			signed = text("bundle.signed-unknown", "key", o.Signer)
		}
	}
	for _, p := range report.Problems {
		o.Refused = o.Refused || !p.Minor
		c.row(faultObject{p.File, p.Line, p.Reason, !p.Minor}, oneLine(p.String()))
	}
	if c.flags.json {
		c.value(o)
	}
	switch {
	case o.Refused:
		return refused(chat.CodeRefused, "bundle.unusable", "path", path, "count", o.Faults)
	case o.Faults > 0:
		return refused(chat.CodeRefused, "bundle.faulty", "path", path, "count", o.Faults)
	}
	if !c.flags.json {
		c.line(text("bundle.good", "path", path, "name", o.Name, "version", o.Version, "id", o.ID, "count", o.Files, "signed", signed))
	}
	return nil
}

// bundleNew makes a bundle to start from.
func bundleNew(_ context.Context, c *call) error {
	dir := c.operands[0]
	switch {
	case c.bundleID == "" || c.name == "":
		return wrongUse("bundle.new-needs")
	case !csres.ValidID(c.bundleID):
		return refused(chat.CodeRefused, "bundle.no-id", "value", c.bundleID)
	case !csres.ValidName(c.name):
		return refused(chat.CodeRefused, "bundle.no-name", "value", c.name)
	}
	if err := resources.NewBundle(dir, c.bundleID, c.name); err != nil {
		return refused(chat.CodeFile, "bundle.nothing-made", "reason", err)
	}
	c.say(bundleObject{Path: dir, ID: c.bundleID, Name: c.name, Version: "1.0.0"}, "bundle.made", "name", c.name, "folder", dir)
	return nil
}

// changeObject is one item in which two bundles differ.
type changeObject struct {
	Kind string `json:"kind"`
	Item string `json:"item"`
	Old  string `json:"old"` // "" for not there
	New  string `json:"new"`
}

// bundleDiff prints what makes the second of two bundles of the first.
func bundleDiff(_ context.Context, c *call) error {
	var both [2]*csres.Bundle
	for i, path := range c.operands {
		b, err := csres.Open(path)
		if err != nil {
			return bundleRefused(path, err)
		}
		both[i] = b
	}
	for _, d := range csres.Diff(both[0], both[1]) {
		o := changeObject(d)
		switch {
		case o.Old == "":
			c.row(o, "+ "+oneLine(o.Item)+" = "+oneLine(o.New))
		case o.New == "":
			c.row(o, "- "+oneLine(o.Item)+" = "+oneLine(o.Old))
		default:
			c.row(o, "* "+oneLine(o.Item)+": "+oneLine(o.Old)+" -> "+oneLine(o.New))
		}
	}
	return nil
}

// bundleRefused is why a bundle could not be used, with the file and the reason.
func bundleRefused(path string, err error) error {
	var e *csres.Error
	if errors.As(err, &e) {
		bare := *e
		bare.Path = ""
		return refused(chat.CodeRefused, "bundle.refused", "path", path, "reason", &bare)
	}
	return refused(chat.CodeFile, "option", "option", path, "reason", err)
}

func publicKey(file string) (csres.Key, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return csres.Key{}, refused(chat.CodeNotFound, "option", "option", "--key", "reason", err)
	}
	key, err := csres.ParseKey(data)
	if err != nil {
		if private, e := csres.ParsePrivateKey(data); e == nil { // who has that has the other
			return private.Public(), nil
		}
		return key, refused(chat.CodeRefused, "option", "option", "--key", "reason", fmt.Sprint(file, " ", err))
	}
	return key, nil
}
