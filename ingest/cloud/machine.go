package cloud

import (
	"sort"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/catalogue"
	"github.com/fateline/fateline/ingest/link"
)

// imageAttributes name the image of a machine, or describe how to find it.
var imageAttributes = map[string]bool{
	"image": true, "image_id": true, "ami": true, "source_image": true, "source_image_family": true, "image_name": true, "image_family": true,
	"operating_system": true, "image_type": true, "ami_type": true, "os_sku": true, "offer": true, "sku": true, "family": true, "name_regex": true,
	"values": true, "template": true, "source_image_id": true,
}

// system reads which operating system a machine or image has: from the names that
// its image goes by, and those of the data source that finds it.
func (e *Emitter) system(res *Resource) (os string, images []string) {
	if res.Kind != depgraph.KindNodePool && res.Kind != depgraph.KindImage {
		return "", nil
	}
	look := func(x *Resource) {
		attrs := make([]string, 0, len(x.Attrs))
		for attr := range x.Attrs {
			if imageAttributes[attr[strings.LastIndexByte(attr, '.')+1:]] {
				attrs = append(attrs, attr)
			}
		}
		sort.Strings(attrs)
		for _, attr := range attrs {
			for _, text := range x.Attrs[attr] {
				if os == "" {
					os = catalogue.OS(text)
				}
				if x == res && !strings.HasPrefix(text, "ami-") {
					images = append(images, text)
				}
			}
		}
	}
	look(res)
	for _, x := range res.Refs {
		if t := res.target(x); t != nil && t.Data {
			look(t)
		}
	}
	return os, images
}

// built records what a machine is made from: the operating system, and an image of
// its own where some input makes one of that name.
func (e *Emitter) built(res *Resource, os string, images []string) {
	owner := e.ID(res)
	o := res.origin("", 1)
	terms := depgraph.Terms{Via: depgraph.BuiltFrom}
	if os != "" {
		id := depgraph.ID{Kind: depgraph.KindImage, Name: os}
		e.refer(owner, o, terms, link.Target{Name: link.ID(id), Else: id, Quiet: true})
		return
	}
	for _, image := range images {
		name := image[strings.LastIndexByte(image, '/')+1:]
		if name == "" || strings.ContainsAny(name, "${ *") || len(images) > 1 {
			continue
		}
		id := depgraph.ID{Kind: depgraph.KindImage, Name: name}
		e.refer(owner, o, terms, link.Target{Name: link.Name{Space: link.SpaceImage, Text: name}, Else: id, Quiet: true})
	}
}
