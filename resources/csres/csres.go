// SPDX-License-Identifier: MPL-2.0

// Package csres is the container of a resource bundle: NAME.csres, a directory
// or a zip of it, with a manifest, hashes and a signature. It is read as hostile
// input into bounded, verified memory. It knows limits and formats, not what a
// bundle's contents mean: that is the resources package.
//
// Everything here may be called from any goroutine. A Bundle is immutable.
package csres

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// The limits of a bundle. They are checked before memory is taken.
const (
	MaxEntries = 4096     // files, folders and everything else that has a name
	MaxTotal   = 64 << 20 // bytes of all files
	MaxFile    = 8 << 20  // bytes of a file
	MaxRatio   = 100      // of a packed file's size to what it unpacks to
	MaxSide    = 4096     // pixels of a picture
	MaxSticker = 1024     // pixels of a sticker's side: many are drawn at once
	MaxName    = 200      // bytes of a name with its folders
	MaxFolders = 6        // one in another
)

// The names of the two files that a manifest does not list.
const (
	ManifestName  = "manifest.json"
	SignatureName = "SIGNATURE"
)

// Bundle is a container whose files have been verified: names, sizes, hashes and
// formats. It holds no open file.
type Bundle struct {
	path     string
	packed   bool
	manifest Manifest
	raw      []byte // the manifest's bytes, which a signature is of
	sig      *signature
	names    []string
	data     map[string][]byte
	parsed   *trees // of JSON files
	lazy     fs.FS  // of what is embedded: read when asked for
	extra    []string
}

// Open reads a bundle, a directory or a zip. The error is an *Error with every
// fault that was found; nothing of a bundle with a fault can be used.
func Open(path string) (*Bundle, error) {
	b, problems := read(path, false)
	if len(problems) > 0 {
		return nil, &Error{Path: path, Problems: problems}
	}
	return b, nil
}

// Inspect reads as much of a bundle as can be read, and says every fault that it
// has as a container. The bundle is nil if there is not even a manifest. It is to
// look at, and not for use.
func Inspect(path string) (*Bundle, []Problem) {
	b, problems := read(path, false)
	if b != nil && b.manifest.ID == "" {
		b = nil
	}
	return b, problems
}

// openWork reads a folder that somebody works on: all files of known places count,
// whatever its manifest's list and its signature say.
func openWork(dir string) (*Bundle, error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, &Error{Path: dir, Problems: []Problem{{Reason: "is not a folder"}}}
	}
	b, problems := read(dir, true)
	if len(problems) > 0 {
		return nil, &Error{Path: dir, Problems: problems}
	}
	return b, nil
}

func read(path string, work bool) (*Bundle, []Problem) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, []Problem{{Reason: because(err)}}
	}
	var src source
	var problems []Problem
	switch {
	case info.IsDir():
		src, problems = openDir(path)
	case info.Mode().IsRegular():
		src, problems = openZip(path)
	default:
		return nil, []Problem{{Reason: "is neither a folder nor a file"}}
	}
	if src == nil {
		return nil, problems
	}
	defer src.close()
	b, more := verify(src, !info.IsDir(), work)
	b.path, b.packed = path, !info.IsDir()
	return b, append(problems, more...)
}

// because is the cause of a failed call without the path, which stands before it.
func because(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// source is where the files are: each name is checked, each read bounded.
type source interface {
	// files are the regular files with their sizes as the source states them.
	files() map[string]int64
	read(name string) ([]byte, error) // the error is for a Problem's reason
	close()
}

// verify reads what the manifest lists. With sealed, a list is required; with
// work, list and signature are passed over.
func verify(src source, sealed, work bool) (*Bundle, []Problem) {
	b := &Bundle{data: map[string][]byte{}, parsed: newTrees()}
	sizes := src.files()
	if _, there := sizes[ManifestName]; !there {
		reason := "is missing"
		for name := range sizes {
			if folder, found := strings.CutSuffix(name, "/"+ManifestName); found && !strings.Contains(folder, "/") {
				reason += fmt.Sprintf(" at the top; there is one in %s", folder)
				break
			}
		}
		return b, []Problem{{File: ManifestName, Reason: reason}}
	}
	var err error
	if b.raw, err = src.read(ManifestName); err != nil {
		return b, []Problem{{File: ManifestName, Reason: err.Error()}}
	}
	var problems []Problem
	if b.manifest, problems = parseManifest(b.raw); len(problems) > 0 {
		return b, problems
	}
	if work {
		b.manifest.Files = nil
	} else if _, signed := sizes[SignatureName]; signed {
		sealed = true
		if b.sig, err = readSignature(src, b.raw); err != nil {
			problems = append(problems, Problem{File: SignatureName, Reason: err.Error()})
		}
	}
	if b.manifest.Files == nil && sealed {
		return b, append(problems, Problem{File: ManifestName, Reason: "lists no files: what is packed or signed needs \"files\" with hashes"})
	}
	for name := range sizes {
		switch {
		case name == ManifestName || name == SignatureName:
		case b.manifest.Files == nil && KnownPlace(name):
			b.names = append(b.names, name)
		case b.manifest.Files == nil, !b.manifest.lists(name):
			b.extra = append(b.extra, name)
		}
	}
	for name := range b.manifest.Files {
		b.names = append(b.names, name)
	}
	slices.Sort(b.names)
	slices.Sort(b.extra)
	return b, append(problems, b.fill(src, sizes)...)
}

// fill reads and checks the files that count.
func (b *Bundle) fill(src source, sizes map[string]int64) (problems []Problem) {
	total := 0
	for _, name := range b.names {
		fault := func(reason string) { problems = append(problems, Problem{File: name, Reason: reason}) }
		if _, there := sizes[name]; !there {
			fault("is in the manifest's list and not in the bundle")
			continue
		}
		data, err := src.read(name)
		if err != nil {
			fault(err.Error())
			continue
		}
		if total += len(data); total > MaxTotal {
			fault(fmt.Sprintf("the bundle has more than %d MiB", MaxTotal>>20))
			return problems
		}
		if want, listed := b.manifest.Files[name]; listed {
			if int64(len(data)) != want.Size {
				fault(fmt.Sprintf("has %d bytes, the manifest says %d", len(data), want.Size))
				continue
			}
			if sum := sha256.Sum256(data); !bytes.Equal(sum[:], want.sum[:]) {
				fault("its SHA-256 is not the manifest's: it was changed (bundle manifest makes the list anew)")
				continue
			}
		}
		if p := b.parsed.check(name, data); p != nil {
			problems = append(problems, *p)
			continue
		}
		b.data[name] = data
	}
	return problems
}

// FromFS is a bundle that is part of the program, and trusted as the program is:
// its files are read when they are asked for, and not verified again. A file
// that begins with a dot is none of it. The error is an *Error.
func FromFS(files fs.FS) (*Bundle, error) {
	b := &Bundle{lazy: files, parsed: newTrees()}
	var err error
	if b.raw, err = fs.ReadFile(files, ManifestName); err != nil {
		return nil, &Error{Problems: []Problem{{File: ManifestName, Reason: because(err)}}}
	}
	var problems []Problem
	if b.manifest, problems = parseManifest(b.raw); len(problems) > 0 {
		return nil, &Error{Problems: problems}
	}
	err = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !KnownPlace(name) {
			return err
		}
		b.names = append(b.names, name)
		return nil
	})
	if err != nil {
		return nil, &Error{Problems: []Problem{{Reason: because(err)}}}
	}
	return b, nil
}

// Path is where the bundle was read from, "" for one that is embedded.
func (b *Bundle) Path() string { return b.path }

// Packed says whether it is a zip.
func (b *Bundle) Packed() bool { return b.packed }

// Manifest is who the bundle says it is. Its map must not be changed.
func (b *Bundle) Manifest() Manifest { return b.manifest }

// RawManifest are the bytes of manifest.json. They must not be changed.
func (b *Bundle) RawManifest() []byte { return b.raw }

// Names are the files of the bundle, sorted, without manifest and signature.
func (b *Bundle) Names() []string { return slices.Clone(b.names) }

// Extra are the names of files that do not count: they are not in the manifest's
// list or, where it has none, in no known place. They were not read.
func (b *Bundle) Extra() []string { return slices.Clone(b.extra) }

// Has says whether a file is in the bundle.
func (b *Bundle) Has(name string) bool {
	_, there := slices.BinarySearch(b.names, name)
	return there
}

// File is a file's content. It must not be changed. It is nil if the bundle does
// not have the file.
func (b *Bundle) File(name string) []byte {
	if b.lazy == nil || !b.Has(name) {
		return b.data[name]
	}
	data, err := fs.ReadFile(b.lazy, name)
	if err != nil {
		return nil
	}
	return data
}

// In are the files of one folder, not of those below it, sorted.
func (b *Bundle) In(folder string) []string {
	var names []string
	from, _ := slices.BinarySearch(b.names, folder+"/")
	for _, name := range b.names[from:] {
		rest, inside := strings.CutPrefix(name, folder+"/")
		if !inside {
			break
		}
		if !strings.Contains(rest, "/") {
			names = append(names, name)
		}
	}
	return names
}
