// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"
)

// tags are those of every build of the programs (Makefile).
func tags() string {
	if runtime.GOOS == "darwin" {
		return "sqlite_fts5,migrated_fynedo"
	}
	return "gles,sqlite_fts5,migrated_fynedo"
}

// sourceTree is the root of the module that the command is run in.
func sourceTree(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env: %w", err)
	}
	mod := strings.TrimSpace(string(out))
	if mod == "" || mod == os.DevNull {
		return "", errors.New("run this in the source tree of the program")
	}
	root := filepath.Dir(mod)
	if _, err := os.Stat(filepath.Join(root, "packaging", "linux")); err != nil {
		return "", fmt.Errorf("%s is not the source tree of the program", root)
	}
	return root, nil
}

// build makes both programs with the brand's bundle embedded.
func build(ctx context.Context, root, dist string, b *brand, errs io.Writer) error {
	scratch, err := os.MkdirTemp("", "brand-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch) //nolint:errcheck // of the system's own directory for such
	args := []string{"build", "-trimpath", "-buildvcs=false", "-tags=" + tags()}
	if !b.isDefault {
		file, err := overlay(root, scratch, b)
		if err != nil {
			return err
		}
		args = append(args, "-overlay", file)
	}
	bin := filepath.Join(dist, "linux", "bin")
	if runtime.GOOS == "darwin" {
		bin = filepath.Join(dist, "macos", b.Name+".app", "Contents", "MacOS")
	}
	for name, pkg := range map[string]string{b.Command: "./cmd/chatsecure", b.Command + "-cli": "./cmd/chatsecure-cli"} {
		flags := "-s -w -buildid= -X chatsecure.org/desktop/app.Version=" + b.Version + " -X main.Version=" + b.Version
		if runtime.GOOS == "linux" {
			flags += " -extldflags=-Wl,--build-id=none"
		}
		c := exec.CommandContext(ctx, "go", append(args, "-ldflags", flags, "-o", filepath.Join(bin, name), pkg)...)
		c.Dir, c.Stderr = root, errs
		c.Env = append(os.Environ(), "GOFLAGS=", "CGO_ENABLED=1")
		if err := c.Run(); err != nil {
			return fmt.Errorf("go build %s: %w", pkg, err)
		}
	}
	return nil
}

// identity is what in the default's bundle says whose program it is: a brand's build
// has none of it.
var identity = []string{"icons/app.svg", "icons/app-1024.png", "packaging/flatpak.json", "packaging/macos.json"}

// overlay writes the brand's bundle to scratch and returns the file that has the go
// command see it in resources/brand.csres, and the default's without its identity.
func overlay(root, scratch string, b *brand) (string, error) {
	replace := map[string]string{}
	put := func(to string, data []byte) error {
		from := filepath.Join(scratch, fmt.Sprint(len(replace)))
		replace[filepath.Join(root, "resources", filepath.FromSlash(to))] = from
		return os.WriteFile(from, data, 0o600)
	}
	for _, name := range b.files.Names() {
		if strings.HasPrefix(name, "packaging/") {
			continue // read when packages are made, and never after
		}
		if err := put(path.Join("brand.csres", name), b.files.File(name)); err != nil {
			return "", err
		}
	}
	if err := put("brand.csres/manifest.json", b.files.RawManifest()); err != nil {
		return "", err
	}
	neutral, err := neutralManifest(filepath.Join(root, "resources", "default.csres", "manifest.json"))
	if err != nil {
		return "", err
	}
	if err := errors.Join(put("default.csres/manifest.json", neutral), put("default.csres/branding.json", []byte("{}\n"))); err != nil {
		return "", err
	}
	for _, name := range identity {
		file := filepath.Join(root, "resources", "default.csres", filepath.FromSlash(name))
		if _, err := os.Stat(file); err == nil {
			replace[file] = "" // the go command takes it for deleted
		}
	}
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	file := filepath.Join(scratch, "overlay.json")
	return file, os.WriteFile(file, data, 0o600)
}

// neutralManifest is the default's manifest without its name and its list of files,
// some of which are not there.
func neutralManifest(file string) ([]byte, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	delete(m, "files")
	m["id"], m["name"] = json.RawMessage(`"org.example.base"`), json.RawMessage(`"Base"`)
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", "  ")
	err = enc.Encode(m)
	return out.Bytes(), err
}
