// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"crypto/sha1" //nolint:gosec // XEP-0115 §5.1 names it; a name for a set, not a secret
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"sync"

	"chatsecure.org/desktop/core/chat"
)

// CapsCache remembers which features a verification string stands for. Only
// verified answers are put in (XEP-0115 §5.4). It is called from any goroutine.
type CapsCache interface {
	Caps(ctx context.Context, ver string) (features []string, ok bool, err error)
	PutCaps(ctx context.Context, ver string, features []string) error
}

// ownCaps is what goes with our presence, from a program of that name and address
// (XEP-0115 §4).
func ownCaps(name, node string) Caps {
	i := info{Identities: []identity{ownIdentity(name)}}
	for _, f := range ownFeatures {
		i.Features = append(i.Features, feature{Var: f})
	}
	ver, _ := i.verification()
	return Caps{Node: node, Ver: ver, Hash: "sha-1"}
}

var errIllFormed = errors.New("ill-formed abilities")

// verification is the string of XEP-0115 §5.1, with the checks of §5.4 step 3:
// an answer in which anything stands twice is ill-formed.
func (i info) verification() (string, error) {
	identities := slices.Clone(i.Identities)
	slices.SortFunc(identities, func(a, b identity) int {
		return slices.Compare([]string{a.Category, a.Type, a.Lang, a.Name}, []string{b.Category, b.Type, b.Lang, b.Name})
	})
	var ids, features []string
	for _, x := range identities {
		ids = append(ids, x.Category+"/"+x.Type+"/"+x.Lang+"/"+x.Name)
	}
	for _, x := range i.Features {
		features = append(features, x.Var)
	}
	slices.Sort(features)
	if len(slices.Compact(slices.Clone(ids))) != len(ids) || len(slices.Compact(slices.Clone(features))) != len(features) {
		return "", errIllFormed
	}
	forms, err := i.formStrings()
	if err != nil {
		return "", err
	}
	all := slices.Concat(ids, features)
	// §5.4 warns of "<" in values: it would let two sets have one string.
	if slices.ContainsFunc(all, func(s string) bool { return strings.Contains(s, "<") }) {
		return "", errIllFormed
	}
	var s strings.Builder
	for _, x := range slices.Concat(all, forms) {
		s.WriteString(x)
		s.WriteByte('<')
	}
	sum := sha1.Sum([]byte(s.String())) //nolint:gosec // see above
	return base64.StdEncoding.EncodeToString(sum[:]), nil
}

// softwareInfo is the one form that clients have in their abilities (XEP-0232).
const softwareInfo = "urn:xmpp:dataforms:softwareinfo"

// stands says whether the answer may be remembered for the verification string.
// §5.1 writes identities, features and forms one behind the other without saying
// where one kind ends: who writes some features as an identity or as a form has the
// same string and hides them. So an identity must have all its parts and none with
// the separator in it, and a form must not be called like a feature.
func (i info) stands(ver string) bool {
	if got, err := i.verification(); err != nil || got != ver || len(i.Identities) == 0 {
		return false
	}
	for _, x := range i.Identities {
		if x.Category == "" || x.Type == "" || strings.Contains(x.Category+x.Type+x.Lang, "/") {
			return false
		}
	}
	for _, form := range i.Forms {
		for _, f := range form.Fields {
			if f.Var == "FORM_TYPE" && f.Type == "hidden" && (len(f.Values) != 1 || f.Values[0] != softwareInfo) {
				return false
			}
		}
	}
	return true
}

// formStrings are the forms' parts of the string, in order; forms without a
// hidden FORM_TYPE are ignored (XEP-0115 §5.4 step 3.6).
func (i info) formStrings() ([]string, error) {
	byType := map[string][]string{}
	for _, f := range i.Forms {
		var formType string
		type field struct {
			name   string
			values []string
		}
		var fields []field
		for _, x := range f.Fields {
			if x.Var == "FORM_TYPE" {
				if v := slices.Compact(slices.Clone(x.Values)); len(v) > 1 {
					return nil, errIllFormed
				}
				if x.Type == "hidden" && len(x.Values) > 0 {
					formType = x.Values[0]
				}
				continue
			}
			fields = append(fields, field{x.Var, slices.Sorted(slices.Values(x.Values))})
		}
		if formType == "" {
			continue
		}
		if byType[formType] != nil {
			return nil, errIllFormed
		}
		slices.SortStableFunc(fields, func(a, b field) int { return strings.Compare(a.name, b.name) })
		parts := []string{formType}
		for _, x := range fields {
			parts = append(append(parts, x.name), x.values...)
		}
		if slices.ContainsFunc(parts, func(s string) bool { return strings.Contains(s, "<") }) {
			return nil, errIllFormed
		}
		byType[formType] = parts
	}
	var types []string
	for t := range byType {
		types = append(types, t)
	}
	slices.Sort(types)
	var all []string
	for _, t := range types {
		all = append(all, byType[t]...)
	}
	return all, nil
}

// FeaturesOf says what the client behind a presence supports. from is the full
// address that sent caps. Known caps cost nothing; unknown ones are asked for
// and remembered for everybody only if they hash to what was said (XEP-0115
// §5.4), otherwise the answer counts for from alone and is asked again.
func (c *Conn) FeaturesOf(ctx context.Context, caps Caps, from chat.Address) ([]string, error) {
	verifiable := caps.Hash == "sha-1" && caps.Ver != ""
	if verifiable && caps == c.caps {
		return slices.Clone(ownFeatures), nil
	}
	key := "sha-1 " + caps.Ver
	if verifiable {
		if f, ok, err := c.known.Caps(ctx, key); err == nil && ok {
			return f, nil
		}
	}
	node := ""
	if verifiable && caps.Node != "" {
		node = caps.Node + "#" + caps.Ver
	}
	i, err := c.info(ctx, from, node)
	if err != nil {
		return nil, err
	}
	f := i.features()
	if verifiable && i.stands(caps.Ver) {
		if err := c.known.PutCaps(ctx, key, f); err != nil {
			c.log.Warn("abilities not remembered", "error", err)
		}
	}
	return f, nil
}

// capsMemory is the CapsCache of one connection, for who gives none. It forgets
// all at 1,000 entries: only a stranger who wants to fill it gets there.
type capsMemory struct {
	mu  sync.Mutex
	set map[string][]string
}

func (m *capsMemory) Caps(_ context.Context, ver string) ([]string, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, ok := m.set[ver]
	return slices.Clone(f), ok, nil
}

func (m *capsMemory) PutCaps(_ context.Context, ver string, features []string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.set == nil || len(m.set) >= 1000 {
		m.set = map[string][]string{}
	}
	m.set[ver] = slices.Clone(features)
	return nil
}
