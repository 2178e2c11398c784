// SPDX-License-Identifier: MPL-2.0

package csres

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
)

// dirSource is a bundle as a directory. Nothing outside of it can be reached
// (os.Root), and what was a file when it was listed has to be that same file
// when it is read.
type dirSource struct {
	root    *os.Root
	seen    map[string]fs.FileInfo
	entries int
	names   *nameSet
}

// errEnough ends a listing that has become too long.
var errEnough = errors.New("enough")

// openDir lists a directory. The source is nil if it could not be.
func openDir(dir string) (source, []Problem) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, []Problem{{Reason: because(err)}}
	}
	s := &dirSource{root: root, seen: map[string]fs.FileInfo{}, names: newNameSet()}
	var problems []Problem
	if err := s.list(".", &problems); err != nil {
		s.close()
		return nil, problems
	}
	return s, problems
}

// list walks a folder. Hidden folders (.git) are left alone. The error says that
// it is no use to go on.
func (s *dirSource) list(folder string, problems *[]Problem) error {
	fault := func(name, reason string) { *problems = append(*problems, Problem{File: name, Reason: reason}) }
	d, err := s.root.OpenFile(folder, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		fault(folder, because(err))
		return nil
	}
	defer d.Close() //nolint:errcheck // opened for reading
	if before, there := s.seen[folder+"/"]; there {
		if now, err := d.Stat(); err != nil || !os.SameFile(before, now) {
			fault(folder, "was exchanged while it was read")
			return nil
		}
	}
	for {
		entries, err := d.ReadDir(256)
		for _, e := range entries {
			name := path.Join(folder, e.Name())
			if s.entries++; s.entries > MaxEntries {
				fault("", fmt.Sprintf("has more than %d entries", MaxEntries))
				return errEnough
			}
			if reason := checkName(name); reason != "" {
				fault(name, reason)
				continue
			}
			info, err := s.root.Lstat(name)
			if err != nil {
				fault(name, because(err))
				continue
			}
			if err := s.take(name, info, problems); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || len(entries) == 0 && err == nil {
			return nil
		}
		if err != nil {
			fault(folder, because(err))
			return nil
		}
	}
}

func (s *dirSource) take(name string, info fs.FileInfo, problems *[]Problem) error {
	hidden := strings.HasPrefix(path.Base(name), ".")
	reason := ""
	switch mode := info.Mode(); {
	case mode&fs.ModeSymlink != 0:
		reason = "is a symbolic link"
	case !mode.IsRegular() && !mode.IsDir():
		reason = "is neither a file nor a folder"
	case hidden:
		return nil
	default:
		reason = s.names.add(name, mode.IsDir())
	}
	if reason != "" {
		*problems = append(*problems, Problem{File: name, Reason: reason})
		return nil
	}
	if info.IsDir() {
		s.seen[name+"/"] = info
		return s.list(name, problems)
	}
	s.seen[name] = info
	return nil
}

func (s *dirSource) files() map[string]int64 {
	sizes := make(map[string]int64, len(s.seen))
	for name, info := range s.seen {
		if info.Mode().IsRegular() {
			sizes[name] = info.Size()
		}
	}
	return sizes
}

func (s *dirSource) read(name string) ([]byte, error) {
	before := s.seen[name]
	if before.Size() > MaxFile {
		return nil, tooLarge()
	}
	// A pipe that has taken the file's place must not make us wait for a writer.
	f, err := s.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, errors.New(because(err))
	}
	defer f.Close() //nolint:errcheck // opened for reading
	now, err := f.Stat()
	if err != nil || !os.SameFile(before, now) || !now.Mode().IsRegular() {
		return nil, errors.New("was exchanged while it was read")
	}
	data, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	switch {
	case err != nil:
		return nil, errors.New(because(err))
	case len(data) > MaxFile:
		return nil, tooLarge()
	}
	return data, nil
}

func tooLarge() error { return fmt.Errorf("has more than %d MiB", MaxFile>>20) }

func (s *dirSource) close() { _ = s.root.Close() } // nothing was written
