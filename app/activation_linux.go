// SPDX-License-Identifier: MPL-2.0

package app

import (
	"context"
	"strings"

	"github.com/godbus/dbus/v5"
)

// application is what the desktop calls to start or raise a program by its name
// (freedesktop's Desktop Entry Specification, "D-Bus Activation").
type application struct{ raise func() }

const applicationInterface = "org.freedesktop.Application"

// Activate brings the window to the front.
func (a application) Activate(map[string]dbus.Variant) *dbus.Error {
	a.raise()
	return nil
}

// Open would open what it is given: nothing that the program shows has an address.
func (a application) Open(_ []string, _ map[string]dbus.Variant) *dbus.Error {
	a.raise()
	return nil
}

// ActivateAction is for actions of the desktop file, which names none.
func (a application) ActivateAction(string, []dbus.Variant, map[string]dbus.Variant) *dbus.Error {
	return &dbus.ErrMsgInvalidArg
}

// ownName takes the application's name on the session bus for as long as ctx lives, if
// there is a bus and nobody has the name. It does not return before the bus is let go.
func ownName(ctx context.Context, id string, raise func()) {
	conn, err := dbus.SessionBusPrivate(dbus.WithContext(ctx)) // closes when ctx ends
	if err != nil {
		return
	}
	defer conn.Close() //nolint:errcheck // nothing of ours is on its way
	if conn.Auth(nil) != nil || conn.Hello() != nil {
		return
	}
	path := dbus.ObjectPath("/" + strings.NewReplacer(".", "/", "-", "_").Replace(id))
	if conn.Export(application{raise}, path, applicationInterface) != nil {
		return
	}
	answer, err := conn.RequestName(id, dbus.NameFlagDoNotQueue)
	if err != nil || answer != dbus.RequestNameReplyPrimaryOwner {
		return
	}
	<-ctx.Done()
}
