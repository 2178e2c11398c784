// SPDX-License-Identifier: MPL-2.0

// Command chatsecure is the desktop program.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"chatsecure.org/desktop/app"
	"chatsecure.org/desktop/resources"
)

func main() { os.Exit(run(os.Args)) }

func run(args []string) int {
	words := resources.Default().Locale(resources.SystemLanguages(os.Getenv)...)
	opts := app.Options{Log: os.Stderr}
	flags := flag.NewFlagSet(words.Branding().Name, flag.ContinueOnError)
	flags.SetOutput(io.Discard) // its words are nobody's language but English
	flags.StringVar(&opts.Profile, "profile", "", "")
	flags.StringVar(&opts.KeyFile, "key-file", "", "")
	flags.StringVar(&opts.CAFile, "ca-file", "", "")
	flags.StringVar(&opts.Bundle, "bundle", "", "")
	version := flags.Bool("version", false, "")
	err := flags.Parse(args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
		help(os.Stdout, flags, words)
		return 0
	case err == nil && flags.NArg() > 0:
		err = errors.New(flags.Arg(0))
		fallthrough
	case err != nil:
		_, _ = fmt.Fprintln(os.Stderr, words.Text("start.wrong", "reason", err))
		help(os.Stderr, flags, words)
		return 2
	}
	if *version {
		fmt.Println(words.Branding().Name, app.Version)
		return 0
	}
	return app.Run(opts)
}

// takes is what each option is followed by; "" for nothing.
var takes = map[string]string{"profile": "DIR", "key-file": "FILE", "ca-file": "FILE", "bundle": "PATH", "version": ""}

// help prints the options, in the words of the bundle (start.option.*).
func help(to io.Writer, flags *flag.FlagSet, words *resources.Bundle) {
	_, _ = fmt.Fprintln(to, words.Text("start.options", "app", words.Branding().Name))
	flags.VisitAll(func(f *flag.Flag) {
		option := strings.TrimSpace("--" + f.Name + " " + takes[f.Name])
		_, _ = fmt.Fprintf(to, "  %-18s %s\n", option, words.Text("start.option."+f.Name))
	})
}
