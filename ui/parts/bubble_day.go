// SPDX-License-Identifier: MPL-2.0

package parts

import "time"

// now is the clock of the day separators; tests set it.
var now = time.Now

var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// dayWords names a day: today, yesterday, or with its date.
func dayWords(kit *Kit, day time.Time) string {
	today := now().In(day.Location())
	switch {
	case sameDay(day, today):
		return kit.Words.Text("timeline.today")
	case sameDay(day, today.AddDate(0, 0, -1)):
		return kit.Words.Text("timeline.yesterday")
	case day.Year() == today.Year():
		return kit.Words.Text("weekday."+weekdays[day.Weekday()]) + ", " + day.Format(kit.Words.Text("format.day"))
	}
	return day.Format(kit.Words.Text("format.date"))
}

func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}
