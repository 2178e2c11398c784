// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/policy"
)

// policyObject is one setting that the program enforces. Rejected is what a layer asked
// for and did not get: "LAYER: VALUE (REASON)".
type policyObject struct {
	Key      string   `json:"key"`
	Value    string   `json:"value"`
	Layer    string   `json:"layer"`
	By       string   `json:"by"` // the name of the layer's bundle, "" for the program
	Rejected []string `json:"rejected"`
}

// tellPolicy prints what bundles hold the program to, and as an error which bundle of the
// computer's could not be used. It needs no profile.
func tellPolicy(_ context.Context, c *call) error {
	for _, s := range policy.Explain(bundle().PolicySources()) {
		o := policyObject{Key: string(s.Key), Value: s.Value, Layer: s.Layer, By: s.By, Rejected: []string{}}
		for _, r := range s.Rejected {
			o.Rejected = append(o.Rejected, r.String())
		}
		line := fmt.Sprintf("%-21s %s", o.Key, oneLine(o.Value))
		if c.explain {
			who := text("policy.program")
			if s.Locked() {
				who = text("policy.layer", "layer", s.Layer, "name", oneLine(s.By))
			}
			line += "  (" + list("policy.rejected", append([]string{who}, o.Rejected...)...) + ")"
		}
		c.row(o, line)
	}
	for _, l := range bundle().Layers() {
		if l.Refused != nil { // what it asks for does not hold
			c.fail(l.Refused)
		}
	}
	return nil
}

// mayExport is asked before anything is written to where others read it and no profile is
// open yet.
func mayExport(what string) func(context.Context, *call) error {
	return func(context.Context, *call) error {
		for _, s := range policy.Explain(bundle().PolicySources()) {
			if s.Key == policy.Export && s.Locked() {
				return &chat.Error{Kind: chat.Input, Op: what, Code: chat.CodePolicyExport, Detail: s.By}
			}
		}
		return unsupported(what)
	}
}
