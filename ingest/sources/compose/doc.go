// Package compose reads Docker Compose projects: services, what they start after,
// mount, pull and point at.
//
// Interpolation and env files are read by github.com/compose-spec/compose-go/v2
// (its template and dotenv packages, Apache-2.0): their grammar is not ours to
// guess. Its loader is not used: it keeps no places, fails on what a checkout
// lacks (env files, required variables) and gives a normal form in which one
// cannot see who wrote what.
package compose
