package depgraph

import (
	"testing"
	"time"
)

func TestWindowsAreReadAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]struct {
		from  int // minute in UTC of the day, or of the week
		lasts time.Duration
	}{
		"06:00-07:00 UTC":           {360, time.Hour},
		" 6:00 - 07:30 utc ":        {360, 90 * time.Minute},
		"22:00-24:00 UTC":           {1320, 2 * time.Hour},
		"24:00-02:00":               {0, 2 * time.Hour},
		"23:00-01:00 UTC":           {1380, 2 * time.Hour},
		"00:00-24:00 UTC":           {0, 24 * time.Hour},
		"03:00-03:00 UTC":           {180, 24 * time.Hour},
		"06:00–07:00 GMT":           {360, time.Hour},
		"06:00:00-07:00:00Z":        {360, time.Hour},
		"06:00-07:00 +02:00":        {240, time.Hour},
		"06:00-07:00 UTC+2":         {240, time.Hour},
		"01:00-02:00 +0530":         {1170, time.Hour},
		"20:00-24:00 UTC-5":         {60, 4 * time.Hour},
		"06:00-07:00-05:00":         {660, time.Hour},
		"06:00-05:00-07:00-05:00":   {660, time.Hour},
		"06:00Z/07:00Z":             {360, time.Hour},
		"06:00+02:00 - 07:00+01:00": {240, 2 * time.Hour},
		"01:00-02:00 +02:00":        {1380, time.Hour},
		"Sun 05:00-06:00 UTC":       {6*1440 + 300, time.Hour},
		"sun:23:30-mon:00:30":       {6*1440 + 1410, time.Hour},
		"Monday 22:00-02:00":        {1320, 4 * time.Hour},
		"Mon 00:30-01:30 +01:00":    {6*1440 + 1410, time.Hour},
		"Sat 00:00-Mon 00:00 UTC":   {5 * 1440, 48 * time.Hour},
		"Sat 00:00-24:00 UTC":       {5 * 1440, 24 * time.Hour},
		"TUES 05:00-06:00 utc":      {1440 + 300, time.Hour},
		"Wednesday 05:00-06:00":     {2*1440 + 300, time.Hour},
		"Thurs 05:00-Thu 06:00 gmt": {3*1440 + 300, time.Hour},
		"friday 05:00-06:00":        {4*1440 + 300, time.Hour},
		"Saturday 05:00-06:00":      {5*1440 + 300, time.Hour},
	} {
		w, ok := ParseWindow(text)
		if !ok || w.from != want.from || w.Lasts() != want.lasts {
			t.Errorf("%q opens at minute %d for %v (%v), want %d for %v", text, w.from, w.Lasts(), ok, want.from, want.lasts)
		}
	}
}

func TestWindowsThatAreNoneAreNotUnderstood(t *testing.T) {
	for _, text := range []string{
		"", "daily", "06:00", "06:00-", "25:00-26:00 UTC", "24:01-02:00 UTC", "06:60-07:00 UTC", "06:00-07:00 CET",
		"06:00-07:00 Europe/Berlin", "06:00-Sun 07:00 UTC", "Mon-Fri 06:00-07:00", "06:00Z-07:00", "06:00-07:00 +15:00", "06:00-07:00 +02:75",
		"Sunset 20:00-21:00 UTC", "Month 05:00-06:00", "ſun 05:00-06:00",
	} {
		if w, ok := ParseWindow(text); ok {
			t.Errorf("%q opens at minute %d for %v", text, w.from, w.Lasts())
		}
	}
}

func TestWindowsOverlapWhereTheyShareAMoment(t *testing.T) {
	texts := []string{
		"06:00-07:00 UTC", "07:00-08:00 UTC", "22:00-24:00 UTC", "23:00-01:00 UTC", "00:00-00:30 UTC", "02:00-02:00 UTC",
		"07:30-08:30 +02:00", "18:00-20:00 UTC-5", "05:59-06:01 UTC", "sun:23:30-mon:00:30", "Mon 00:15-00:45", "Sat 00:00-Sun 24:00", "Tue 06:30-06:45",
	}
	for _, a := range texts {
		for _, b := range texts {
			x, y := window(t, a), window(t, b)
			shared := false
			for at := range weekMinutes {
				shared = shared || open(x, at) && open(y, at)
			}
			if x.Overlaps(y) != shared {
				t.Errorf("%q overlaps %q: %v, want %v", a, b, x.Overlaps(y), shared)
			}
		}
	}
}

func window(t *testing.T, text string) Window {
	t.Helper()
	w, ok := ParseWindow(text)
	if !ok {
		t.Fatalf("%q is not understood", text)
	}
	return w
}

// open says it minute by minute.
func open(w Window, at int) bool {
	for k := range w.lasts {
		if (w.from+k)%w.period == at%w.period {
			return true
		}
	}
	return false
}
