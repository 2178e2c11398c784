// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
)

// versionsName holds the highest version of each resource bundle that was used with
// the profile: an older one is not taken any more.
const (
	versionsName  = "bundles.json"
	versionsLimit = 256 << 10 // bytes
)

// BundleVersions are those that NoteBundles has stored in dir; nil where there are
// none. What can not be read counts as none: who can write there can delete it, too.
func BundleVersions(dir string) (seen map[string]string) {
	f, err := os.Open(filepath.Join(dir, versionsName))
	if err != nil {
		return nil
	}
	defer f.Close() //nolint:errcheck // opened for reading
	data, err := io.ReadAll(io.LimitReader(f, versionsLimit+1))
	if err != nil || len(data) > versionsLimit || json.Unmarshal(data, &seen) != nil {
		return nil
	}
	return seen
}

// NoteBundles stores which versions of bundles have been used, if that is news.
func (p *Profile) NoteBundles(versions map[string]string) error {
	if maps.Equal(versions, BundleVersions(p.dir)) {
		return nil
	}
	data, err := json.MarshalIndent(versions, "", "  ")
	if err == nil {
		err = writeFile(filepath.Join(p.dir, versionsName), append(data, '\n'))
	}
	if err != nil {
		return storageError("note bundles", err)
	}
	return nil
}
