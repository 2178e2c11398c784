// SPDX-License-Identifier: MPL-2.0

package policy

import "strings"

// Program is the layer of what the program itself asks for, below all bundles.
const Program = "program"

// Source is the policy of one layer.
type Source struct {
	Layer  string // "default", "brand", "system", "person"
	Name   string // of who made the bundle, as a person reads it
	Policy Policy
	// Refused, where it is not empty, says why nothing of Policy counts: words such
	// as "unsigned", the most important first.
	Refused []string
}

// Rejection is what a layer asked for and did not get.
type Rejection struct {
	Layer, Name string
	Value       string
	Reason      string // "looser" than what another layer below asks for, or the source's Refused
}

// String is "layer: value (reason)".
func (r Rejection) String() string { return r.Layer + ": " + r.Value + " (" + r.Reason + ")" }

// Looser is the reason of a Rejection of a policy that counts.
const Looser = "looser"

// Setting is one key as it holds.
type Setting struct {
	Key      Key
	Value    string
	Layer    string // the last that made the value stricter; Program for none
	By       string // its Source's Name; "" for the program
	Rejected []Rejection
}

// Locked says whether a bundle holds the key to more than its loosest value.
func (s Setting) Locked() bool { return s.Layer != Program }

// Effective is what holds of all sources: the merge of those that count.
func Effective(sources []Source) Policy {
	var p Policy
	for _, s := range sources {
		if len(s.Refused) == 0 {
			p = p.Merge(s.Policy)
		}
	}
	return p
}

// Explain returns every key, in the order of Keys, with its value, the layer that it
// came from and what was rejected. The sources stand from the lowest layer to the
// highest; the program's own floor is below them.
func Explain(sources []Source) []Setting {
	below := floor()
	settings := make([]Setting, len(rules))
	for i, r := range rules {
		settings[i] = Setting{Key: r.key, Value: r.absentValue(), Layer: Program}
	}
	for _, s := range sources {
		counts := len(s.Refused) == 0
		for i, r := range rules {
			asked := s.Policy.values[r.key]
			if asked == nil {
				continue
			}
			set := &settings[i]
			if !counts {
				set.Rejected = append(set.Rejected, Rejection{s.Layer, s.Name, asked.String(), strings.Join(s.Refused, ", ")})
				continue
			}
			got := asked
			if held := below.values[r.key]; held != nil {
				got = held.meet(asked)
				if !got.equal(asked) {
					set.Rejected = append(set.Rejected, Rejection{s.Layer, s.Name, asked.String(), Looser})
				}
				if got.equal(held) {
					continue
				}
			}
			set.Value, set.Layer, set.By = got.String(), s.Layer, s.Name
		}
		if counts {
			below = below.Merge(s.Policy)
		}
	}
	return settings
}

func (r rule) absentValue() string {
	if r.absent != "" {
		return r.absent
	}
	return r.words[0]
}
