// SPDX-License-Identifier: MPL-2.0

package parts

import "time"

// now is the clock of the day separators; tests set it.
var now = time.Now

// dayWords names a day: today, yesterday, or with its date.
func dayWords(kit *Kit, day time.Time) string {
	today := now().In(day.Location())
	switch {
	case sameDay(day, today):
		return kit.Words.Text("timeline.today")
	case sameDay(day, today.AddDate(0, 0, -1)):
		return kit.Words.Text("timeline.yesterday")
	case day.Year() == today.Year():
		return kit.Words.Text("format.weekday-day", "weekday", Weekday(kit.Words, day), "day", Day(kit.Words, day))
	}
	return Date(kit.Words, day)
}

func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}
