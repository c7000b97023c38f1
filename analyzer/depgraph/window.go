package depgraph

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Window is when an update channel changes what it reaches: once a day, or once a week.
type Window struct {
	from, lasts int // minutes: of the day or the week in UTC, and how many
	period      int // minutes from one to the next
}

const (
	dayMinutes  = 24 * 60
	weekMinutes = 7 * dayMinutes
)

const (
	windowDay   = `(?:((?:mon|fri|sun)(?:day)?|tue(?:s|sday)?|wed(?:s|nesday)?|thu(?:rs?|rsday)?|sat(?:urday)?)[\s:]\s*)?`
	windowClock = `(\d{1,2}):(\d{2})(?::\d{2})?`
	windowZone  = `\s*((?:utc|gmt|z)?(?:[+-]\d{1,2}(?::?\d{2})?)?)`
	startZone   = `\s*((?:utc|gmt|z)??(?:[+-]\d{1,2}(?::?\d{2})?)??)` // rather none: 06:00-07:00-05:00 ends at 07:00
)

var (
	windowP  = regexp.MustCompile(`^\s*` + windowDay + windowClock + startZone + `\s*[-–/]\s*` + windowDay + windowClock + windowZone + `\s*$`)
	distance = regexp.MustCompile(`([+-])(\d{1,2}):?(\d{2})?$`)
	weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
)

// ParseWindow reads a window as [Node] states it: "06:00-07:00 UTC". It may go over
// midnight, and end at 24:00; equal ends are all day. A day makes it weekly: "Sun
// 05:00-06:00", or as clouds write it "sun:23:30-mon:00:30". A zone is UTC, GMT, Z or a
// distance from it (+02:00, UTC+2) and stands behind the end, or behind both; without one
// it is UTC. Anything else is not understood, such as the name of a zone whose distance
// from UTC changes over the year.
func ParseWindow(text string) (Window, bool) {
	m := windowP.FindStringSubmatch(strings.ToLower(text))
	if m == nil {
		return Window{}, false
	}
	firstDay, firstZone, lastDay, lastZone := m[1], m[4], m[5], m[8]
	switch {
	case firstZone == "":
		firstZone = lastZone
	case lastZone == "":
		return Window{}, false // a zone of the start alone leaves that of the end open
	}
	from, ok := minutes(m[2], m[3], firstZone)
	to, ok2 := minutes(m[6], m[7], lastZone)
	if !ok || !ok2 || firstDay == "" && lastDay != "" {
		return Window{}, false
	}
	w := Window{period: dayMinutes}
	round := dayMinutes // after which the end comes again
	if firstDay != "" {
		w.period = weekMinutes
		from += day(firstDay)
	}
	if lastDay != "" {
		round = weekMinutes
		to += day(lastDay)
	}
	w.from = modulo(from, w.period)
	if w.lasts = modulo(to-from, round); w.lasts == 0 {
		w.lasts = round
	}
	return w, true
}

// minutes returns the minute of the day in UTC, which may lie in the day before or after.
func minutes(hour, minute, zone string) (int, bool) {
	h, m := number(hour), number(minute)
	if h > 24 || m > 59 || h == 24 && m > 0 {
		return 0, false
	}
	at := h*60 + m
	if d := distance.FindStringSubmatch(zone); d != nil {
		east := number(d[2])*60 + number(d[3])
		if east > 14*60 || number(d[3]) > 59 {
			return 0, false // nobody lives further from UTC
		}
		if d[1] == "-" {
			east = -east
		}
		at -= east
	}
	return at, true
}

// day returns the minute of the week at which a day begins.
func day(name string) int { return slices.Index(weekdays, name[:3]) * dayMinutes }

// number reads digits; none are 0.
func number(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

func modulo(a, n int) int { return (a%n + n) % n }

// Overlaps reports whether two windows share a moment.
func (w Window) Overlaps(o Window) bool { return w.meets(o) || o.meets(w) }

// meets reports whether o opens once while w is open.
func (w Window) meets(o Window) bool {
	for at := o.from; at < weekMinutes; at += o.period {
		if modulo(at-w.from, w.period) < w.lasts {
			return true
		}
	}
	return false
}

// Lasts returns how long the window is open.
func (w Window) Lasts() time.Duration { return time.Duration(w.lasts) * time.Minute }
