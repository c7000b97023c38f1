package cloud

import (
	"regexp"
	"sort"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

// settingsOf are the types that hold what a resource of another type runs.
var settingsOf = map[string]bool{"aws_ecs_task_definition": true, "aws_apprunner_auto_scaling_configuration_version": true}

// settings reads addresses in the settings that a resource hands to its program;
// from is the resource that holds them.
func (e *Emitter) settings(owner, from *Resource) {
	attrs := make([]string, 0, len(from.Attrs))
	for attr := range from.Attrs {
		if setting.MatchString(attr) && !noSetting.MatchString(attr) {
			attrs = append(attrs, attr)
		}
	}
	sort.Strings(attrs)
	for _, attr := range attrs {
		key := lastStep(attr)
		for _, text := range from.Attrs[attr] {
			if registry, ok := registryOf(text); ok && (key == "image" || key == "image_uri") {
				id := depgraph.ID{Kind: depgraph.KindRegistry, Name: registry}
				e.need(e.ID(owner), from.origin(attr, 0.9), depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Start), Via: depgraph.Pulls}, []link.Target{{Name: link.ID(id), Else: id, Quiet: true}})
				continue
			}
			if key == "valueFrom" || key == "value_from" {
				e.secret(owner, from, attr, text)
				continue
			}
			for _, found := range address.Find(text, address.Context{Key: key}) {
				e.Fragment.References = append(e.Fragment.References, link.Reference{
					Owner: link.ID(e.ID(owner)), Members: found.Targets(""), Terms: found.Terms(), Form: link.Text,
					Origin: from.origin(attr, found.Form.Confidence()),
				})
			}
		}
	}
	if owner != from {
		return
	}
	for _, x := range owner.Refs {
		if t := owner.target(x); t != nil && settingsOf[t.Type] && t != owner {
			e.settings(owner, t)
		}
	}
}

var (
	setting   = regexp.MustCompile(`(^|\.)(environment|environment_variables|env|variables|app_settings|container_definitions|containers|template|set|values|image|image_uri|properties|site_config|connection_string)(\.|$)`)
	noSetting = regexp.MustCompile(`(^|\.)(filter|tags|labels|metadata|condition|boot_disk|source_image_reference|name|log_configuration|logConfiguration)(\.|$)`)
)

// registryOf returns the registry of an image reference that names one.
func registryOf(image string) (string, bool) {
	host, _, found := strings.Cut(image, "/")
	if !found || strings.ContainsAny(host, "$ {") || !strings.Contains(host, ".") && !strings.Contains(host, ":") {
		return "", false
	}
	return strings.ToLower(host), true
}

// secret is the need for a secret that a container names by name or ARN, and for
// what the secret leads to.
func (e *Emitter) secret(owner, from *Resource, attr, text string) {
	name := text
	if _, rest, found := strings.Cut(text, ":parameter"); found {
		name = rest
	} else if _, rest, found := strings.Cut(text, ":secret:"); found {
		name, _, _ = strings.Cut(rest, ":")
	}
	for _, typ := range []string{"aws_ssm_parameter", "aws_secretsmanager_secret"} {
		found := e.byName[typ+" "+name]
		if len(found) != 1 {
			continue
		}
		e.need(e.ID(owner), from.origin(attr, 0.9), depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Start), Via: depgraph.Reads}, []link.Target{{Name: link.ID(e.ID(found[0]))}})
		for _, x := range found[0].Refs {
			if t := found[0].target(x); t != nil && !t.Data && answers(t.Kind) {
				e.need(e.ID(owner), found[0].at(x, 0.7), depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run), Via: depgraph.Reads}, []link.Target{{Name: link.ID(e.ID(t))}})
			}
		}
	}
}
