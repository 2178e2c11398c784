// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// rootsPath is where a bundle really lies, if only the computer's administrator
// can have put it there: every folder above it, and everything in it, belong to
// root, and nobody else may write there, so that nobody can exchange it after this
// either. A folder like /tmp, in which each may change only what is theirs, does
// no harm.
func rootsPath(path string) (real string, ok bool) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", false
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return "", false
	}
	err = filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil || !rootOnly(info, false) {
			return fs.ErrPermission
		}
		return nil
	})
	if err != nil {
		return "", false
	}
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		info, err := os.Lstat(dir)
		if err != nil || !rootOnly(info, true) {
			return "", false
		}
		if dir == filepath.Dir(dir) {
			return path, true
		}
	}
}

func rootOnly(info fs.FileInfo, above bool) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || stat.Uid != 0 {
		return false
	}
	const others = 0o022
	return info.Mode().Perm()&others == 0 || above && info.Mode()&os.ModeSticky != 0
}
