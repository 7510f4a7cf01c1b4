# Two commands do everything: `make run` and `make test`. `make help` lists the rest.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

ARGS  ?=
# What waits, most of its time, comes first: the rest fills the gaps.
PKGS  ?= ./test/... ./...
TOOLS := build/tools

# How the product is released. gRPC's trace pages are left out: nobody serves them, and their
# templates make the linker keep every method of every type.
RELEASE := -tags=grpcnotrace -ldflags="-s -w"

# What the product links may be used under these licences alone.
LICENCES := MIT,BSD-2-Clause,BSD-3-Clause,Apache-2.0,ISC,MPL-2.0

##@ Use
.PHONY: run test
run: assets ## play sample calls through the whole pipeline on this machine; ARGS="-once" ends when they are delivered
	@tools/preflight run
	go run ./cmd/devstack $(ARGS)

test: assets ## unit, emulator and end-to-end tests, with the race detector
	@tools/preflight test
	go test -race -timeout 40m $(PKGS)

##@ Change
.PHONY: assets build fmt chaos cover fuzz generate mutate samples screenshots
ASSETS := internal/api/dashboard/assets
assets: $(ASSETS)/dist/manifest.json ## the dashboard's styles and scripts, from npm packages
$(ASSETS)/dist/manifest.json: $(wildcard $(ASSETS)/src/*) $(ASSETS)/build.mjs $(ASSETS)/package.json $(ASSETS)/package-lock.json
	@tools/assets

screenshots: assets ## a picture of every page of the dashboard, into docs/user/images
	go test ./test/browser -run TestScreenshots -count=1 -timeout 20m -screenshots $(CURDIR)/docs/user/images

build: assets ## every service, into build/bin
	@tools/preflight build
	go build $(RELEASE) -o build/bin/ ./cmd/...

fmt: $(TOOLS)/golangci-lint ## format the code
	$(TOOLS)/golangci-lint fmt

COVERAGE := 90
cover: assets ## fails under 90 % of the statements; what is not reached is in build/coverage.html
	@tools/preflight test
	@tools/cover $(COVERAGE) $(PKGS)

mutate: $(TOOLS)/gremlins ## what the tests do not notice when it is changed; takes an hour
	@tools/mutate $(TOOLS)/gremlins

bench: assets ## what the pipeline costs, beside baselines, into build/bench; ARGS="-short" for a look
	@tools/preflight test
	@mkdir -p build
	go build -o build/bench.bin ./test/bench
	build/bench.bin $(ARGS)

generate: ## the API's handlers, client and page, from docs/api/openapi.yaml
	go generate ./internal/api ./internal/api/client

samples: ## the sample calls' audio, from their scripts; needs flite and lame
	go run ./internal/sandbox/samples/generate

N ?= 200
chaos: ## nothing is lost or doubled in bad weather; N=10000 for a long run
	@tools/preflight test
	go run ./test/chaos -n $(N) $(ARGS)

FUZZTIME ?= 30s
fuzz: ## every fuzz test for FUZZTIME (30s)
	@tools/fuzz $(FUZZTIME)

##@ Check
.PHONY: check lint vet generated openapi terraform containers secrets licences vulnerabilities scripts
check: vet generated openapi lint scripts terraform containers secrets licences vulnerabilities test ## everything that continuous integration asks

vet:
	@tools/preflight build
	go build ./...
	go vet ./...

lint: $(TOOLS)/golangci-lint ## format, style, security, and the arrows of docs/design.md
	$(TOOLS)/golangci-lint fmt --diff
	$(TOOLS)/golangci-lint run

generated: generate ## that generated code is current
	@git diff --exit-code --stat -- internal/api/api.gen.go internal/api/page.html internal/api/page.policy internal/api/client/client.gen.go

openapi: ## the API's document
	REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true tools/npx @redocly/cli@2.77.0 lint --config docs/api/redocly.yaml docs/api/openapi.yaml

scripts: ## shell scripts
	@tools/shellcheck

containers: $(TOOLS)/containerlint ## Dockerfile and Compose file
	$(TOOLS)/containerlint deploy/Dockerfile deploy/compose.yaml

terraform: $(TOOLS)/tflint ## the configuration of Google Cloud; TERRAFORM_CHECK=... names a tool that validates and tests it
	@tools/terraform $(TOOLS)/tflint

secrets: $(TOOLS)/gitleaks ## keys and passwords that do not belong here
	$(TOOLS)/gitleaks dir . --config .gitleaks.toml --no-banner --redact --log-level warn

licences: $(TOOLS)/go-licenses ## what the product links may be used
	@$(TOOLS)/go-licenses check ./... --allowed_licenses=$(LICENCES) 2>build/licences.log \
		|| { cat build/licences.log; exit 1; }
	@echo "licences: all of $(LICENCES)"

vulnerabilities: $(TOOLS)/govulncheck ## known vulnerabilities in what is linked
	@tools/vulncheck $(TOOLS)/govulncheck

# The tools are pinned in a go.mod of their own each: their dependencies contradict each
# other's and have no place in the product's.
$(TOOLS)/%: tools/%.mod tools/%.sum
	@mkdir -p $(TOOLS)
	go build -modfile=tools/$*.mod -o $@ $$(awk '$$1 == "tool" { print $$2; exit }' tools/$*.mod)

# This one is our own.
$(TOOLS)/containerlint: tools/containerlint/main.go tools/containerlint/go.mod tools/containerlint/go.sum
	@mkdir -p $(TOOLS)
	go build -C tools/containerlint -o $(CURDIR)/$@ .

##@ Release
.PHONY: archives compose
archives: assets ## operator's tool and laptop stack for every system, into build/dist; VERSION=... names them
	deploy/archive

compose: ## the laptop stack in containers, for machines without Go; needs Docker
	docker compose -f deploy/compose.yaml up --build

##@ Help
.PHONY: help
help:
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
