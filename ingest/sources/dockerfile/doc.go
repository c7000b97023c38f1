// Package dockerfile reads Dockerfiles: what an image is built from, and what the
// environment it sets points at.
//
// The parser is ours: the only maintained one, github.com/moby/buildkit (Apache-2.0),
// drags over two hundred modules into go.mod for the few instructions that hold
// dependencies, and keeps no columns. It follows the Dockerfile reference:
// comments, parser directives, continued lines, here-documents, ARG before FROM.
package dockerfile
