package kubernetes

import (
	"slices"

	"github.com/fateline/fateline/analyzer/strict"
)

// selects says whether a label selector, with matchLabels and matchExpressions,
// selects labels. A selector that is absent or null selects what the API says in
// that place, which the caller knows: here it selects everything, as an empty one does.
func selects(selector strict.Value, labels labels) bool {
	for k, v := range selector.Get("matchLabels").Fields() {
		if have, ok := labels.find(k.Text); !ok || have != v.Text() {
			return false
		}
	}
	for e := range selector.Get("matchExpressions").Items() {
		if !expressionMatches(e, labels) {
			return false
		}
	}
	return true
}

// expressionMatches evaluates one {key, operator, values}.
func expressionMatches(e strict.Value, labels labels) bool {
	have, ok := labels.find(e.Get("key").Text())
	has := func() bool {
		return ok && slices.Contains(items(e.Get("values")), have)
	}
	switch e.Get("operator").Text() {
	case "In":
		return has()
	case "NotIn":
		return !has()
	case "Exists":
		return ok
	case "DoesNotExist":
		return !ok
	case "Gt", "Lt":
		// Of node affinity: numbers, such as a generation of machines. Nothing that
		// says where a workload stands; such a term never rules a pool out.
		return true
	}
	return false
}

// plainSelects says whether a map of labels, as in Services, selects labels. An
// empty one selects nothing.
func plainSelects(selector strict.Value, labels labels) bool {
	if selector.Len() == 0 {
		return false
	}
	for k, v := range selector.Fields() {
		if have, ok := labels.find(k.Text); !ok || have != v.Text() {
			return false
		}
	}
	return true
}

// isEmpty says whether a selector selects everything.
func isEmpty(selector strict.Value) bool {
	return selector.Get("matchLabels").Len() == 0 && selector.Get("matchExpressions").Len() == 0
}

// items returns the texts of a list.
func items(v strict.Value) []string {
	var out []string
	for item := range v.Items() {
		out = append(out, item.Text())
	}
	return out
}
