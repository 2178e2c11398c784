// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

// writeFiles writes all that is made of the bundle alone: what stands in packaging/ as
// templates, and the icons.
func writeFiles(root, dist string, b *brand) error {
	app := filepath.Join("macos", b.Name+".app", "Contents")
	share := filepath.Join("linux", "share")
	for from, to := range map[string]string{
		"linux/app.desktop.tmpl":      filepath.Join(share, "applications", b.ID+".desktop"),
		"linux/app.metainfo.xml.tmpl": filepath.Join(share, "metainfo", b.ID+".metainfo.xml"),
		"linux/app.service.tmpl":      filepath.Join(share, "dbus-1", "services", b.ID+".service"),
		"flatpak/app.yml.tmpl":        filepath.Join("flatpak", b.ID+".yml"),
		"macos/Info.plist.tmpl":       filepath.Join(app, "Info.plist"),
		"macos/app.entitlements.tmpl": filepath.Join("macos", b.Command+".entitlements"),
	} {
		data, err := render(filepath.Join(root, "packaging", filepath.FromSlash(from)), b)
		if err != nil {
			return err
		}
		if err := write(filepath.Join(dist, to), data); err != nil {
			return err
		}
	}
	icons := filepath.Join(dist, share, "icons", "hicolor")
	for _, size := range sizes {
		data, err := b.icon.scaled(size)
		if err != nil {
			return err
		}
		if err := write(filepath.Join(icons, fmt.Sprintf("%dx%d", size, size), "apps", b.ID+".png"), data); err != nil {
			return err
		}
	}
	if err := write(filepath.Join(icons, "scalable", "apps", b.ID+".svg"), b.svg); err != nil {
		return err
	}
	data, err := icns(b.icon)
	if err != nil {
		return err
	}
	if err := write(filepath.Join(dist, app, "Resources", b.Command+".icns"), data); err != nil {
		return err
	}
	licence, err := os.ReadFile(filepath.Join(root, "LICENSE"))
	if err != nil {
		return err
	}
	return write(filepath.Join(dist, share, "licenses", b.ID, "LICENSE"), licence)
}

func write(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o644)
}

// render fills in a template. What stands in XML goes through the function xml.
func render(name string, b *brand) ([]byte, error) {
	t, err := template.New(filepath.Base(name)).Option("missingkey=error").Funcs(template.FuncMap{"xml": escaped}).ParseFiles(name)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, b)
	return out.Bytes(), err
}

func escaped(s string) (string, error) {
	var b strings.Builder
	err := xml.EscapeText(&b, []byte(s))
	return b.String(), err
}
