package terraform

import (
	"context"
	"path"
	"regexp"
	"strings"

	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/cloud"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads Terraform and OpenTofu.
var Source = ingest.Define(ingest.Spec{
	Name: "terraform",
	Doc: ingest.Doc{
		Title: "Terraform and OpenTofu: configuration, state, plan",
		Text: "Resources of the large providers as nodes, what they refer to as needs, also through modules, published states and outputs of other roots; where they " +
			"stand (subnets, zones, locations, regions, facilities, else the provider's region), how many there are and what the provider does where nobody says, " +
			"the state backend, and what a provider talks to that is made by the same code.",
		Reads: []string{
			"*.tf, *.tofu, *.tfvars, *.tf.json, *.tofu.json, *.tfvars.json: resource, data, module (local), provider, variable, locals, output, backend, for_each, count, dynamic",
			"terragrunt.hcl: terraform.source, inputs, dependency, include, remote_state",
			"*.tfstate and show -json of states: resources, values",
			"show -json of plans: planned_values, configuration references",
		},
		Limits: "Modules that do not stand in the inputs are not fetched: well-known published ones are read by their arguments, others lead to what they are given. " +
			"An expression that needs a provider's answer is unknown; which resource it comes from is known. Three zones are taken to be listed by a data source that " +
			"lists those of a region. for_each makes resources, count makes one with that many instances, but for networks. In JSON, every map of a resource is read as a block. What stands in NAME.tf and in NAME.tofu counts from both, though OpenTofu reads the second alone.",
		Since: "0.1",
	},
}, ingest.NoParams, claim, read)

var (
	stateHead = regexp.MustCompile(`"(terraform_version|format_version)"\s*:`)
	// terragruntHead is what a file says that units include.
	terragruntHead = regexp.MustCompile(`(?m)^(include|remote_state|dependency|generate)\b[^\n]*\{|^\s*inputs\s*=`)
	jsonName       = regexp.MustCompile(`\.(json|tfstate|tfplan)$`)
)

// claim puts all of a run into one unit: modules and remote states join its roots.
func claim(name string, head []byte) (string, bool) {
	base := path.Base(name)
	switch {
	case isCode(base), strings.HasSuffix(base, ".tfvars"), strings.HasSuffix(base, ".tfvars.json"):
	case base == "terragrunt.hcl", strings.HasSuffix(base, ".hcl") && terragruntHead.Match(head):
	case (jsonName.MatchString(base) || name == "-") && stateHead.Match(head):
	case strings.HasSuffix(base, ".tfstate"):
	default:
		return "", false
	}
	return "terraform", true
}

// isCode says whether a file holds configuration. Those of OpenTofu alone end in .tofu.
func isCode(base string) bool {
	base = strings.TrimSuffix(base, ".json")
	return strings.HasSuffix(base, ".tf") || strings.HasSuffix(base, ".tofu")
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
		case strings.HasSuffix(base, ".hcl"):
			config.addUnit(f)
		case isCode(base):
			config.add(f)
		case strings.HasSuffix(base, ".tfvars"), strings.HasSuffix(base, ".tfvars.json"):
			config.addVariables(f)
		default:
			if r := readPrinted(f); r != nil {
				printed = append(printed, r)
			}
		}
	}
	var stacks []*cloud.Stack
	for _, r := range append(config.roots(), printed...) {
		stacks = append(stacks, r.stack)
	}
	e := cloud.NewEmitter(stacks)
	for _, s := range stacks {
		e.Stack(s)
	}
	return e.Fragment, nil
}
