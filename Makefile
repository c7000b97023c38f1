# Every target needs only Go and make, but for those that say otherwise.
GO ?= go
BIN := bin/fateline
# No C anywhere: the binary is static, and what builds it is shared with the tests.
export GO
export CGO_ENABLED ?= 0

.DEFAULT_GOAL := help
.PHONY: help build demo test test-ci soak race cover lint fmt fuzz bench bench-diff mutants corpus update examples vuln clean

help: ## show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
build: ## build the static binary bin/fateline
	$(GO) build -ldflags='-s -w' -o $(BIN) ./cmd/fateline
demo: build ## scan examples/edge-kv/before, print the verdict, write out/report.html
	mkdir -p out && ./$(BIN) scan examples/edge-kv/before -f text -f html=out/report.html
test: ## every test, commit tier
	$(GO) test ./... ./.ci/mutants
test-ci: ## every test, the counts of CI
	FATELINE_TIER=ci $(GO) test -count=1 -timeout=40m ./...
soak: ## every test, the counts of a release: hours
	FATELINE_TIER=soak $(GO) test -count=1 -timeout=12h ./...
race: ## every test under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -count=1 -timeout=60m ./...
cover: ## statement coverage, to out/cover.html
	mkdir -p out && $(GO) test -coverpkg=./... -coverprofile=out/cover.out ./... && $(GO) tool cover -html=out/cover.out -o out/cover.html
lint: ## gofumpt, vet and staticcheck with all checks
	.ci/lint
fmt: ## format everything
	$(GO) tool -modfile=.tools/go.mod gofumpt -w .
fuzz: ## every fuzz target, each for TIME (10s)
	.ci/fuzz $(or $(TIME),10s)
bench: ## every benchmark, to out/bench.txt
	mkdir -p out && $(GO) test -run='^$$' -bench=. -benchmem -count=6 -timeout=60m ./... | tee out/bench.txt
bench-diff: ## benchmarks of BASE (origin/main) and of this tree, in one sitting
	.ci/bench-diff $(or $(BASE),origin/main)
mutants: ## change one operator at a time, and list the changes that no test notices
	$(GO) run ./.ci/mutants -tier quick ./analyzer/simulate ./analyzer/riskgroup ./analyzer/rules ./analyzer/gate ./analyzer/probe
corpus: build ## scan every set of ../shared/corpus, where it is present
	.ci/corpus ./$(BIN)
update: ## rewrite goldens and generated tables, printing what changed
	$(GO) test ./cmd/fateline ./examples ./ingest/catalogue ./ingest/sources/*/ -update
examples: ## check what every example says against its want.txt
	$(GO) test -count=1 ./examples/...
vuln: ## known vulnerabilities (needs govulncheck and its database)
	govulncheck ./...
clean: ## remove what was built
	rm -rf bin out
