// SPDX-License-Identifier: MPL-2.0

package chat

import "log/slog"

// A log holds no password, message text, name or address. Every type here that
// has one in it is logged by what follows (Address, ConvID, Message and Error
// say so themselves). A slice of them is not: log its length.

var redacted = slog.StringValue("redacted")

// LogValue keeps addresses and hosts out of logs.
func (l Login) LogValue() slog.Value {
	return slog.GroupValue(slog.Bool("host", l.Host != ""), slog.Bool("proxy", l.Proxy != ""), slog.Bool("tor", l.Tor))
}

// LogValue keeps addresses and names out of logs.
func (a Account) LogValue() slog.Value {
	return slog.GroupValue(slog.String("state", a.State.String()), slog.Bool("enabled", a.Enabled), slog.String("error", codeText(a.Error)))
}

// LogValue keeps what a person typed and a server said out of logs.
func (f Field) LogValue() slog.Value { return redacted }

// LogValue keeps what a person typed and a server said out of logs.
func (f Form) LogValue() slog.Value { return slog.GroupValue(slog.Int("fields", len(f.Fields))) }

// LogValue keeps addresses and names out of logs.
func (c Contact) LogValue() slog.Value {
	return slog.GroupValue(slog.String("subscription", c.Subscription.String()), slog.String("presence", c.Presence.String()))
}

// LogValue keeps addresses, names and text out of logs.
func (c Conversation) LogValue() slog.Value {
	return slog.GroupValue(slog.Int64("last", int64(c.Last.ID)), slog.Int("unread", c.Unread))
}

// LogValue keeps addresses out of logs.
func (e Event) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("kind", int(e.Kind)), slog.Int("ids", len(e.IDs)))
}

// LogValue keeps what a person looks for out of logs.
func (q SearchQuery) LogValue() slog.Value { return slog.GroupValue(slog.Int("limit", q.Limit)) }

// LogValue keeps rooms out of logs.
func (b Bookmark) LogValue() slog.Value { return redacted }

// LogValue keeps ids that others chose out of logs.
func (o SendOptions) LogValue() slog.Value { return redacted }

// LogValue keeps addresses, keys and labels out of logs.
func (k Key) LogValue() slog.Value {
	return slog.GroupValue(slog.String("trust", k.Trust.String()), slog.Bool("listed", k.Listed), slog.Bool("own", k.Own))
}

// LogValue keeps addresses, keys and questions out of logs.
func (s EncryptionState) LogValue() slog.Value {
	return slog.GroupValue(slog.String("now", s.Now.String()), slog.String("lock", s.Lock.String()), slog.Int("readers", len(s.Readers)))
}

// LogValue keeps addresses and keys out of logs.
func (l IdentityLink) LogValue() slog.Value { return slog.GroupValue(slog.Int("keys", len(l.Keys))) }

// LogValue keeps addresses, names and tokens out of logs.
func (i Invitation) LogValue() slog.Value {
	return slog.GroupValue(slog.Bool("account", i.MakesAccount()), slog.Bool("inviter", !i.Inviter.IsZero()))
}

// LogValue keeps what people feel out of logs.
func (r Reaction) LogValue() slog.Value { return redacted }

func codeText(e *Error) string {
	if e == nil {
		return ""
	}
	return string(e.Code)
}
