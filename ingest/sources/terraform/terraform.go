package terraform

import (
	"context"
	"path"
	"regexp"
	"strings"

	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads Terraform and OpenTofu.
var Source = ingest.Define(ingest.Spec{
	Name: "terraform",
	Doc: ingest.Doc{
		Title: "Terraform and OpenTofu: configuration, state, plan",
		Text: "Resources of the large providers as nodes, what they refer to as needs, where they stand (subnets, zones, locations, regions, " +
			"facilities, else the provider's region), how many there are, the state backend and the states of other roots that a root reads.",
		Reads: []string{
			"*.tf, *.tf.json's sibling configuration, *.tfvars: resource, data, module (local), provider, variable, locals, output, backend",
			"*.tfstate and show -json of states: resources, values",
			"show -json of plans: planned_values, configuration references",
		},
		Limits: "Modules that do not stand in the inputs are not fetched. An expression that needs a provider's answer is unknown. *.tf.json is not read.",
		Since:  "0.1",
	},
}, ingest.NoParams, claim, read)

var (
	stateHead = regexp.MustCompile(`"(terraform_version|format_version)"\s*:`)
	jsonName  = regexp.MustCompile(`\.(json|tfstate|tfplan)$`)
)

// claim puts all of a run into one unit: modules and remote states join its roots.
func claim(name string, head []byte) (string, bool) {
	base := path.Base(name)
	switch {
	case strings.HasSuffix(base, ".tf"), strings.HasSuffix(base, ".tfvars"):
	case (jsonName.MatchString(base) || name == "-") && stateHead.Match(head):
	case strings.HasSuffix(base, ".tfstate"):
	default:
		return "", false
	}
	return "terraform", true
}

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	config := newConfiguration()
	var printed []*root
	for _, f := range u.Files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		base := path.Base(f.Path())
		switch {
		case strings.HasSuffix(base, ".tf"):
			config.add(f)
		case strings.HasSuffix(base, ".tfvars"):
			config.addVariables(f)
		default:
			if r := readPrinted(f); r != nil {
				printed = append(printed, r)
			}
		}
	}
	roots := append(config.roots(), printed...)
	e := newEmitter(roots)
	for _, r := range roots {
		e.root(r)
	}
	return e.fragment, nil
}
