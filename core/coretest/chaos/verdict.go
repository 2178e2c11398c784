// SPDX-License-Identifier: MPL-2.0

package chaos

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Verdict is what a trial has found.
type Verdict struct {
	Seed     uint64
	Expected int    // messages that each device sent
	How      string // they were encrypted
	Unread   int    // rows of all databases that nobody could decrypt
	Faults   string // what was done
	Streams  []Stream
	Findings []Finding
}

// Stream is what a database has of the messages of one device.
type Stream struct {
	Database, From string
	Lost, Doubled  []int
	Misplaced      []int // come after a later one
	Shuffled       int   // the same, by a few places, and forgiven
	Altered        []int // do not say what was sent
	Otherwise      []int // were not encrypted as they were to be
	Unsent         []int // not with the server: queued or failed, in the sender's own database
}

// Finding is what else is wrong with a database or its client.
type Finding struct {
	Who      string
	Troubles []string
}

// Good says whether nothing was lost, doubled, out of order, or otherwise wrong.
func (v *Verdict) Good() bool {
	return v.Unread == 0 && !slices.ContainsFunc(v.Streams, func(s Stream) bool {
		return len(s.Lost)+len(s.Doubled)+len(s.Misplaced)+len(s.Altered)+len(s.Otherwise)+len(s.Unsent) > 0
	}) && !slices.ContainsFunc(v.Findings, func(f Finding) bool { return len(f.Troubles) > 0 })
}

// Write prints the verdict.
func (v *Verdict) Write(w io.Writer) {
	fmt.Fprintf(w, "seed %d: %d messages from each, encryption %s, %s\n", v.Seed, v.Expected, v.How, v.Faults)
	for _, s := range v.Streams {
		fmt.Fprintf(w, "  in the database of %-10s from %-10s: %d lost, %d doubled, %d out of order, %d altered, %d not sent\n",
			s.Database, s.From, len(s.Lost), len(s.Doubled), len(s.Misplaced), len(s.Altered), len(s.Unsent))
		if s.Shuffled > 0 {
			fmt.Fprintf(w, "    %d stand a few places late, as the server sent them\n", s.Shuffled)
		}
		for _, few := range []struct {
			what    string
			numbers []int
		}{{"lost", s.Lost}, {"doubled", s.Doubled}, {"out of order", s.Misplaced}, {"altered", s.Altered}, {"not encrypted as they were to be", s.Otherwise}, {"not sent", s.Unsent}} {
			if len(few.numbers) > 0 {
				fmt.Fprintf(w, "    %s: %s\n", few.what, ranges(few.numbers))
			}
		}
	}
	for _, f := range v.Findings {
		for _, text := range f.Troubles[:min(len(f.Troubles), 10)] {
			fmt.Fprintf(w, "  %s: %s\n", f.Who, text)
		}
		if more := len(f.Troubles) - 10; more > 0 {
			fmt.Fprintf(w, "  %s: and %d more\n", f.Who, more)
		}
	}
	if v.Unread > 0 {
		fmt.Fprintf(w, "  %d undecryptable\n", v.Unread)
	}
	if v.Good() {
		fmt.Fprintln(w, "GOOD: 0 lost, 0 doubled, 0 out of order, 0 undecryptable; the databases are whole")
	} else {
		fmt.Fprintln(w, "BAD")
	}
}

// String is what Write prints.
func (v *Verdict) String() string {
	var b strings.Builder
	v.Write(&b)
	return b.String()
}

// ranges shortens a list of numbers: 1-3 7.
func ranges(all []int) string {
	var parts []string
	for i := 0; i < len(all); {
		j := i
		for j+1 < len(all) && all[j+1] == all[j]+1 {
			j++
		}
		if j > i {
			parts = append(parts, fmt.Sprintf("%d-%d", all[i], all[j]))
		} else {
			parts = append(parts, fmt.Sprint(all[i]))
		}
		i = j + 1
	}
	if len(parts) > 20 {
		parts = append(parts[:20], "…")
	}
	return strings.Join(parts, " ")
}

// follow looks for the n messages of a device in a database. One of somebody else may
// stand behind as many later ones as are allowed.
func follow(d, from *device, n, allowed int, all []message) Stream {
	s := Stream{Database: d.name(), From: from.name()}
	times := make([]int, n)
	highest := -1
	for _, m := range all {
		label, i, ok := number(m.Body)
		if !ok || label != from.label || i >= n {
			continue
		}
		times[i]++
		switch {
		case times[i] > 1:
			s.Doubled = append(s.Doubled, i)
		case i < highest && d.own != from.own && highest-i <= allowed:
			s.Shuffled++
		case i < highest:
			s.Misplaced = append(s.Misplaced, i)
		}
		highest = max(highest, i)
		if m.Body != body(label, i) || m.OriginID != originID(label, i) {
			s.Altered = append(s.Altered, i)
		}
		if m.Encryption != travels(from.how) {
			s.Otherwise = append(s.Otherwise, i)
		}
		if d == from && (m.Status == "queued" || m.Status == "failed") {
			s.Unsent = append(s.Unsent, i)
		}
	}
	for i, count := range times {
		if count == 0 {
			s.Lost = append(s.Lost, i)
		}
	}
	return s
}

// odd finds what belongs to no stream, stands on the wrong side, or has the id of
// another.
func odd(d *device, all []message, devices []*device) (troubles []string) {
	seen := map[string]string{}
	once := func(what, id, where string) {
		if id == "" {
			return
		}
		if other, there := seen[what+id]; there {
			troubles = append(troubles, fmt.Sprintf("%s %s is at %s and at %s", what, id, other, where))
		}
		seen[what+id] = where
	}
	for _, m := range all {
		where := m.ID + " " + strings.SplitN(m.Body, "\n", 2)[0]
		label, _, ok := number(m.Body)
		i := slices.IndexFunc(devices, func(d *device) bool { return d.label == label })
		if !ok || i < 0 || m.Kind != "text" {
			troubles = append(troubles, fmt.Sprintf("there is a %s that nobody sent: %.60q", m.Kind, m.Body))
			continue
		}
		if m.GapBefore {
			troubles = append(troubles, "something is missing before "+where)
		}
		if (devices[i].own == d.own) != (m.Direction == "out") {
			troubles = append(troubles, where+" is on the wrong side")
		}
		once("message", m.ID, where)
		once("the archive's id", m.StanzaID, where)
		once("the sender's id", m.Direction+" "+m.OriginID, where)
	}
	return troubles
}
