# The flags of the binary stand here and nowhere else: the tests build it by
# `make -s build BIN=…`.
GO  ?= go
BIN ?= bin/netnsctl

# Without the tag urfave/cli links a documentation generator that costs half a
# millisecond at every start; a static, not position-independent binary saves
# two more. netnsctl_entry is in compat/proc/entry, for some architectures; a
# binary without it says so in its --version.
TAGS       := urfave_cli_no_docs
ENTRY      := $(if $(wildcard compat/proc/entry/entry_linux_$(or $(GOARCH),$(shell $(GO) env GOARCH)).s),-E netnsctl_entry)
BUILDFLAGS := -buildmode=exe -trimpath -tags $(TAGS) -ldflags '-s -w $(ENTRY)'
export CGO_ENABLED := 0

# A result that go has cached may be that of another binary.
TESTFLAGS ?= -count=1 -timeout=20m

GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR  ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSCONFDIR ?= /etc

.PHONY: build
build: ## build bin/netnsctl
	$(GO) build $(BUILDFLAGS) -o $(BIN) ./cmd/netnsctl

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

.PHONY: demo
demo: build ## walk through the commands on the real kernel, in a throw-away sandbox
	@tests/demo.sh $(BIN)

.PHONY: demo-leak
demo-leak: build ## the session at the top of the README: an address answers that no name leads to
	@tests/need.sh ip=iproute2 ping=iputils-ping
	@tests/leak.sh $(BIN)

.PHONY: test
test: test-needs ## go vet and all tests; what a test lacks is installed (root, Debian) or the test is skipped
	$(GO) vet -tags $(TAGS) ./...
	$(GO) test -tags $(TAGS) $(TESTFLAGS) ./...

.PHONY: test-noskip
test-noskip: ## the tests, a skipped one being a failure
	NETNSCTL_TEST_NOSKIP=1 $(MAKE) test

.PHONY: test-needs
test-needs:
	@tests/need.sh ip=iproute2 unshare=util-linux groff=groff-base python3=python3-minimal strace=strace \
		promtool:prometheus bash=bash zsh=zsh fish=fish systemd-analyze=systemd

.PHONY: test-race
test-race: ## the unit tests under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -tags $(TAGS) $(TESTFLAGS) ./cmd/... ./compat/... ./netnsctl/...

.PHONY: cover
cover: test-needs ## coverage of each package by its unit tests, by the suite with a covering binary, by both: bin/cover
	GOFLAGS=-tags=$(TAGS) tests/cover.sh bin/cover $(BUILDFLAGS)

.PHONY: test-faults
test-faults: test-needs ## every system call made to fail, the process killed at each: what is left, beside the real ip
	@mkdir -p bin
	@command -v strace >/dev/null || { echo 'no strace' >&2; exit 1; }
	NETNSCTL_TEST_FAULTS=1 $(GO) test -tags $(TAGS) $(TESTFLAGS) -parallel 8 -v -run '^TestFaults$$' ./tests >bin/faults.log; \
		status=$$?; grep -v '^=== ' bin/faults.log; exit $$status

.PHONY: test-interleave
test-interleave: test-needs ## a command stopped before each system call while others act; N= pairs of acts at random instead
	@mkdir -p bin
	NETNSCTL_TEST_INTERLEAVE=$(or $(N),all) $(GO) test -tags $(TAGS) -count=1 -timeout=0 -parallel 8 -v -run '^TestInterleave$$' ./tests >bin/interleave.log; \
		status=$$?; grep -v '^=== ' bin/interleave.log; exit $$status

.PHONY: test-races
test-races: test-needs ## hundreds of processes at once, the real ip among them; the library under the race detector
	NETNSCTL_TEST_RACES=1 $(GO) test -tags $(TAGS) $(TESTFLAGS) -v -run '^TestRace' ./tests
	CGO_ENABLED=1 $(GO) test -race -tags $(TAGS) $(TESTFLAGS) ./netnsctl/...

.PHONY: test-attacks
test-attacks: build test-needs ## a local user against root: each attack many times, a fuzz of hostile worlds for T=10m from SEED=, a machine in qemu, where the clock is set, too
	NETNSCTL_TEST_ATTACKS=1 NETNSCTL_FUZZ_TIME=$(or $(T),10m) NETNSCTL_FUZZ_SEED=$(SEED) \
		$(GO) test -tags $(TAGS) -count=1 -timeout=0 -v -run '^TestAttack' ./tests
	@tests/need.sh qemu-system-x86_64=qemu-system-x86 debootstrap=debootstrap cpio=cpio curl=curl xz=xz-utils
	$(GO) test -tags $(TAGS) -c -o bin/tests.test ./tests
	RUN='^(TestMachine|TestInterleave$$)' tests/kernels.sh $(BIN) bin/tests.test $(or $(KERNELS),7=trixie-backports)

.PHONY: fuzz
fuzz: test-needs ## random calls beside the real ip: N= draws, from SEED=
	NETNSCTL_FUZZ_DRAWS=$(or $(N),2000) NETNSCTL_FUZZ_SEED=$(SEED) \
		$(GO) test -tags $(TAGS) -count=1 -timeout=0 -v -run '^TestFuzz$$' ./tests

.PHONY: parity
parity: test-needs ## every pair of options and every command beside the ip of each Debian release: the table of differences
	@tests/iproute2.sh bin/iproute2
	NETNSCTL_TEST_PARITY=$(CURDIR)/bin/iproute2 $(GO) test -tags $(TAGS) -count=1 -timeout=0 -v -run '^TestParity$$' ./tests

.PHONY: test-selftests
test-selftests: build ## the kernel's own network tests, of Debian's linux-source, with ip and with netnsctl in its place (root)
	@tests/need.sh ip=iproute2 nft=nftables conntrack=conntrack ethtool=ethtool socat=socat iperf3=iperf3 nc=netcat-openbsd ping=iputils-ping
	@tests/selftests.sh $(BIN)

.PHONY: fuzz-go
fuzz-go: ## the parsers and writers on random input: every fuzz target for T=60s
	@tests/fuzz-go.sh $(or $(T),60s) -tags $(TAGS)

.PHONY: test-kernels
test-kernels: build ## the suite under Debian's kernels from 5.10 on, in qemu (root; KERNELS=VERSION=RELEASE…)
	@tests/need.sh qemu-system-x86_64=qemu-system-x86 debootstrap=debootstrap cpio=cpio curl=curl xz=xz-utils
	$(GO) test -tags $(TAGS) -c -o bin/tests.test ./tests
	@tests/kernels.sh $(BIN) bin/tests.test $(KERNELS)

.PHONY: test-dns
test-dns: build ## 1,000 look-ups under exec --dns=isolated beside the real systemd-resolved and nscd (root, Debian)
	@tests/need.sh ip=iproute2 gcc=gcc musl-gcc=musl-tools python3=python3-minimal
	@tests/dns-daemons.sh $(BIN)

.PHONY: test-arch
test-arch: ## build by make and by plain go build, and vet, for every architecture (some minutes)
	@for arch in amd64 arm64 riscv64 ppc64le s390x loong64 arm 386; do \
		echo $$arch && export GOARCH=$$arch && $(MAKE) -s build BIN=bin/arch/netnsctl-$$arch && \
		$(GO) build -o bin/arch/plain-$$arch ./cmd/netnsctl && $(GO) vet -tags $(TAGS) ./... || exit; done

.PHONY: test-emulated
test-emulated: ## the binaries for other architectures under qemu's user mode (386 needs none on amd64)
	@tests/need.sh qemu-aarch64-static=qemu-user-static unshare=util-linux
	@for arch in arm64:aarch64 riscv64:riscv64 ppc64le:ppc64le s390x:s390x loong64:loongarch64 arm:arm; do \
		GOARCH=$${arch%:*} $(MAKE) -s build BIN=bin/emulated/$${arch%:*}/netnsctl && \
		tests/emulated.sh qemu-$${arch#*:}-static bin/emulated/$${arch%:*}/netnsctl || exit; done

.PHONY: soak
soak: build ## make, leak and clean N=100000 namespaces, look at 10000 at once: memory, descriptors, the kernel's count
	@tests/need.sh unshare=util-linux /usr/bin/time=time
	@tests/soak.sh $(BIN)

.PHONY: bench
bench: build ## time it beside the real ip and lsns, as a table
	@tests/need.sh ip=iproute2 hyperfine=hyperfine time=time
	@tests/bench.sh $(BIN)

# into-readme puts the file $1 into README.md, between the comments that begin with $2.
into-readme = awk 'NR == FNR { table = table $$0 "\n"; next } /^<!-- end of $2/ { skip = 0 } !skip { print } \
	/^<!-- $2/ { printf "\n%s\n", table; skip = 1 }' $1 README.md >bin/README.md && mv bin/README.md README.md

.PHONY: bench-readme
bench-readme: build ## make bench, and its tables into README.md
	@tests/need.sh ip=iproute2 hyperfine=hyperfine time=time
	@tests/bench.sh $(BIN) | tee bin/bench.md
	@$(call into-readme,bin/bench.md,bench)

.PHONY: who-sees-it
who-sees-it: test-needs ## all that holds a namespace × all tools that are here, with milliseconds: the table into README.md
	@tests/need.sh ip=iproute2 lsns=util-linux lsof=lsof
	@mkdir -p bin
	NETNSCTL_TEST_WHO=$(CURDIR)/bin/who.md $(GO) test -tags $(TAGS) $(TESTFLAGS) -run '^TestWhoSeesIt$$' ./tests
	@$(call into-readme,bin/who.md,who sees it)

.PHONY: bench-library
bench-library: ## Go benchmarks of the library, for benchstat: COUNT=
	@mkdir -p bin
	@for package in netnsctl netnsctl/discover; do \
		$(GO) test -tags $(TAGS) -c -o bin/bench.test ./$$package && \
		NETNSCTL_BENCH=1 tests/sandbox.sh bin/bench.test -test.run '^$$' -test.bench . -test.benchmem -test.count $(or $(COUNT),1) || exit; \
	done

.PHONY: lint
lint: ## golangci-lint with gofumpt, and the syntax of the scripts
	$(GO) run $(GOLANGCI_LINT) run --allow-parallel-runners --build-tags $(TAGS)
	GOARCH=arm64 $(GO) vet -tags $(TAGS) ./cmd/... ./compat/... ./netnsctl/...
	@for script in .ci/run tests/*.sh cmd/netnsctl/packaging/*.sh cmd/netnsctl/completion/*.bash; do bash -n $$script || exit; done

.PHONY: fmt
fmt: ## format the Go code as lint wants it
	$(GO) run $(GOLANGCI_LINT) fmt

.PHONY: install
install: ## install the binary, its link ip-netns, manual, completion, units, settings: DESTDIR= PREFIX= SYSCONFDIR=
	@test -x $(BIN) || $(MAKE) build
	install -D -m 755 $(BIN) $(DESTDIR)$(BINDIR)/netnsctl
	ln -sf netnsctl $(DESTDIR)$(BINDIR)/ip-netns
	install -D -m 644 man/netnsctl.8 $(DESTDIR)$(MANDIR)/man8/netnsctl.8
	install -D -m 644 man/netnsctl-stale.7 $(DESTDIR)$(MANDIR)/man7/netnsctl-stale.7
	install -D -m 644 cmd/netnsctl/completion/netnsctl.bash $(DESTDIR)$(BASHDIR)/netnsctl
	ln -sf netnsctl $(DESTDIR)$(BASHDIR)/ip-netns
	install -D -m 644 cmd/netnsctl/completion/netnsctl.zsh $(DESTDIR)$(ZSHDIR)/_netnsctl
	install -D -m 644 cmd/netnsctl/completion/netnsctl.fish $(DESTDIR)$(FISHDIR)/netnsctl.fish
	ln -sf netnsctl.fish $(DESTDIR)$(FISHDIR)/ip-netns.fish
	install -d $(DESTDIR)$(UNITDIR)
	for unit in netnsctl-clean.service netnsctl-clean.timer netnsctl@.service; do \
		sed 's|/usr/bin/netnsctl|$(BINDIR)/netnsctl|; s|/etc/default/|$(SYSCONFDIR)/default/|' cmd/netnsctl/packaging/$$unit >$(DESTDIR)$(UNITDIR)/$$unit && \
		chmod 644 $(DESTDIR)$(UNITDIR)/$$unit || exit; done
	@# An administrator may have changed it.
	test -e $(DESTDIR)$(SYSCONFDIR)/default/netnsctl || \
		install -D -m 644 cmd/netnsctl/packaging/netnsctl.default $(DESTDIR)$(SYSCONFDIR)/default/netnsctl
	@# The program reads this directory wherever SYSCONFDIR is.
	install -d $(DESTDIR)/etc/netnsctl/keep.d
	install -D -m 644 cmd/netnsctl/packaging/alerts.yml $(DESTDIR)$(PREFIX)/share/doc/netnsctl/alerts.yml

.PHONY: package
package: ## .deb and .rpm for amd64 and arm64, in bin/package
	@cmd/netnsctl/packaging/build.sh package

.PHONY: dist
dist: ## reproducible tarballs for amd64 and arm64 with checksums, in bin/dist
	@cmd/netnsctl/packaging/build.sh dist

.PHONY: test-runtimes
test-runtimes: ## real container runtimes make, leak and clean namespaces, and talk meanwhile (root, Debian; installs podman, containerd, docker, systemd-container; LXC only where it is)
	@tests/need.sh ip=iproute2 ping=iputils-ping podman=podman slirp4netns=slirp4netns newuidmap=uidmap busybox=busybox-static containerd=containerd \
		dockerd=docker.io docker=docker.io crun=crun /usr/lib/cni/bridge=containernetworking-plugins systemd-nspawn=systemd-container
	NETNSCTL_TEST_RUNTIMES=1 $(GO) test -tags $(TAGS) $(TESTFLAGS) -v -run '^Test(Podman|Containerd|Docker|RuntimesTalk)$$' ./tests

.PHONY: test-package
test-package: ## packages and tarballs tried in a fresh Debian root (root, Debian; downloads it)
	@tests/package.sh

.PHONY: clean
clean: ## remove what was built
	rm -rf bin
