// SPDX-License-Identifier: MPL-2.0

package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// MaxSize is the longest policy that Parse reads, in bytes.
const MaxSize = 256 << 10

// Error is why a policy is refused.
type Error struct {
	Key    Key // that is at fault; "" for the whole document
	Line   int // of that key, from 1; 0 for unknown
	Reason string
}

func (e *Error) Error() string {
	if e.Key == "" {
		return "policy: " + e.Reason
	}
	return fmt.Sprintf("policy: %q: %s", string(e.Key), e.Reason)
}

// Parse reads policy.json: one object, the keys of this package with their values,
// {"tls.min_version":"1.3","accounts.max":1,"encryption.allowed":["omemo"]}. It
// refuses what it does not know, whole: an unknown or doubled key, a wrong type, a
// value outside the key's order (which is how one looks that is less than what the
// program itself asks for), bytes that are not UTF-8. The error is an *Error.
func Parse(data []byte) (Policy, error) {
	whole := func(reason string) (Policy, error) { return Policy{}, &Error{Reason: reason} }
	if len(data) > MaxSize {
		return whole(fmt.Sprintf("longer than %d bytes", MaxSize))
	}
	if !utf8.Valid(data) {
		return whole("not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return whole("not a JSON object")
	}
	p := Policy{make(map[Key]value)}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return whole("not JSON: " + err.Error())
		}
		k := Key(name.(string)) // in an object only strings are names
		line := 1 + bytes.Count(data[:d.InputOffset()], []byte{'\n'})
		at := func(reason string) (Policy, error) { return Policy{}, &Error{k, line, reason} }
		r, known := ruleOf(k)
		if !known {
			return at("unknown key")
		}
		if p.values[k] != nil {
			return at("stands twice")
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return at("not JSON: " + err.Error())
		}
		if p.values[k], err = r.read(raw, r); err != nil {
			return at(err.Error())
		}
	}
	if _, err := d.Token(); err != nil {
		return whole("not JSON: " + err.Error())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return whole("something behind the object")
	}
	if err := p.contradiction(); err != nil {
		return Policy{}, err
	}
	return p, nil
}

// contradiction finds what one policy can not mean: that messages have to be
// encrypted, with nothing that encrypts.
func (p Policy) contradiction() error {
	if p.Is(EncryptionRequire, Chats) && !p.Allows(OTR) && !p.Allows(OMEMO) && !p.Allows(OMEMO2) {
		return &Error{Key: EncryptionRequire, Reason: "nothing that encrypts is allowed"}
	}
	return nil
}
