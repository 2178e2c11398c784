// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"bytes"
	"errors"
	"math/big"

	"github.com/coyim/otr3"

	"chatsecure.org/desktop/core/chat"
)

const (
	maxKeyFile = 1 << 20
	maxKeys    = 1000
)

var errNoKey = errors.New("not a key")

// ImportKeys reads the keys of another program's file, whichever it is: libotr's
// (otr.private_key of Pidgin and Adium, also Profanity's keys.txt), which holds one
// for each account, or Gajim's ACCOUNT.key3, which holds one and no name. The error
// is of kind Input, CodeKeyFile: no such file, or a key in it that is damaged;
// then there are no keys at all.
func ImportKeys(data []byte) ([]ImportedKey, error) {
	var keys []ImportedKey
	err := errNoKey
	if len(data) <= maxKeyFile {
		if bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("(")) {
			keys, err = importLibotr(data)
		} else if k, parseErr := ParseKey(data); parseErr == nil {
			return []ImportedKey{{Key: k}}, nil
		}
	}
	if err != nil {
		return nil, failure(chat.Input, "read OTR keys", chat.CodeKeyFile, err)
	}
	return keys, nil
}

// importLibotr reads (privkeys (account (name N) (protocol P) (private-key (dsa (p #…#) …))) …).
func importLibotr(data []byte) ([]ImportedKey, error) {
	top, err := parseExpression(data)
	if err != nil {
		return nil, err
	}
	if top.name() != "privkeys" || len(top.list)-1 > maxKeys {
		return nil, errNoKey
	}
	var keys []ImportedKey
	for _, account := range top.list[1:] {
		if account.name() != "account" {
			return nil, errNoKey
		}
		key, err := importDSA(account.child("private-key").child("dsa"))
		if err != nil {
			return nil, err
		}
		keys = append(keys, ImportedKey{Account: account.child("name").text(), Protocol: account.child("protocol").text(), Key: key})
	}
	if len(keys) == 0 {
		return nil, errNoKey
	}
	return keys, nil
}

func importDSA(dsa expression) (*Key, error) {
	// The form that ParseKey reads: type 0, then the numbers.
	b := []byte{0, 0}
	for _, name := range []string{"p", "q", "g", "y", "x"} {
		number := dsa.child(name)
		if len(number.list) != 2 || len(number.list[1].atom) == 0 || len(b) > maxKey {
			return nil, errNoKey
		}
		b = otr3.AppendMPI(b, new(big.Int).SetBytes(number.list[1].atom))
	}
	return ParseKey(b)
}
