// SPDX-License-Identifier: MPL-2.0

// Package model decides what the windows show. It knows no toolkit and needs
// no display: a screen of package ui binds a model's rows and fields to parts,
// and calls the model's methods when the person does something.
//
// # Goroutines
//
// Every value of this package belongs to the UI goroutine: its methods and
// fields are used there and nowhere else, and its callbacks run there. Only
// Pump and what is inside a Tasks job run elsewhere. Nothing here blocks:
// queries and commands run in jobs (see Tasks) whose results come back through
// Dispatch.
//
// # Use
//
//	env := model.NewEnv(ctx, fyne.Do)
//	defer env.Tasks.Close(2 * time.Second)
//	list := model.NewConversations(env, client)
//	list.OnChange = func() { listWidget.SetRows(list.Rows()) }
//	list.Load()
//	go model.Pump(ctx, client.Subscribe(), env.Dispatch, list, timeline, accounts)
//
// A model calls its OnChange after any change of what it shows; the screen then
// reads the whole of it again. Errors are kept as *chat.Error: their words are
// resource "error.CODE", found by the screen.
package model
