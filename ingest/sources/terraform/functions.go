package terraform

import (
	"sync"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// functions are those of Terraform's that depend on their arguments alone and
// that names and places are made with. What calls another stays unknown.
var functions = sync.OnceValue(func() map[string]function.Function {
	return map[string]function.Function{
		"lower": stdlib.LowerFunc, "upper": stdlib.UpperFunc, "format": stdlib.FormatFunc, "join": stdlib.JoinFunc, "split": stdlib.SplitFunc,
		"concat": stdlib.ConcatFunc, "merge": stdlib.MergeFunc, "lookup": stdlib.LookupFunc, "element": stdlib.ElementFunc, "length": stdlib.LengthFunc,
		"keys": stdlib.KeysFunc, "values": stdlib.ValuesFunc, "distinct": stdlib.DistinctFunc, "flatten": stdlib.FlattenFunc, "slice": stdlib.SliceFunc,
		"coalesce": stdlib.CoalesceFunc, "compact": stdlib.CompactFunc, "contains": stdlib.ContainsFunc, "max": stdlib.MaxFunc, "min": stdlib.MinFunc,
		"range": stdlib.RangeFunc, "replace": stdlib.ReplaceFunc, "trimspace": stdlib.TrimSpaceFunc, "trimsuffix": stdlib.TrimSuffixFunc,
		"trimprefix": stdlib.TrimPrefixFunc, "title": stdlib.TitleFunc, "sort": stdlib.SortFunc, "jsonencode": stdlib.JSONEncodeFunc,
		"toset": stdlib.MakeToFunc(setOfAny), "tolist": stdlib.MakeToFunc(listOfAny), "tostring": stdlib.MakeToFunc(str),
	}
})

var (
	setOfAny  = cty.Set(cty.DynamicPseudoType)
	listOfAny = cty.List(cty.DynamicPseudoType)
	str       = cty.String
)
