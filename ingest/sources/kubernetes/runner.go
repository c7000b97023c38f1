package kubernetes

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/link"
)

// Runners of CI that a cluster hosts: the jobs that choose them by label need the
// cluster, by the custom resources of actions-runner-controller and by the values of
// the charts gha-runner-scale-set and gitlab-runner.

// runnerNames returns the names by which the jobs of CI pipelines choose a workload,
// none for what is no runner.
func (e *emitter) runnerNames(run *workload) []link.Name {
	var labels []string
	switch {
	case run.is("actions.github.com", "AutoscalingRunnerSet"):
		labels = []string{firstOf(run.get("spec", "runnerScaleSetName").Text(), run.name)}
	case run.group == "actions.summerwind.dev":
		labels = append(runnerLabels(run.get("spec", "template", "spec", "labels")), runnerLabels(run.get("spec", "labels"))...)
	case run.group == releaseGroup:
		labels = installedRunner(e.w.tools[run.object], run.name)
	}
	slices.Sort(labels)
	labels = slices.Compact(labels)
	var names []link.Name
	add := func(s string) {
		names = append(names, link.Name{Space: link.SpaceTool, Text: "runner/" + s})
	}
	for _, l := range labels {
		add(l)
	}
	if len(labels) > 1 { // a job that wants all of them
		add(strings.Join(labels, "+"))
	}
	return names
}

func runnerLabels(v strict.Value) []string {
	var out []string
	for item := range v.Items() {
		if item.Text() != "" {
			out = append(out, item.Text())
		}
	}
	return out
}

// installedRunner returns the labels of the runners that a chart installs.
func installedRunner(tool *object, release string) []string {
	if tool == nil {
		return nil
	}
	values := []strict.Value{tool.get("spec", "values")}
	for _, s := range applicationSources(tool) {
		values = append(values, s.Get("helm", "valuesObject"))
	}
	for _, v := range values {
		if v.Get("githubConfigUrl").Text() != "" {
			return []string{firstOf(v.Get("runnerScaleSetName").Text(), release)}
		}
		if tags := v.Get("runners", "tags").Text(); tags != "" && v.Get("gitlabUrl").Exists() {
			return strings.FieldsFunc(tags, func(r rune) bool { return r == ',' || r == ' ' })
		}
	}
	return nil
}
