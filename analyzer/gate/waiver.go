package gate

import (
	"fmt"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Waiver lets one finding stand for a while. It is given by finding id, never by
// pattern, so that it covers what its owner looked at and nothing else.
type Waiver struct {
	Finding string // the finding's id
	Owner   string // who answers for it
	Reason  string
	Ticket  string // where the work is tracked; "" is allowed
	Expires Date   // the last day on which it is in force, UTC
	Place   string // where it is written, file:line; "" is unknown
}

// Allowance lets one input be incomplete for a while.
type Allowance struct {
	Input   string // its path, as the ledger has it
	Owner   string
	Reason  string
	Expires Date // the last day on which it is in force, UTC
	Place   string
}

// LongestWaiver is how many days ahead of now a waiver or allowance may expire.
const LongestWaiver = 365

// noticeDays is how long before its end a waiver is announced to end.
const noticeDays = 14

// Date is a day in UTC. The zero Date is long past.
type Date struct{ Year, Month, Day int }

// ParseDate reads YYYY-MM-DD, and nothing else: no time, no zone, no blanks.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("date %q: want YYYY-MM-DD", s)
	}
	return dateOf(t), nil
}

func dateOf(t time.Time) Date {
	y, m, d := t.UTC().Date()
	return Date{y, int(m), d}
}

// String returns YYYY-MM-DD.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// End returns the first instant that is no longer on the day.
func (d Date) End() time.Time {
	return time.Date(d.Year, time.Month(d.Month), d.Day+1, 0, 0, 0, 0, time.UTC)
}

// inForce reports whether now is on the last day or before it. Without an
// instant nothing is in force.
func (d Date) inForce(now time.Time) bool { return !now.IsZero() && now.Before(d.End()) }

func (w *Waiver) inForce(now time.Time) bool   { return w.Expires.inForce(now) }
func (a Allowance) inForce(now time.Time) bool { return a.Expires.inForce(now) }

// tooFar reports whether a date lies further ahead than a waiver may reach.
func (d Date) tooFar(now time.Time) bool {
	return d.End().After(dateOf(now.AddDate(0, 0, LongestWaiver)).End())
}

// waiver finds the waiver of a finding; nil where there is none.
func (p *Policy) waiver(finding string) *Waiver {
	for i := range p.Waivers {
		if p.Waivers[i].Finding == finding {
			return &p.Waivers[i]
		}
	}
	return nil
}

// judgeClock refuses to judge what expires by a clock that cannot be right.
func (j *judge) judgeClock() {
	p := &j.policy
	if len(p.Waivers) == 0 && len(p.AllowIncomplete) == 0 {
		return
	}
	switch {
	case p.Now.IsZero():
		j.incomplete("there is no date to judge waivers by")
	case !p.Built.IsZero() && p.Now.Before(p.Built):
		j.incomplete("the clock says %s, before this program was built (%s): waivers cannot be judged", dateOf(p.Now), dateOf(p.Built))
	}
}

// judgeEvidenceAge refuses a clock that evidence contradicts.
func (j *judge) judgeEvidenceAge(g *depgraph.Graph) {
	p := &j.policy
	if len(p.Waivers) == 0 && len(p.AllowIncomplete) == 0 || p.Now.IsZero() {
		return
	}
	newest := g.NewestDate()
	if newest.Sub(p.Now) > 24*time.Hour {
		j.incomplete("the clock says %s, more than a day before the newest evidence (%s): waivers cannot be judged", dateOf(p.Now), dateOf(newest))
	}
}

// judgeWaivers reports waivers that are unused or end soon.
func (j *judge) judgeWaivers() {
	for _, w := range j.policy.Waivers {
		switch {
		case !j.used[w.Finding]:
			j.notice("the waiver of %s for finding %s is unused: there is no such finding", w.Owner, w.Finding)
		case w.inForce(j.policy.Now) && !w.inForce(j.policy.Now.AddDate(0, 0, noticeDays)):
			j.notice("the waiver of %s for finding %s ends on %s", w.Owner, w.Finding, w.Expires)
		}
	}
}
