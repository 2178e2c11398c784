// SPDX-License-Identifier: MPL-2.0

package app

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// The desktop raises the program by its name; a second one does not take it away.
func TestActivation(t *testing.T) {
	if os.Getenv(busVariable) == "" {
		t.Skip("no session bus")
	}
	const id = "org.example.a-chat.Test"
	ctx, cancel := context.WithCancel(t.Context())
	raised, ended := make(chan struct{}, 8), make(chan struct{})
	go func() {
		defer close(ended)
		ownName(ctx, id, func() { raised <- struct{}{} })
	}()
	desktop, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	defer desktop.Close() //nolint:errcheck // of a test
	waiting, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	owned := func() (is bool) {
		if err := desktop.BusObject().CallWithContext(waiting, "org.freedesktop.DBus.NameHasOwner", 0, id).Store(&is); err != nil {
			t.Fatal(err)
		}
		return is
	}
	for !owned() { // each question waits for the bus
	}
	ownName(ctx, id, func() { t.Error("two have one name") }) // returns at once
	object := desktop.Object(id, "/org/example/a_chat/Test")
	if err := object.CallWithContext(waiting, applicationInterface+".Activate", 0, map[string]dbus.Variant{}).Err; err != nil {
		t.Fatal(err)
	}
	select {
	case <-raised:
	case <-waiting.Done():
		t.Fatal("not raised")
	}
	cancel()
	<-ended
	if owned() {
		t.Error("the name outlives the program")
	}
}
