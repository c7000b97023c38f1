package dockerfile

import (
	"testing"

	"github.com/fateline/fateline/ingest/sourcetest"
)

func TestABrokenDockerfileIsPartial(t *testing.T) {
	sourcetest.Broken(t, Source, []sourcetest.Case{
		{"whole", "Dockerfile", "FROM debian:12\nRUN a \\\n\n # c\n b\nENV A=\"b c\" D='e'\n", ""},
		{"empty", "Dockerfile", "# nothing yet\n", "dockerfile-syntax 1:1"},
		{"ends inside a here-document", "Dockerfile", "FROM debian:12\nRUN <<EOF\nFROM x\n", "dockerfile-syntax 2:1"},
		{"ends inside the second here-document", "Dockerfile", "FROM debian:12\nCOPY <<A <<'B' /x/\na\nA\nb\n", "dockerfile-syntax 2:1"},
		{"a here-document whose end is indented has none", "Dockerfile", "FROM debian:12\nRUN <<EOF\n EOF\n", "dockerfile-syntax 2:1"},
		{"here-documents with tabs, of a descriptor, within ONBUILD", "Dockerfile", "FROM debian:12\nRUN cat <<-EOF 3<<X\na\n\tEOF\nX\nONBUILD RUN <<E\nnothing\nE\n", ""},
		{"what only looks like a here-document", "Dockerfile", "FROM debian:12\nRUN cat <<<\"word\" && echo \"a <<b\" $((1 << 2))\nUSER a\n", ""},
		{"ends in a line that goes on", "Dockerfile", "FROM debian:12\nRUN a \\\n", "dockerfile-syntax 2:1"},
		{"two backslashes do not go on", "Dockerfile", "FROM debian:12\nRUN a \\\\\nUSER b\n", ""},
		{"another escape", "Dockerfile", "# escape=`\nFROM debian:12\nRUN a `\n b\nCOPY a c:\\\nUSER b\n", ""},
		{"no instruction", "Dockerfile", "FROM debian:12\nCOPPY a b\n", "dockerfile-syntax 2:1"},
		{"an instruction that was cut", "Dockerfile", "FROM debian:12\nENV A=b\nRU", "dockerfile-syntax 3:1"},
		{"an instruction of another frontend", "Dockerfile", "# syntax=example/frontend:1\nFROM debian:12\nINCLUDE+ a\n", ""},
		{"an instruction without an argument", "Dockerfile", "FROM debian:12\nFROM\n", "dockerfile-syntax 2:1"},
		{"ends inside a string", "Dockerfile", "FROM debian:12\nENV A=\"http://b\n", "dockerfile-syntax 2:1"},
		{"ends inside a variable", "Dockerfile", "FROM ${BASE", "dockerfile-syntax 1:1"},
		{"a variable without a value", "Dockerfile", "FROM debian:12\nENV A\n", "dockerfile-syntax 2:1"},
		{"no image", "Dockerfile", "FROM Debian:12\n", "bad-value 1:1"},
		{"a template", "Dockerfile", "FROM debian:12\n{{ if .x }}\nUSER a\n", "unrendered-template 2:1"},
		{"tabs", "Dockerfile", "FROM\tdebian:12\nENV\tA=b\n", ""},
		{"broken letters", "Dockerfile", "FROM debian:12\n# \xff\n", "bad-encoding 2:3"},
		{"in UTF-16", "Dockerfile", "\xff\xfeF\x00R\x00O\x00M\x00 \x00a\x00\n\x00", ""},
	})
}
