package ci

import (
	"strings"
	"testing"

	"github.com/fateline/fateline/ingest/sourcetest"
)

func TestABrokenPipelineIsPartial(t *testing.T) {
	const whole = "pipeline {\n  agent any\n  stages { stage('a') { steps { sh 'make' } } }\n}\n"
	sourcetest.Broken(t, Source, []sourcetest.Case{
		{"whole", "Jenkinsfile", whole, ""},
		{"ends inside a block", "Jenkinsfile", whole[:len(whole)-2], "groovy-syntax 1:10"},
		{"ends inside a call", "Jenkinsfile", "node('a') { sh(script: 'b'", "groovy-syntax 1:11, groovy-syntax 1:15"},
		{"ends inside a list", "Jenkinsfile", "x = ['a',", "groovy-syntax 1:5"},
		{"ends inside a string", "Jenkinsfile", "sh 'make", "groovy-syntax 1:4"},
		{"a string that its line ends", "Jenkinsfile", "sh 'make\necho 'a'\n", "groovy-syntax 1:4"},
		{"ends inside a long string", "Jenkinsfile", "sh '''make\n", "groovy-syntax 1:4"},
		{"ends inside a long string with values", "Jenkinsfile", "sh \"\"\"make ${a}\n", "groovy-syntax 1:4"},
		{"ends inside a comment", "Jenkinsfile", whole + "/* a\n", "groovy-syntax 5:1"},
		{"ends inside a value in a string", "Jenkinsfile", "sh \"make ${a", "groovy-syntax 1:4"},
		{"ends inside a string in dollars", "Jenkinsfile", "sh $/make\n", "groovy-syntax 1:4"},
		{"closes nothing", "Jenkinsfile", whole + "}\n", "groovy-syntax 5:1"},
		{"closes another bracket", "Jenkinsfile", "f(a]\n", "groovy-syntax 1:4"},
		{"strings in strings, patterns, comments, dollars", "Jenkinsfile", strings.Join([]string{
			"#!groovy", "// it's", "sh \"make ${env['a'] ?: \"b\"} \\${c} it's\"", "if (x ==~ /it's (a|b)/) { y = 4 / 2 }", "z = $/ it's $/ /$",
			"sh '''", "it's \"", "'''", "def u = \"\"\"a ${ b.collect { \"${it}\" }.join(',') } \"\"\"", "",
		}, "\n"), ""},
		{"broken letters", "Jenkinsfile", whole + "// \xff\n", "bad-encoding 5:4"},
		{"a script of the Job DSL", "jobs.yaml", "jobs:\n  - script: |\n      pipelineJob('a') {\n        x 'b\n      }\n", "groovy-syntax 4:11"},
		{"git whole", ".git/config", "# c\n[core]\n\tbare = false\n\tlogAll\n[remote \"origin\"] ; c\n\turl = https://a.example/b/c.git\n\tx = \"a;b\" \\\n go on\n", ""},
		{"git ends inside a header", ".git/config", "[core]\n\tbare = false\n[remote \"or", "git-config-syntax 3:1"},
		{"git ends inside a string", ".git/config", "[remote \"origin\"]\n\turl = \"https://a.example/b/c.git\n", "git-config-syntax 2:1"},
		{"git ends inside a value that goes on", ".git/config", "[core]\n\tx = a \\\n", "git-config-syntax 2:1"},
		{"git with a setting of no section", ".git/config", "bare = false\n[core]\n", "git-config-syntax 1:1"},
		{"git with a line that is none", ".git/config", "[core]\n\tx y\n", "git-config-syntax 2:1"},
		{"a pipeline that ends inside a list", ".gitlab-ci.yml", "a:\n  script: [b\n", "yaml-syntax 2:3"},
		{"CircleCI ends inside a list", ".circleci/config.yml", "version: 2.1\njobs: {build: {steps: [checkout\n", "yaml-syntax 2:1"},
		{"commands of CircleCI that use each other", ".circleci/config.yml", "commands:\n  a: {steps: [b, b, b, b]}\n  b: {steps: [a, a, a, a]}\njobs:\n  build: {steps: [a]}\n", "too-deep 3:15, too-deep 3:18, too-deep 3:21, too-deep 3:24, too-many-values 3:24"},
		{"jobs of CircleCI that wait for each other", ".circleci/config.yml", "jobs: {}\nworkflows:\n  a: {jobs: [{b: {requires: [c]}}, {c: {requires: [b]}}]}\n  d: {jobs: [b, c]}\n", ""},
		{"too many jobs of a matrix of CircleCI", ".circleci/config.yml", "jobs: {}\nworkflows:\n  a:\n    jobs: [" + strings.Repeat("{b: {name: n<< matrix.x >><< matrix.y >>, matrix: {parameters: {x: [1, 2, 3, 4, 5, 6, 7, 8], y: [1, 2, 3, 4, 5, 6, 7, 8]}}}}, ", 400) + "]\n", "too-many-values 4:39325"},
		{"a command of CircleCI that uses itself", ".circleci/config.yml", "commands:\n  a: {steps: [a]}\njobs:\n  build: {steps: [a]}\n", "too-deep 2:15"},
		{"a workflow that ends inside a string", ".github/workflows/a.yml", "jobs:\n  a:\n    runs-on: \"b\n", "yaml-syntax 3:5"},
	})
}
