// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"

	"chatsecure.org/desktop/core/chat"
)

const (
	recordVersion = 1
	recordLimit   = 16 << 10 // bytes; a record has some hundred

	keyInKeyring    = "keyring"
	keyByPassphrase = "passphrase"
)

// record is profile.json. It names no account and holds no clear key.
type record struct {
	Version  int    `json:"version"`
	ID       string `json:"id"`
	Key      string `json:"key"`                 // keyInKeyring or keyByPassphrase
	KeyCheck string `json:"key_check,omitempty"` // keyring: tells another key from a damaged database
	KDF      *kdf   `json:"kdf,omitempty"`       // passphrase
	Wrapped  []byte `json:"wrapped,omitempty"`   // passphrase: nonce and sealed key
	Database bool   `json:"database,omitempty"`  // has been made: where it is not, it was lost
	Check    string `json:"check"`               // of all the rest: tells damage from a wrong passphrase
}

// kdf are the parameters of Argon2id (RFC 9106).
type kdf struct {
	Name    string `json:"name"`
	Memory  uint32 `json:"memory_kib"`
	Time    uint32 `json:"time"`
	Threads uint8  `json:"threads"`
	Salt    []byte `json:"salt"`
}

// keyName is the database key's name in the keyring.
func (r record) keyName() string { return "database:" + r.ID }

// sum is what Check must be.
func (r record) sum() string {
	r.Check = ""
	b, _ := json.Marshal(r) // plain fields
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// keyCheck recognises a key without giving any of its 256 random bits away.
func keyCheck(key []byte) string {
	s := sha256.Sum256(append([]byte("database key\x00"), key...))
	return hex.EncodeToString(s[:16])
}

func writeRecord(path string, r record) error {
	r.Check = r.sum()
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(path, append(b, '\n'))
}

// readRecord reads profile.json and checks all of it before any of it is used:
// who can write to the disk must not choose how much memory the program takes.
func readRecord(op, path string) (record, error) {
	f, err := os.Open(path)
	if err != nil {
		return record{}, storageError(op, err)
	}
	defer f.Close() //nolint:errcheck // opened for reading
	b, err := io.ReadAll(io.LimitReader(f, recordLimit+1))
	if err != nil {
		return record{}, storageError(op, err)
	}
	damaged := func(why string) error {
		return &chat.Error{Kind: chat.Storage, Op: op, Code: chat.CodeDamaged, Detail: recordName, Err: errors.New(why)}
	}
	var version struct{ Version int }
	if len(b) > recordLimit || json.Unmarshal(b, &version) != nil {
		return record{}, damaged("no JSON")
	}
	if version.Version > recordVersion {
		return record{}, failed(op, chat.CodeNewer, nil)
	}
	var r record
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if d.Decode(&r) != nil {
		return record{}, damaged("unknown fields")
	}
	if r.Version != recordVersion || r.Check != r.sum() {
		return record{}, damaged("checksum")
	}
	switch {
	case r.ID == "":
		return record{}, damaged("no id")
	case r.Key == keyByPassphrase && (r.KDF == nil || !r.KDF.sane()):
		return record{}, damaged("key derivation parameters")
	case r.Key != keyByPassphrase && r.Key != keyInKeyring:
		return record{}, damaged("unknown place of the key")
	}
	return r, nil
}
