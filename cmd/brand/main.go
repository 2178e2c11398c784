// SPDX-License-Identifier: MPL-2.0

// Command brand makes the program under the name of a bundle: it checks the bundle,
// builds both programs with it embedded, writes what a desktop wants to know about a
// program (desktop file, metainfo, D-Bus service, icons, Flatpak manifest, Info.plist,
// entitlements) under the bundle's id, packs it and prints the SHA-256 of each package.
//
//	go run ./cmd/brand --bundle resources/examples/acme.csres --out dist/
//
// The source tree stays as it is, and the same tree, bundle and toolchain make the same
// bytes in any directory. Without --bundle the packages are those of the program itself.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
)

// options are the choices of the command line.
type options struct {
	bundle  string // "" is the embedded default
	out     string
	version string // "" is that of FyneApp.toml
	noBuild bool
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run returns 0, 1 if the bundle has a fault or the build failed, 2 for wrong usage.
func run(args []string, out, errs io.Writer) int {
	var o options
	flags := flag.NewFlagSet("brand", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.StringVar(&o.bundle, "bundle", "", "the brand's bundle, a `PATH` of a directory or a zip; without it the default")
	flags.StringVar(&o.out, "out", "dist", "write to `DIR`, in a directory named by the bundle's id")
	flags.StringVar(&o.version, "version", "", "the program's `VERSION` in the packages")
	flags.BoolVar(&o.noBuild, "no-build", false, "write the files, build no program")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		_, _ = fmt.Fprintln(errs, "brand: takes no operands; --bundle PATH names the bundle")
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := produce(ctx, o, out, errs); err != nil {
		_, _ = fmt.Fprintln(errs, "brand:", err)
		return 1
	}
	return 0
}

// produce does what the command is for.
func produce(ctx context.Context, o options, out, errs io.Writer) (err error) {
	root, err := sourceTree(ctx)
	if err != nil {
		return err
	}
	b, err := read(root, o)
	if err != nil {
		return err
	}
	dist, err := emptied(o.out, b.ID)
	if err != nil {
		return err
	}
	if err := writeFiles(root, dist, b); err != nil {
		return err
	}
	if !o.noBuild {
		if err := build(ctx, root, dist, b, errs); err != nil {
			return err
		}
	}
	if b.undated {
		_, _ = fmt.Fprintln(errs, "brand: the bundle's manifest has no \"created\", so the packages are dated today")
	}
	packages, err := pack(dist, b, runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return err
	}
	return sums(out, dist, packages)
}
