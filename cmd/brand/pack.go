// SPDX-License-Identifier: MPL-2.0

package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// emptied is the directory of the id below out, without what an earlier run left there.
// It takes away only what it made: a directory that is not one of ours is an error.
func emptied(out, id string) (string, error) {
	dist := filepath.Join(out, id)
	if _, err := os.Stat(dist); errors.Is(err, fs.ErrNotExist) {
		return dist, os.MkdirAll(dist, 0o755)
	}
	if _, err := os.Stat(filepath.Join(dist, sumsName)); err != nil {
		entries, err := os.ReadDir(dist)
		if err != nil {
			return "", err
		}
		if len(entries) > 0 {
			return "", fmt.Errorf("%s is not empty and was not made by this command", dist)
		}
	}
	if err := os.RemoveAll(dist); err != nil {
		return "", err
	}
	return dist, os.MkdirAll(dist, 0o755)
}

const sumsName = "SHA256SUMS"

// pack makes the archives that this machine can make and returns their names: a tar of
// the Linux tree with the program, and a zip of the .app where the program is for macOS.
func pack(dist string, b *brand, system, arch string) ([]string, error) {
	name := fmt.Sprintf("%s-%s-%s-%s", b.Command, b.Version, system, arch)
	if system == "darwin" {
		name += ".zip"
		return []string{name}, writeTo(filepath.Join(dist, name), func(w io.Writer) error {
			return zipTree(w, filepath.Join(dist, "macos"), b)
		})
	}
	name += ".tar.gz"
	return []string{name}, writeTo(filepath.Join(dist, name), func(w io.Writer) error {
		return tarTree(w, filepath.Join(dist, "linux"), strings.TrimSuffix(name, ".tar.gz"), b)
	})
}

func writeTo(name string, fill func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(fill(f), f.Close())
}

// tarTree writes dir as a gzipped tar in which nothing depends on when, where and by
// whom it was made.
func tarTree(w io.Writer, dir, prefix string, b *brand) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	err = walk(dir, func(name string, mode fs.FileMode, data []byte) error {
		h := &tar.Header{
			Typeflag: tar.TypeReg, Name: path.Join(prefix, name), Size: int64(len(data)), Mode: int64(mode),
			ModTime: b.made, Format: tar.FormatUSTAR,
		}
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		_, err := t.Write(data)
		return err
	})
	return errors.Join(err, t.Close(), z.Close())
}

func zipTree(w io.Writer, dir string, b *brand) error {
	z := zip.NewWriter(w)
	err := walk(dir, func(name string, mode fs.FileMode, data []byte) error {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: b.made}
		h.SetMode(mode)
		f, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		_, err = f.Write(data)
		return err
	})
	return errors.Join(err, z.Close())
}

// walk calls f with each file of dir in the order of their names. Programs are 0755,
// everything else 0644, whatever the umask was.
func walk(dir string, f func(name string, mode fs.FileMode, data []byte) error) error {
	return filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o644)
		if info.Mode()&0o100 != 0 {
			mode = 0o755
		}
		return f(filepath.ToSlash(rel), mode, data)
	})
}

// sums prints the SHA-256 of each file, packages first, and writes them beside it in
// the form that sha256sum -c reads.
func sums(out io.Writer, dist string, packages []string) error {
	var lines []string
	err := walk(dist, func(name string, _ fs.FileMode, data []byte) error {
		if name != sumsName {
			lines = append(lines, fmt.Sprintf("%x  %s", sha256.Sum256(data), name))
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, line := range lines {
		if slices.Contains(packages, line[sha256.Size*2+2:]) {
			_, _ = fmt.Fprintln(out, strings.Replace(line, "  ", "  "+dist+string(filepath.Separator), 1))
		}
	}
	return os.WriteFile(filepath.Join(dist, sumsName), []byte(strings.Join(lines, "\n")+"\n"), 0o644)
}
