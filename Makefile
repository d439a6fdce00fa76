GO       ?= go
GOFLAGS_ := -trimpath -tags urfave_cli_no_docs -ldflags '-s -w -E netnsctl_entry'

.PHONY: build
build: ## build bin/netnsctl
	CGO_ENABLED=0 $(GO) build $(GOFLAGS_) -o bin/netnsctl ./cmd/netnsctl
