// SPDX-License-Identifier: MPL-2.0

package xmpp

import "context"

// fakeWire is not managed: it ends with its link.

func (f *fakeWire) WriteNonza(ctx context.Context, el []byte) error { return f.Write(ctx, el) }
func (f *fakeWire) Offers(string) bool                              { return false }
func (f *fakeWire) Managed() bool                                   { return false }
func (f *fakeWire) Confirm(context.Context) error                   { panic("not managed") }
func (f *fakeWire) Lost() <-chan struct{}                           { return f.down }
func (f *fakeWire) LostBy() error                                   { return f.Err() }
func (f *fakeWire) Suspended() bool                                 { return false }
func (f *fakeWire) Drop(error)                                      { f.lose() }
