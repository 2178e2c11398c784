// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
)

// policyObject is one setting that the program enforces.
type policyObject struct {
	Key      string   `json:"key"`
	Value    string   `json:"value"`
	Layer    string   `json:"layer"`
	Rejected []string `json:"rejected"`
}

// enforced is what this version enforces whatever a person sets. No bundle has a
// policy yet, so there is one layer.
var enforced = []policyObject{
	{"tls.min_version", "1.2", "default", []string{}},
	{"history", "keep", "default", []string{}},
	{"media.autofetch", "never", "default", []string{}},
	{"log", "off", "default", []string{}},
}

func policy(_ context.Context, c *call) error {
	for _, o := range enforced {
		if c.explain {
			c.row(o, fmt.Sprintf("%-18s %-8s %s", o.Key, o.Value, text("policy.program")))
		} else {
			c.row(o, fmt.Sprintf("%-18s %s", o.Key, o.Value))
		}
	}
	return nil
}
