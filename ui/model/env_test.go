// SPDX-License-Identifier: MPL-2.0

package model

import (
	"testing"
	"time"
)

// What is due after the window has gone does not happen: its goroutine is gone, too.
func TestNothingIsDueAfterTheEnd(t *testing.T) {
	ran := make(chan string, 3)
	e := NewEnv(t.Context(), func(f func()) { f() })
	e.After(0, func() { ran <- "before" })
	if got := <-ran; got != "before" {
		t.Fatal(got)
	}
	e.Tasks.Close(0)
	e.After(0, func() { ran <- "after" })
	time.AfterFunc(20*time.Millisecond, func() { ran <- "later" })
	if got := <-ran; got != "later" {
		t.Errorf("ran what was due %s the end", got)
	}
}
