// SPDX-License-Identifier: MPL-2.0

package csres

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Pack makes a zip of a folder, with a manifest that lists its files. Equal
// folders give equal bytes: the files are sorted, their times are fixed. created
// goes into the manifest; where it is zero, the folder's own stays. A signature
// of the folder is left behind: it was made for another manifest. The error is an
// *Error if the folder is no good bundle.
func Pack(dir, out string, created time.Time) (Manifest, error) {
	b, err := openWork(dir)
	if err != nil {
		return Manifest{}, err
	}
	m := b.listed(created)
	data, err := b.zip(m.Encode(), nil)
	if err != nil {
		return m, err
	}
	return m, writeFile(out, data, 0o644)
}

// Refresh writes a folder's manifest anew, with a list of the files that are there
// now. A signature that was there is removed: it would be wrong.
func Refresh(dir string, created time.Time) (Manifest, error) {
	b, err := openWork(dir)
	if err != nil {
		return Manifest{}, err
	}
	m := b.listed(created)
	encoded := m.Encode()
	if bytes.Equal(encoded, b.raw) {
		return m, nil
	}
	if err := os.Remove(filepath.Join(dir, SignatureName)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return m, err
	}
	return m, writeFile(filepath.Join(dir, ManifestName), encoded, 0o644)
}

// Sign signs a bundle in its place: a zip, or a folder, whose list is made anew.
func Sign(path string, key PrivateKey) (Manifest, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Manifest{}, err
	}
	if info.IsDir() {
		m, err := Refresh(path, time.Time{})
		if err != nil {
			return m, err
		}
		return m, writeFile(filepath.Join(path, SignatureName), makeSignature(key, m.Encode()), 0o644)
	}
	b, problems := read(path, false)
	// A wrong signature does not matter: it is replaced.
	problems = slices.DeleteFunc(problems, func(p Problem) bool { return p.File == SignatureName })
	if len(problems) > 0 {
		return Manifest{}, &Error{Path: path, Problems: problems}
	}
	data, err := b.zip(b.raw, makeSignature(key, b.raw))
	if err != nil {
		return b.manifest, err
	}
	return b.manifest, writeFile(path, data, info.Mode().Perm())
}

// listed is the manifest with the files that there are.
func (b *Bundle) listed(created time.Time) Manifest {
	m := b.manifest
	m.Schema = Schema
	if !created.IsZero() {
		m.Created = created.UTC().Format(time.RFC3339)
	}
	m.Files = make(map[string]FileSum, len(b.names))
	for _, name := range b.names {
		data := b.data[name]
		sum := sha256.Sum256(data)
		m.Files[name] = FileSum{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data)), sum: sum}
	}
	return m
}

// zip is the bundle in one file. Each entry says its size before its content and
// has the time that the format begins with.
func (b *Bundle) zip(manifest, signature []byte) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	add := func(name string, data []byte) error {
		content, method := data, uint16(zip.Store)
		if packed, err := deflated(data); err != nil {
			return err
		} else if len(packed) < len(data) && len(data) <= MaxRatio*len(packed) {
			content, method = packed, zip.Deflate
		}
		h := &zip.FileHeader{Name: name, Method: method, CRC32: crc32.ChecksumIEEE(data)}
		//lint:ignore SA1019 CreateRaw writes this field and not Modified
		h.ModifiedDate = 1<<5 | 1 // 1980-01-01
		h.SetMode(0o644)
		h.CompressedSize64, h.UncompressedSize64 = uint64(len(content)), uint64(len(data))
		to, err := w.CreateRaw(h)
		if err != nil {
			return err
		}
		_, err = to.Write(content)
		return err
	}
	if err := add(ManifestName, manifest); err != nil {
		return nil, err
	}
	if signature != nil {
		if err := add(SignatureName, signature); err != nil {
			return nil, err
		}
	}
	for _, name := range b.names {
		if err := add(name, b.data[name]); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if _, problems := zipFrom(out.Bytes()); len(problems) > 0 {
		return nil, &Error{Problems: problems}
	}
	return out.Bytes(), nil
}

func deflated(data []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}

// writeFile puts a file in its place whole or not at all.
func writeFile(path string, data []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".csres-*")
	if err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(mode)
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write bundle: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}
