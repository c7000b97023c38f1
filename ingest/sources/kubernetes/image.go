package kubernetes

import (
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/words"
)

// image is a reference to a container image, taken apart.
type image struct {
	host string // the registry, "docker.io" where none is written
	repo string
	tag  string // "" where none is written; a digest where that is all there is
}

// notInImages are the bytes that no reference to an image has.
var notInImages = func() (all [256]bool) {
	for _, c := range []byte(" ${}<>\"'()*\\") {
		all[c] = true
	}
	return all
}()

// imageOf reads "registry:5000/team/app:1.2@sha256:...". It is zero for what is no
// image, such as a template.
func imageOf(s string) image {
	s = strings.TrimSpace(s)
	if strings.Contains(s, "://") {
		for _, scheme := range []string{"docker://", "oci://", "docker-pullable://"} {
			s = strings.TrimPrefix(s, scheme)
		}
	}
	for i := range len(s) {
		if notInImages[s[i]] {
			return image{}
		}
	}
	if s == "" {
		return image{}
	}
	for { // credentials stand before a path, a digest after it
		_, rest, found := strings.Cut(s, "@")
		if !found || !strings.Contains(rest, "/") {
			break
		}
		s = rest
	}
	s, digest, _ := strings.Cut(s, "@")
	var tag string
	if i := strings.LastIndexByte(s, ':'); i > strings.LastIndexByte(s, '/') {
		s, tag = s[:i], s[i+1:]
	}
	if tag == "" {
		tag = digest
	}
	host, repo, found := strings.Cut(s, "/")
	if !found || !strings.ContainsAny(host, ".:") && host != "localhost" {
		host, repo = "docker.io", s
		if !strings.Contains(s, "/") {
			repo = "library/" + s
		}
	}
	host = words.Lower(host)
	if host == "index.docker.io" || host == "registry-1.docker.io" {
		host = "docker.io"
	}
	if repo == "" || strings.HasPrefix(repo, "/") {
		return image{}
	}
	return image{host: host, repo: words.Lower(repo), tag: tag}
}

func (i image) isZero() bool { return i.repo == "" }

// path returns HOST/PATH, "" for the zero image.
func (i image) path() string {
	if i.isZero() {
		return ""
	}
	return i.host + "/" + i.repo
}

// base returns the last step of the path: "postgres".
func (i image) base() string { return i.repo[strings.LastIndexByte(i.repo, '/')+1:] }

func (i image) id() depgraph.ID {
	return depgraph.ID{Kind: depgraph.KindImage, Name: i.path()}
}

func (i image) registry() depgraph.ID {
	return depgraph.ID{Kind: depgraph.KindRegistry, Name: i.host}
}

// floating says whether each pull may bring something else.
func (i image) floating() bool { return i.tag == "" || i.tag == "latest" }
