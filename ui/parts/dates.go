// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"time"

	"chatsecure.org/desktop/resources"
)

// What a date or a time looks like is the language's business: formats are texts of the
// bundle.

// ClockTime is the hour and the minute.
func ClockTime(words *resources.Bundle, at time.Time) string {
	return at.Format(words.Text("format.time"))
}

// Day is a day of this year.
func Day(words *resources.Bundle, at time.Time) string { return at.Format(words.Text("format.day")) }

// Date is a day with its year.
func Date(words *resources.Bundle, at time.Time) string { return at.Format(words.Text("format.date")) }

// Weekday is the short name of the day of the week.
func Weekday(words *resources.Bundle, at time.Time) string {
	return words.Text("weekday." + weekdays[at.Weekday()])
}

// DayTime is a day of this year with the time of the day.
func DayTime(words *resources.Bundle, at time.Time) string {
	return words.Text("format.with-time", "date", Day(words, at), "time", ClockTime(words, at))
}

// DateTime is a day with its year and the time of the day.
func DateTime(words *resources.Bundle, at time.Time) string {
	return words.Text("format.with-time", "date", Date(words, at), "time", ClockTime(words, at))
}

// List is several things in one line.
func List(words *resources.Bundle, things ...string) (line string) {
	for i := len(things) - 1; i >= 0; i-- {
		if i == len(things)-1 {
			line = things[i]
		} else {
			line = words.Text("format.list", "first", things[i], "rest", line)
		}
	}
	return line
}

var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
