// SPDX-License-Identifier: MPL-2.0

// Command chatsecure is the desktop program.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"chatsecure.org/desktop/app"
	"chatsecure.org/desktop/resources"
)

func main() { os.Exit(run(os.Args)) }

func run(args []string) int {
	name := resources.Default().Branding().Name
	opts := app.Options{Log: os.Stderr}
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.StringVar(&opts.Profile, "profile", "", "keep everything in `DIR` instead of the usual place")
	flags.StringVar(&opts.KeyFile, "key-file", "", "read the database's passphrase from `FILE` instead of asking")
	flags.StringVar(&opts.CAFile, "ca-file", "", "trust the certificate authorities in `FILE` (PEM) in addition")
	flags.StringVar(&opts.Bundle, "bundle", "", "use the resource bundle at `PATH` for words, look and policy")
	version := flags.Bool("version", false, "print the version and exit")
	switch err := flags.Parse(args[1:]); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil || flags.NArg() > 0:
		return 2
	}
	if *version {
		fmt.Println(name, app.Version)
		return 0
	}
	return app.Run(opts)
}
