// SPDX-License-Identifier: MPL-2.0

package policy

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Limits of lists.
const (
	maxList   = 1000
	maxDomain = 1023 // bytes (RFC 7622 §3.2)
)

// daysPrefix begins a number of days in the history key.
const daysPrefix = "days:"

const maxDays = 36500

func readString(raw []byte) (string, error) {
	var s string
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return "", errors.New("not a string")
	}
	return s, nil
}

func readStrings(raw []byte) ([]string, error) {
	var items []json.RawMessage
	if len(raw) == 0 || raw[0] != '[' || json.Unmarshal(raw, &items) != nil {
		return nil, errors.New("not a list of strings")
	}
	switch {
	case len(items) == 0:
		return nil, errors.New("an empty list: nothing would be allowed")
	case len(items) > maxList:
		return nil, fmt.Errorf("a list of more than %d", maxList)
	}
	list := make([]string, len(items))
	for i, item := range items {
		s, err := readString(item)
		if err != nil {
			return nil, errors.New("not a list of strings")
		}
		list[i] = s
	}
	return list, nil
}

// setOf sorts; each stands once.
func setOf(list []string) set {
	s := slices.Clone(list)
	slices.Sort(s)
	return set(slices.Compact(s))
}

func choiceOf(list, words []string) choice { return choice{setOf(list), words} }

func readWord(raw []byte, r rule) (value, error) {
	s, err := readString(raw)
	if err != nil {
		return nil, err
	}
	at := slices.Index(r.words, s)
	if at < 0 {
		if r.key == TLSMinVersion {
			return nil, fmt.Errorf("%q is neither 1.2, which the program itself asks for at least, nor 1.3", s)
		}
		return nil, fmt.Errorf("%q is none of %s", s, strings.Join(r.words, ", "))
	}
	return word{at, s}, nil
}

func readNumber(raw []byte, r rule) (value, error) {
	n, err := strconv.Atoi(string(raw))
	if err != nil || n < 1 || n > r.most {
		return nil, fmt.Errorf("not a whole number from 1 to %d", r.most)
	}
	return number(n), nil
}

func readHistory(raw []byte, r rule) (value, error) {
	s, err := readString(raw)
	if err != nil {
		return nil, err
	}
	if digits, ok := strings.CutPrefix(s, daysPrefix); ok {
		n, err := strconv.Atoi(digits)
		if err != nil || n < 1 || n > maxDays || strconv.Itoa(n) != digits {
			return nil, fmt.Errorf("%q is not days: and a whole number from 1 to %d", s, maxDays)
		}
		return history{days: n}, nil
	}
	at := slices.Index(r.words, s)
	if at < 0 {
		return nil, fmt.Errorf("%q is none of keep, days:N, session, off", s)
	}
	return history{word: word{at, s}}, nil
}

func readSet(raw []byte, r rule) (value, error) {
	list, err := readStrings(raw)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		if !slices.Contains(r.words, e) {
			return nil, fmt.Errorf("%q is none of %s", e, strings.Join(r.words, ", "))
		}
	}
	return choiceOf(list, r.words), nil
}

func readDomains(raw []byte, _ rule) (value, error) {
	list, err := readStrings(raw)
	if err != nil {
		return nil, err
	}
	for i, e := range list {
		if list[i], err = readDomain(e); err != nil {
			return nil, err
		}
	}
	return setOf(list), nil
}

// readDomain lowers a domain as addresses have it. Nothing stands for several.
func readDomain(s string) (string, error) {
	bad := func(r rune) bool {
		return strings.ContainsRune("*@/\\:,;=\"'<>&", r) || unicode.IsSpace(r) || !unicode.IsGraphic(r)
	}
	d := strings.ToLower(strings.TrimSuffix(s, "."))
	if d == "" || len(d) > maxDomain || strings.ContainsFunc(d, bad) || slices.Contains(strings.Split(d, "."), "") {
		return "", fmt.Errorf("%q is no domain", s)
	}
	return d, nil
}

func readPins(raw []byte, _ rule) (value, error) {
	failure := errors.New("not an object of domains with lists of keys")
	d := json.NewDecoder(bytes.NewReader(raw))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, failure
	}
	all := pins{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, failure
		}
		domain, err := readDomain(name.(string))
		if err != nil {
			return nil, err
		}
		if _, twice := all[domain]; twice {
			return nil, fmt.Errorf("%q stands twice", domain)
		}
		var item json.RawMessage
		if err := d.Decode(&item); err != nil {
			return nil, failure
		}
		list, err := readStrings(item)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", domain, err)
		}
		for i, e := range list {
			if list[i], err = readPin(e); err != nil {
				return nil, err
			}
		}
		if all[domain] = setOf(list); len(all) > maxList {
			return nil, fmt.Errorf("more than %d domains", maxList)
		}
	}
	if len(all) == 0 {
		return nil, errors.New("names no domain")
	}
	return all, nil
}

// readPin takes the SHA-256 of a public key in hex or, as HTTP has it (RFC 7469
// §2.1.1), in base64, with or without sha256/ before it; it gives hex.
func readPin(s string) (string, error) {
	text := strings.TrimPrefix(s, "sha256/")
	sum, err := hex.DecodeString(text)
	if err != nil {
		sum, err = base64.StdEncoding.Strict().DecodeString(text)
	}
	if err != nil || len(sum) != 32 {
		return "", fmt.Errorf("%q is no SHA-256 of a public key, in hex or base64", s)
	}
	return hex.EncodeToString(sum), nil
}
