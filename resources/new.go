// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"chatsecure.org/desktop/resources/csres"
)

// NewBundle makes a folder with a bundle to start from: it has a manifest, one
// colour, a line in About and an empty policy, and no fault. The folder must not
// be there, or be empty.
func NewBundle(dir, id, name string) error {
	if dir == "" {
		return errors.New("a folder without a name can not be made")
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s is there already and not empty", dir)
	}
	line, err := json.Marshal("Made for " + name + ".")
	if err != nil {
		return err
	}
	look := Default().Palette()
	manifest := csres.Manifest{Schema: csres.Schema, ID: id, Name: name, Version: "1.0.0", Locale: "en"}
	for _, f := range []struct{ name, text string }{
		{csres.ManifestName, string(manifest.Encode())},
		{"branding.json", "{\n  \"links\": {},\n  \"about\": [\"own.about\"]\n}\n"},
		{"policy.json", "{}\n"},
		{baseFile, fmt.Sprintf("{\n  \"own.about\": {\"text\": %s, \"comment\": \"A line of this bundle's own in About\"}\n}\n", line)},
		{"servers/servers.json", "{\n  \"mode\": \"add\",\n  \"servers\": []\n}\n"},
		{"theme/theme.json", fmt.Sprintf("{\n  \"light\": {\n    \"accent\": %q,\n    \"on-accent\": %q\n  },\n  \"dark\": {\n    \"accent\": %q,\n    \"on-accent\": %q\n  },\n  \"layout\": \"split\"\n}\n",
			look.Light["accent"], look.Light["on-accent"], look.Dark["accent"], look.Dark["on-accent"])},
	} {
		path := filepath.Join(dir, filepath.FromSlash(f.name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(f.text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
