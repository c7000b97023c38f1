package config

import (
	"bytes"
	"errors"
	"path"
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
)

var (
	// openSection matches the header of a section that its line does not close. A list in
	// some other format holds quotes, commas or brackets.
	openSection = regexp.MustCompile(`(?m)^\[[A-Za-z][^\]\[{}()"',\n]*$`)
	// comments of properties end with their line, and hold no escapes.
	comments = regexp.MustCompile(`(?m)^[ \t]*[#!].*$`)
	// badEscape matches "\\u" without its four digits, which java.util.Properties refuses.
	badEscape = regexp.MustCompile(`(?:^|[^\\])(?:\\\\)*(\\u(?:[0-9A-Fa-f]{0,3}(?:[^0-9A-Fa-f]|$)))`)
)

// plain returns a file as UTF-8, and what is wrong with it in its own format, as far as
// the ending of its name tells which that is. What is no text is returned as it is.
func plain(name string, data []byte) ([]byte, error) {
	ending := path.Ext(name)
	text, err := strict.Text(data)
	if err != nil {
		if ending != ".properties" || !strings.Contains(err.Error(), "not UTF-8") {
			return data, err
		}
		text = latin(data) // what java.util.Properties reads; only Spring and the JDK since 9 read bundles as UTF-8
	}
	switch ending {
	case ".toml":
		_, err := strict.TOML(text, strict.Limits{})
		if err != nil && template.Match(text) {
			err = &strict.Error{ID: strict.Template, Line: line(text, template.FindIndex(text)[0]), Col: 1, Msg: "a template that was never rendered", Fix: "render it and scan what comes out"}
		}
		return text, err
	case ".properties":
		return text, at(comments.ReplaceAllFunc(text, func(c []byte) []byte { return bytes.Repeat([]byte(" "), len(c)) }), badEscape, 2, func(line, col int) *strict.Error {
			return &strict.Error{ID: "properties-syntax", Line: line, Col: col, Msg: `an escape "\u" without four digits`}
		})
	case ".ini", ".cfg", ".cnf", ".conf":
		return text, at(text, openSection, 0, func(line, col int) *strict.Error {
			return &strict.Error{ID: "ini-syntax", Line: line, Col: col, Msg: "a section header is never closed"}
		})
	}
	return text, nil
}

// latin returns text in ISO 8859-1 as UTF-8.
func latin(data []byte) []byte {
	var out strings.Builder
	for _, c := range data {
		out.WriteRune(rune(c))
	}
	return []byte(out.String())
}

// maxErrors is how many errors of one file are told of.
const maxErrors = 8

// at returns an error for each match, where its group begins; group counts offsets, as
// FindSubmatchIndex gives them.
func at(text []byte, pattern *regexp.Regexp, group int, fault func(line, col int) *strict.Error) error {
	var errs []error
	for _, m := range pattern.FindAllSubmatchIndex(text, maxErrors) {
		begin := strings.LastIndexByte(string(text[:m[group]]), '\n') + 1
		errs = append(errs, fault(line(text, m[group]), m[group]-begin+1))
	}
	return errors.Join(errs...)
}

func line(text []byte, offset int) int { return 1 + strings.Count(string(text[:offset]), "\n") }
