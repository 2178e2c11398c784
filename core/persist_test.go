// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
)

// What the database can not take now is not lost, whatever the reason; what it
// can never take does not hold up the rest.
func TestPersist(t *testing.T) {
	storage := func(code chat.Code) error { return &chat.Error{Kind: chat.Storage, Code: code} }
	for _, tc := range []struct {
		name   string
		err    error // of the first tries
		tries  int
		poison string // a row that can not be stored
		want   []string
		says   chat.Code // of the account, meanwhile
	}{
		{name: "at once", want: []string{"a", "b", "c"}},
		{name: "full", err: storage(chat.CodeDiskFull), tries: 100, want: []string{"a", "b", "c"}, says: chat.CodeDiskFull},
		{name: "read only", err: storage(chat.CodeReadOnly), tries: 100, want: []string{"a", "b", "c"}, says: chat.CodeReadOnly},
		{name: "busy", err: storage(chat.CodeTimeout), tries: 100, want: []string{"a", "b", "c"}, says: chat.CodeTimeout},
		{name: "for a while", err: storage(chat.CodeUnknown), tries: 3, want: []string{"a", "b", "c"}, says: chat.CodeUnknown},
		{name: "one never", poison: "b", want: []string{"a", "c"}},
		{name: "one never, now none", err: storage(chat.CodeDiskFull), tries: 2, poison: "b", want: []string{"a", "c"}, says: chat.CodeDiskFull},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := bareAccount(t)
				a.state = chat.StateOnline
				var stored []string
				tries := tc.tries
				a.addIncoming = func(_ context.Context, _ chat.Address, b store.Batch, _ string) (store.Outcome, error) {
					if tries > 0 {
						tries--
						return store.Outcome{}, tc.err
					}
					var bodies []string
					for _, r := range b.Rows {
						if r.Body == tc.poison {
							return store.Outcome{}, &chat.Error{Kind: chat.Bug, Code: chat.CodeAddress}
						}
						bodies = append(bodies, r.Body)
					}
					stored = append(stored, bodies...)
					return store.Outcome{Stored: make([]store.Stored, len(b.Rows))}, nil
				}
				p := &arrivals{rows: []store.Incoming{{Body: "a"}, {Body: "b"}, {Body: "c"}}, sources: make([]letter, 3), write: a.writeLive}
				time.AfterFunc(againIn/2, func() {
					if e := a.snapshot().Error; chat.CodeOf(asError("", nilIsNil(e))) != tc.says {
						t.Errorf("meanwhile the account says %v, want %q", e, tc.says)
					}
				})
				if !a.persist(t.Context(), p) {
					t.Fatal("not stored")
				}
				if !slices.Equal(stored, tc.want) || len(p.rows) != len(tc.want) || len(p.out.Stored) != len(tc.want) {
					t.Errorf("stored %q, %d rows; want %q", stored, len(p.rows), tc.want)
				}
				if s := a.snapshot(); s.State != chat.StateOnline || s.Error != nil {
					t.Errorf("afterwards the account is %v, %v", s.State, s.Error)
				}
				time.Sleep(againIn)
			})
		})
	}
}

func nilIsNil(e *chat.Error) error {
	if e == nil {
		return nil
	}
	return e
}

// A receipt that could not be stored is not forgotten.
func TestAdvanceLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := bareAccount(t)
		var stored []string
		calls, working := 0, false
		a.advanceStatus = func(_ context.Context, _ chat.Address, changes []store.StatusChange) ([]store.StatusChanged, error) {
			if calls++; !working {
				return nil, &chat.Error{Kind: chat.Storage, Code: chat.CodeDiskFull}
			}
			for _, c := range changes {
				stored = append(stored, c.OriginID)
			}
			return nil, nil
		}
		a.start()
		for _, id := range []string{"1", "2", "3"} {
			a.box.post(func(ctx context.Context) {
				a.advance(ctx, []store.StatusChange{{OriginID: id, Status: chat.Delivered}})
			})
		}
		time.Sleep(10 * outboxAgainIn)
		synctest.Wait()
		if calls > 15 {
			t.Errorf("tried %d times in %v", calls, 10*outboxAgainIn)
		}
		a.box.post(func(context.Context) { working = true })
		time.Sleep(2 * outboxAgainIn)
		synctest.Wait()
		if !slices.Equal(stored, []string{"1", "2", "3"}) {
			t.Errorf("stored %q", stored)
		}
		a.close()
	})
}
