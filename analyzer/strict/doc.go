// Package strict decodes YAML, JSON and TOML so that nothing is accepted by accident:
// every document of a stream is read to its end, duplicate keys, deep nesting,
// alias bombs, trailing data and broken UTF-8 are refused with their place, and
// every value knows its line and column.
//
// It is the only package of Fateline that decodes them. Foreign formats
// are read through [Value], which forgives what is absent or of another type;
// our own formats through [Document.Decode], which forgives nothing.
package strict
