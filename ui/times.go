// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/ui/parts"
)

// shortTime is a time in as few letters as tell it: the hour today, the weekday
// this week, the date before that.
func shortTime(words *resources.Bundle, at, now time.Time) string {
	if at.IsZero() {
		return ""
	}
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	switch days := int(day(now).Sub(day(at)).Hours() / 24); {
	case days <= 0:
		return parts.ClockTime(words, at)
	case days == 1:
		return words.Text("timeline.yesterday")
	case days < 7:
		return parts.Weekday(words, at)
	case at.Year() == now.Year():
		return parts.Day(words, at)
	}
	return parts.Date(words, at)
}

var presenceIDs = map[chat.Presence]string{
	chat.Unavailable: "presence.offline", chat.ExtendedAway: "presence.xa", chat.Away: "presence.away",
	chat.DoNotDisturb: "presence.dnd", chat.Available: "presence.online", chat.FreeForChat: "presence.chat",
}

// presenceWords says how reachable a contact is.
func presenceWords(words *resources.Bundle, c chat.Contact, now time.Time) string {
	switch {
	case c.Asking:
		return words.Text("presence.asking")
	case c.Asked && c.Subscription != chat.SubscriptionBoth && c.Subscription != chat.SubscriptionTo:
		return words.Text("presence.asked")
	case !c.Listed:
		return words.Text("presence.unlisted")
	case c.Subscription != chat.SubscriptionBoth && c.Subscription != chat.SubscriptionTo:
		return words.Text("presence.hidden")
	}
	text := words.Text(presenceIDs[c.Presence])
	if c.Presence == chat.Unavailable && !c.LastActive.IsZero() {
		text = agoWords(words, now.Sub(c.LastActive))
	}
	if c.StatusText != "" {
		text = words.Text("presence.with-text", "presence", text, "text", c.StatusText)
	}
	return text
}

func agoWords(words *resources.Bundle, d time.Duration) string {
	switch {
	case d < time.Minute:
		return words.Text("ago.now")
	case d < time.Hour:
		return words.Text("ago.minutes", "count", int(d.Minutes()))
	case d < 24*time.Hour:
		return words.Text("ago.hours", "count", int(d.Hours()))
	}
	return words.Text("ago.days", "count", int(d.Hours()/24))
}
