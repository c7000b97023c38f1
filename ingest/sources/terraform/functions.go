package terraform

import (
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// functions are those of Terraform's that depend on their arguments alone and
// that names and places are made with. What calls another stays unknown.
var functions = sync.OnceValue(func() map[string]function.Function {
	known := map[string]function.Function{
		"lower": stdlib.LowerFunc, "upper": stdlib.UpperFunc, "format": stdlib.FormatFunc, "join": stdlib.JoinFunc, "split": stdlib.SplitFunc,
		"concat": stdlib.ConcatFunc, "merge": stdlib.MergeFunc, "lookup": stdlib.LookupFunc, "element": stdlib.ElementFunc, "length": stdlib.LengthFunc,
		"keys": stdlib.KeysFunc, "values": stdlib.ValuesFunc, "distinct": stdlib.DistinctFunc, "flatten": stdlib.FlattenFunc, "slice": stdlib.SliceFunc,
		"coalesce": stdlib.CoalesceFunc, "compact": stdlib.CompactFunc, "contains": stdlib.ContainsFunc, "max": stdlib.MaxFunc, "min": stdlib.MinFunc,
		"range": stdlib.RangeFunc, "replace": stdlib.ReplaceFunc, "trimspace": stdlib.TrimSpaceFunc, "trimsuffix": stdlib.TrimSuffixFunc,
		"trimprefix": stdlib.TrimPrefixFunc, "title": stdlib.TitleFunc, "sort": stdlib.SortFunc, "jsonencode": stdlib.JSONEncodeFunc,
		"toset": stdlib.MakeToFunc(setOfAny), "tolist": stdlib.MakeToFunc(listOfAny), "tostring": stdlib.MakeToFunc(str), "tomap": stdlib.MakeToFunc(mapOfAny),
		"tonumber": stdlib.MakeToFunc(cty.Number), "tobool": stdlib.MakeToFunc(cty.Bool), "jsondecode": stdlib.JSONDecodeFunc, "regex": stdlib.RegexFunc, "regexall": stdlib.RegexAllFunc,
		"substr": stdlib.SubstrFunc, "strrev": stdlib.ReverseFunc, "reverse": stdlib.ReverseListFunc, "setunion": stdlib.SetUnionFunc, "setintersection": stdlib.SetIntersectionFunc,
		"setsubtract": stdlib.SetSubtractFunc, "setproduct": stdlib.SetProductFunc, "zipmap": stdlib.ZipmapFunc, "chunklist": stdlib.ChunklistFunc, "coalescelist": stdlib.CoalesceListFunc,
		"floor": stdlib.FloorFunc, "ceil": stdlib.CeilFunc, "abs": stdlib.AbsoluteFunc, "parseint": stdlib.ParseIntFunc, "trim": stdlib.TrimFunc, "chomp": stdlib.ChompFunc, "indent": stdlib.IndentFunc,
		"formatlist": stdlib.FormatListFunc, "can": tryfunc.CanFunc, "try": tryfunc.TryFunc,
	}
	for _, name := range strings.Fields(others) {
		if _, have := known[name]; !have {
			known[name] = unknown
		}
	}
	return known
})

// others are the functions of Terraform and Terragrunt whose value depends on a file, a
// clock or an account, or is nothing that a place or name is made of.
const others = `abspath alltrue anytrue base64decode base64encode base64gzip base64sha256 base64sha512 basename bcrypt cidrhost cidrnetmask cidrsubnet cidrsubnets
	csvdecode dirname endswith file filebase64 filebase64sha256 filebase64sha512 fileexists filemd5 fileset filesha1 filesha256 filesha512 formatdate index issensitive log
	matchkeys md5 min nonsensitive one pathexpand plantimestamp pow rsadecrypt sensitive sha1 sha256 sha512 signum startswith strcontains sum templatefile templatestring
	textdecodebase64 textencodebase64 timeadd timecmp timestamp transpose type urlencode uuid uuidv5 yamldecode yamlencode
	find_in_parent_folders get_aws_account_id get_aws_caller_identity_arn get_env get_original_terragrunt_dir get_parent_terragrunt_dir get_parent_tfvars_dir get_path_from_repo_root
	get_path_to_repo_root get_platform get_repo_root get_terraform_cli_args get_terraform_command get_terraform_commands_that_need_input get_terraform_commands_that_need_locking
	get_terraform_commands_that_need_vars get_terragrunt_dir get_tfvars_dir get_working_dir path_relative_from_include path_relative_to_include read_terragrunt_config read_tfvars_file run_cmd
	sops_decrypt_file mark_as_read get_default_retryable_errors`

// unknown is a function whose value nobody knows here: what it is made from goes along.
var unknown = function.New(&function.Spec{
	VarParam: &function.Parameter{Name: "args", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true},
	Type:     function.StaticReturnType(cty.DynamicPseudoType),
	Impl:     func([]cty.Value, cty.Type) (cty.Value, error) { return cty.DynamicVal, nil },
})

var (
	setOfAny  = cty.Set(cty.DynamicPseudoType)
	mapOfAny  = cty.Map(cty.DynamicPseudoType)
	listOfAny = cty.List(cty.DynamicPseudoType)
	str       = cty.String
)
