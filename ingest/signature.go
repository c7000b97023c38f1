package ingest

import (
	"bytes"
	"regexp"
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// Signature is a regular expression that a claim looks for in the head of files, most
// of which do not have it. It first asks for the words without which the expression
// cannot match, which costs a hundredth of asking the expression.
type Signature struct {
	expr  *regexp.Regexp
	words [][]byte // every match holds one of them; empty: nothing is known
}

// MustSignature compiles an expression, and panics where it is none: it is for
// package variables.
func MustSignature(expr string) *Signature {
	s := &Signature{expr: regexp.MustCompile(expr)}
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		panic(err)
	}
	for _, word := range needed(tree) {
		s.words = append(s.words, []byte(word))
	}
	return s
}

// Match says whether text has the signature: exactly where the expression matches.
func (s *Signature) Match(text []byte) bool {
	if len(s.words) > 0 && !slices.ContainsFunc(s.words, func(word []byte) bool { return bytes.Contains(text, word) }) {
		return false
	}
	return s.expr.Match(text)
}

// needed returns words of which every match of an expression holds at least one: of
// all that are known, those whose shortest is longest. nil: no such words are known.
func needed(e *syntax.Regexp) []string {
	switch e.Op {
	case syntax.OpLiteral:
		if e.Flags&syntax.FoldCase == 0 && !slices.Contains(e.Rune, utf8.RuneError) { // which stands for any broken byte
			return []string{string(e.Rune)}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return needed(e.Sub[0])
	case syntax.OpRepeat:
		if e.Min > 0 {
			return needed(e.Sub[0])
		}
	case syntax.OpConcat:
		var best []string
		for _, sub := range e.Sub {
			if words := needed(sub); shortest(words) > shortest(best) {
				best = words
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range e.Sub {
			words := needed(sub)
			if len(words) == 0 {
				return nil
			}
			all = append(all, words...)
		}
		return all
	}
	return nil
}

// shortest is the length of the shortest word, 0 where there is none.
func shortest(words []string) int {
	if len(words) == 0 {
		return 0
	}
	return len(slices.MinFunc(words, func(a, b string) int { return len(a) - len(b) }))
}
