package strict

import "fmt"

// Error is a problem at a place of an input. The input's name is added by
// whoever opened it.
type Error struct {
	ID        string // kebab-case and stable, such as "duplicate-key"
	Line, Col int    // 1-based; 0 means unknown
	Msg       string
	Fix       string // what the user can do; "" adds nothing
}

// Error returns "line:col: message".
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Msg
	}
	return fmt.Sprintf("%d:%d: %s", e.Line, e.Col, e.Msg)
}
