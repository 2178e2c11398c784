# SPDX-License-Identifier: MPL-2.0
#
# make demo    shows the program at work: a private server, two people, one window
# make run     builds and starts the program
# make test    installs what is missing and proves everything
# make chaos   kills clients, links and servers while 40,000 messages are sent, encrypted and not
# make bench   measures and prints a table
# make fuzz    runs each fuzz target for FUZZTIME (1m)
# make photos  photographs the program in each bundle, light and dark, and in several languages
# make lint    looks at the source

# gles: a quarter of the cold build; migrated_fynedo: docs/decisions/0005.
ifeq ($(shell uname -s),Darwin)
TAGS := sqlite_fts5,migrated_fynedo
else
TAGS := gles,sqlite_fts5,migrated_fynedo
endif
export GOFLAGS := -tags=$(TAGS)
FUZZTIME ?= 1m
TEST_TIMEOUT ?= 25m

.PHONY: all build run demo test quick lint bench chaos fuzz photos clean deps

all: build

deps:
	@scripts/install-deps build

build: deps
	@mkdir -p build
	go build -o build/ ./cmd/chatsecure ./cmd/chatsecure-cli

run: build
	build/chatsecure

demo:
	@scripts/install-deps demo
	@mkdir -p build
	go build -o build/ ./cmd/chatsecure ./cmd/chatsecure-cli
	go build -o build/demo-driver ./core/coretest/cmd/demo
	@scripts/demo

test:
	@scripts/install-deps test
	@TEST_TIMEOUT=$(TEST_TIMEOUT) scripts/test

# What takes seconds: no servers, no end-to-end run.
quick:
	go test -short ./...

lint:
	@scripts/lint

bench:
	@scripts/install-deps test
	@scripts/bench

chaos:
	@scripts/install-deps test
	@scripts/chaos

fuzz:
	@FUZZTIME=$(FUZZTIME) scripts/fuzz

photos: build
	@scripts/install-deps test
	CHATSECURE_PHOTOS=$(CURDIR)/build/photos scripts/private-session go test ./e2e -run TestPhotographs -count 1 -timeout 40m

clean:
	rm -rf build dist
