package ingest

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/safeio"
)

// Meaning explains one id of a [Problem] to people.
type Meaning struct {
	ID   string
	What string // what happened, in one sentence
	Why  string // why it makes the verdict incomplete, or what else it is good to know
}

// Meanings lists every id that the core, its decoders and its opener give, by
// id. Sources may have ids of their own.
func Meanings() []Meaning {
	all := []Meaning{
		{safeio.NotOpened, "The file system refused to open the input.", "What could not be read may hold the dependency that matters."},
		{safeio.NotRead, "The file system failed while the input was read.", "The part that was read is not trusted."},
		{safeio.EarlyEnd, "The input ends inside a value, or compressed data end before their checksum.", "It was cut: by a full disk, a broken transfer or a killed job."},
		{safeio.BadChecksum, "Compressed data are not what was written.", "A single changed bit can be another dependency."},
		{safeio.BadPacking, "Compressed data make no sense.", "Nothing after the fault can be read."},
		{safeio.TrailingData, "Something follows the end of a JSON value, a YAML document or compressed data.", "What follows would be ignored in silence."},
		{safeio.Nested, "Compressed data lie inside compressed data.", "Bombs are made that way; unpack once more by hand."},
		{safeio.TooLarge, "A file that is read whole is larger than the limit, inflated.", "The limit keeps memory bounded; raise it if the file is meant."},
		{safeio.WindowTooBig, "A zstd stream asks for more memory than the limit.", "An eighteen-byte header can ask for half a gigabyte."},
		{safeio.Changed, "The file changed between its first and its last byte.", "Half of the old and half of the new is neither."},
		{safeio.LinkOutside, "A link leads out of the directory that was named.", "Inputs are what the user named, and nothing that a link makes of it."},
		{safeio.LinkNowhere, "A link leads to itself, or vanished while it was followed.", "Nothing can be read there. A link to a file that is not there is told and hides no input."},
		{safeio.NotAFile, "What was named is a device, a socket or the like.", "Reading it may never end."},
		{safeio.ReadTwice, "A stream was to be read twice.", "Name a file instead of a pipe."},
		{strict.BadEncoding, "Broken UTF-8 or UTF-16, or a control character.", "Decoders replace such bytes, and two names become one."},
		{strict.YAMLSyntax, "The text is no YAML.", "Nothing of the document can be trusted."},
		{strict.JSONSyntax, "The text is no JSON.", "Nothing of the document can be trusted."},
		{strict.TOMLSyntax, "The text is no TOML, or says a thing twice.", "What stands after the error is not read."},
		{strict.Template, "The document is a template that was never rendered.", "Some templates are YAML by accident, and say something else: render them first."},
		{strict.DuplicateKey, "A map has one key twice.", "Decoders keep the last one in silence; which one was meant is not for us to guess."},
		{strict.ComplexKey, "A key is a list or a map.", "No format that Fateline reads has such keys."},
		{strict.CyclicAlias, "An alias stands inside what it names.", "The document has no end."},
		{strict.BadMerge, `"<<" is given something that is no map.`, "What was to be merged is missing."},
		{strict.TooDeep, "Lists and maps nest deeper than the limit.", "The limit keeps the stack bounded."},
		{strict.TooManyValues, "A document has more values than the limit, aliases followed.", "A few hundred bytes can unfold to billions of values."},
		{strict.TooLong, "A line is longer than the limit.", "The limit keeps memory bounded."},
		{strict.UnknownField, "A file in Fateline's own format has a field that does not exist.", "A misspelt field is a fact that is silently missing."},
		{strict.WrongType, "A value has another type than its field.", "The fact is missing."},
		{strict.BadValue, "A value is not one that its field takes.", "The fact is missing."},
		{Sealed, "The file is encrypted by git-crypt, and a source would read one of its name.", "What stands in it may hold the dependency that matters."},
		{NotUnderstood, "A source met something that it could not read.", "The message says what."},
		{NeverRead, "A source claimed the file and left it.", "A bug of the source."},
		{SourcePanic, "A source, or the core, failed in a way it should not.", "A bug; the other inputs were read all the same."},
		{UndefinedNode, "A native file names a node that no input defines.", "Most likely it is misspelt; places, humans, externals and update channels need no definition."},
		{CarriedGap, "A graph was made from an input that could not be read in full.", "What was missing then is missing still."},
		{NotRendered, "A chart or an overlay could not be rendered.", "What it would have made may hold the dependency that matters."},
		{NothingNamed, "A directory holds nothing.", "Nothing to analyse is not the same as nothing found."},
		{Interrupted, "Reading was interrupted.", "What was not read may hold the dependency that matters."},
		{TimedOut, "Reading took longer than allowed.", "What was not read may hold the dependency that matters."},
		{UnusedExclude, "An exclusion matches no input.", "A warning: most likely the glob is misspelt."},
	}
	slices.SortFunc(all, func(a, b Meaning) int { return strings.Compare(a.ID, b.ID) })
	return all
}
