# The one door. `make` alone says what there is; each room brings its own rules in ROOM/ROOM.mk.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.SECONDARY:
.DELETE_ON_ERROR:
# No rule but those written here: a script beside a C file of its name is no program to be made.
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
%: %.c

CC       ?= gcc
BUILD    ?= build
NN_SHARED ?= ../shared
export NN_SHARED
WARNINGS = -Wall -Wextra -Wpedantic -Werror
CFLAGS   ?= -O3 -g
# Nobody here reads errno after sqrt or catches floating-point traps; loops vectorise when the compiler knows. A product
# and a sum are rounded apart, so that wide vectors give the bits of narrow ones; only the inner loops may fuse them.
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS) -fno-math-errno -fno-trapping-math -ffp-contract=$(or $(CONTRACT),off) -fPIC -fopenmp -MMD -MP
TESTS    =
# V=1 shows each command; otherwise a word and the file that is made.
Q        = $(if $(V),,@printf '  %-5s %s\n' $(word 1,$(1)) $@;)

help: ## what can be made (this list)
	@echo "Layer by Layer: a book that you can run."; echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

include $(wildcard lib/lib.mk chapters/cells.mk kernel/kernel.mk chapters/chapters.mk book/book.mk solutions/solutions.mk tests/tests.mk)

start: ## from a clone to a curve: install, build, register the kernel, train the ladder, report
	@.ci/install build jupyter book
	@$(MAKE) --no-print-directory -j2 all
	@$(MAKE) --no-print-directory install
	@chapters/start
all: $(BUILD)/nn $(CELL_NEEDS) # everything that is run
.PHONY: start all

clean: ## remove everything that was built
	rm -rf $(BUILD) book/_site

.PHONY: help clean
