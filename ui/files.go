// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"io"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"chatsecure.org/desktop/core/chat"
)

// pictureNames are how files of pictures end.
var pictureNames = []string{".png", ".jpg", ".jpeg", ".gif", ".webp"}

// lastFolder is the name under which the toolkit's file dialog keeps, in a file
// that anybody can read, which folder was looked at. It is taken out again.
const lastFolder = "fyne:fileDialogLastFolder"

// pickFile lets the person choose a file that is then read; endings nil are all.
func (w *Window) pickFile(title string, endings []string, do func(file io.ReadCloser)) {
	open := dialog.NewFileOpen(func(file fyne.URIReadCloser, err error) {
		switch {
		case err != nil:
			w.say(w.words.Text("failed.title"), errorWords(w.words, unusable(err, chat.CodeFile)))
		case file != nil:
			do(file)
		}
	}, w.cfg.Window)
	if endings != nil {
		open.SetFilter(storage.NewExtensionFileFilter(endings))
	}
	w.showFileDialog(open, title, "action.open")
}

// pickPath lets the person choose a file that somebody else reads, by its path.
func (w *Window) pickPath(title string, endings []string, do func(path string)) {
	w.pickFile(title, endings, func(file io.ReadCloser) {
		chosen, ok := file.(fyne.URIReadCloser)
		_ = file.Close()
		if ok {
			do(chosen.URI().Path())
		}
	})
}

// pickFolder lets the person choose a folder.
func (w *Window) pickFolder(title string, do func(path string)) {
	open := dialog.NewFolderOpen(func(folder fyne.ListableURI, err error) {
		switch {
		case err != nil:
			w.say(w.words.Text("failed.title"), errorWords(w.words, unusable(err, chat.CodeFile)))
		case folder != nil:
			do(folder.Path())
		}
	}, w.cfg.Window)
	w.showFileDialog(open, title, "action.open")
}

// saveFile lets the person choose a place and writes there.
func (w *Window) saveFile(title, name string, data []byte, then func()) {
	save := dialog.NewFileSave(func(file fyne.URIWriteCloser, err error) {
		switch {
		case err != nil:
			w.say(w.words.Text("failed.title"), errorWords(w.words, unusable(err, chat.CodeReadOnly)))
		case file != nil:
			w.command(func(context.Context) error {
				_, err := file.Write(data)
				if closed := file.Close(); err == nil {
					err = closed
				}
				if err != nil {
					return unusable(err, chat.CodeReadOnly)
				}
				return nil
			}, then)
		}
	}, w.cfg.Window)
	save.SetFileName(name)
	w.showFileDialog(save, title, "action.save")
}

func (w *Window) showFileDialog(d *dialog.FileDialog, title, confirm string) {
	if w.left {
		return
	}
	d.SetTitleText(w.words.Text(title))
	d.SetConfirmText(w.words.Text(confirm))
	d.SetDismissText(w.words.Text("action.cancel"))
	d.SetOnClosed(func() {
		w.foreign = nil
		fyne.CurrentApp().Preferences().RemoveValue(lastFolder)
	})
	w.foreign = d.Hide
	d.Show()
}

// readBounded reads a file of at most so many bytes, and closes it.
func readBounded(file io.ReadCloser, most int) ([]byte, error) {
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, int64(most)+1))
	switch {
	case err != nil:
		return nil, unusable(err, chat.CodeFile)
	case len(data) > most:
		return nil, &chat.Error{Kind: chat.Input, Op: "read file", Code: chat.CodeTooLarge}
	}
	return data, nil
}

// unusable is an error about a file that the person chose.
func unusable(err error, code chat.Code) error {
	return &chat.Error{Kind: chat.Input, Op: "use file", Code: code, Err: err}
}
