# The chapters as notebooks and as programs: notebooks/NN-name.ipynb, `make run CH=04`, `make jupyter`, and the library as
# it is at the end of a chapter. A chapter is chapters/NN-name/chapter.md; SLUG means NN-name. book/README.md says more.
#
# What can come out unchanged is made in $(BUILD)/book and copied only when it differs, so that an edit costs no more
# than it must: a change of prose runs no cell again, a change of the library makes no notebook anew.
W          := $(BUILD)/book
SLUGS      := $(sort $(patsubst chapters/%/chapter.md,%,$(wildcard chapters/*/chapter.md)))
NUMBERS    := $(sort $(foreach slug,$(SLUGS),$(firstword $(subst -, ,$(slug)))))
CHECKPOINTS := $(filter 0% 1% 2% 3%,$(NUMBERS))
LEDGERS    := $(SLUGS:%=$(W)/%.ledger)
NOTEBOOKS  := $(SLUGS:%=notebooks/%.ipynb)
QUOTED     := $(wildcard lib/*.h lib/*.c)
TAGS       := $(patsubst lib/%,$(W)/tags/%.tags,$(QUOTED))
STUBS      := $(patsubst solutions/%,$(W)/stubs/%,$(wildcard solutions/[0-9A-Z]*.c))
WEAVER     := $(filter-out book/failed-cell.lua,$(wildcard book/*.lua))
# What any chapter may be woven from; and the exercises of the chapter SLUG.
WOVEN_FROM  = $(WEAVER) $(QUOTED) $(wildcard lib/cmd/*.c kernel/*.[ch]) $(TAGS) $(W)/rows.tsv $(wildcard chapters/*/run.tsv)
STUBS_OF    = $(filter $(W)/stubs/$(firstword $(subst -, ,$(1)))-%,$(STUBS))
WEAVE       = WEAVE_TAGS=$(W)/tags WEAVE_ROWS=$(W)/rows.tsv WEAVE_STUBS=$(W)/stubs pandoc --wrap=preserve -L book/weave.lua
# Runs a notebook: $(NB_RUN) IN -o OUT. The kernel is not built anew for it when it has changed.
NB_RUN     ?= $(CURDIR)/$(BUILD)/nn-kernel $(CELL_OPTIONS) --run
NB_NEEDS   ?= $(CELL_NEEDS)
# From chapter 5 on a notebook runs against the library as it is at the end of its chapter; before that, and in the
# appendices, against the whole one, for what shows a net or a history in a cell is of chapter 5 itself.
AT_END_OF   = $(filter-out 01 02 03 04,$(filter $(firstword $(subst -, ,$(1))),$(CHECKPOINTS)))
LIBRARY_OF  = $(BUILD)/$(addprefix checkpoint/,$(addsuffix /,$(call AT_END_OF,$(1))))libnn.so
RUN_OF      = $(if $(call AT_END_OF,$(1)),env LD_LIBRARY_PATH=$(CURDIR)/$(dir $(call LIBRARY_OF,$(1))) $(subst -I $(CURDIR)/lib,-I $(CURDIR)/$(dir $(call LIBRARY_OF,$(1))),$(NB_RUN)),$(NB_RUN))
# Debian's own Jupyter, whatever other Python stands in PATH.
JUPYTER    ?= $(or $(wildcard /usr/bin/jupyter-notebook),jupyter-notebook)
# The kernel cuts what a cell prints (nn-kernel --output); the server would drop lines of it in the middle.
JUPYTER_OPTIONS ?= --NotebookApp.iopub_data_rate_limit=1e9
COPY_IF_NEW = @cmp -s $< $@ || cp $< $@

# CH=4, CH=04, CH=04-name and CH=A all name a chapter.
CH_SLUG = $(firstword $(filter $(CH) $(CH)-% 0$(CH)-%,$(SLUGS)))
CH_NUMBER = $(firstword $(subst -, ,$(CH_SLUG)))
need-chapter:
	@[ -n "$(CH_SLUG)" ] || { echo "make: CH=$(CH) names no chapter; write for example CH=$(firstword $(NUMBERS)). There are: $(SLUGS)" >&2; exit 2; }

notebooks: $(NOTEBOOKS) ## make notebooks/ anew from the chapters
# FULL=1 asks the cells for their long runs, TIMEOUT=60 gives each a minute: then nothing is taken from an earlier run.
RUN_OPTIONS = $(if $(filter-out 0,$(FULL)),--full) $(addprefix --timeout ,$(TIMEOUT))
RAN         = $(W)/$(CH_SLUG)$(if $(strip $(RUN_OPTIONS)),.asked).ran.ipynb
run: need-chapter ## CH=04 [FULL=1] [TIMEOUT=60]: run a chapter in the terminal
	@$(MAKE) --no-print-directory $(if $(strip $(RUN_OPTIONS)),$(W)/$(CH_SLUG).ipynb $(NB_NEEDS),$(RAN))
	@$(if $(strip $(RUN_OPTIONS)),GRADE_UNKEPT=1 book/run-notebook $(RAN) $(W)/$(CH_SLUG).ipynb $(subst --run,$(RUN_OPTIONS) --run,$(NB_RUN)))
	@SHOW=1 RAN=$(RAN) pandoc -f markdown -t plain -L book/failed-cell.lua -o /dev/null /dev/null
jupyter: notebooks ## open the notebooks in Jupyter
	@$(MAKE) --no-print-directory all install
	$(JUPYTER) $(if $(filter 0,$(shell id -u)),--allow-root) $(JUPYTER_OPTIONS) notebooks
checkpoint: need-chapter ## CH=04: build the library as it is at the end of a chapter
	@$(MAKE) --no-print-directory $(BUILD)/checkpoint/$(CH_NUMBER)/libnn.so
	@echo "$(BUILD)/checkpoint/$(CH_NUMBER): the library at the end of chapter $(CH_NUMBER)"
checkpoints: $(CHECKPOINTS:%=$(BUILD)/checkpoint/%/libnn.so) # the library at the end of every chapter
list-checkpoints:
	@echo $(CHECKPOINTS)
notebooks-woven: $(SLUGS:%=$(W)/%.ipynb) $(LEDGERS)
.PHONY: notebooks run jupyter need-chapter checkpoint checkpoints list-checkpoints notebooks-woven

# -- what ctags knows of a file, and which rows of tables are quoted on their own
$(W)/tags/%.tags: lib/%
	@mkdir -p $(@D)
	@ctags -f $@ --output-format=u-ctags --fields=neK --kinds-c=defgpstuvx --excmd=number --pseudo-tags= $<
$(W)/rows.new: $(SLUGS:%=chapters/%/chapter.md) book/rows.awk
	@mkdir -p $(@D)
	@awk -f book/rows.awk $(filter %.md,$^) /dev/null >$@
$(W)/rows.tsv: $(W)/rows.new
	$(COPY_IF_NEW)

# -- the stubs of the exercises as they are given out, whatever a learner has written in exercises/
$(W)/stubs/%.c: solutions/%.c solutions/stub.awk
	@mkdir -p $(@D)
	@awk -f solutions/stub.awk $< >$@

# -- a chapter's ledger (who quotes what), with the text of its cells; its notebook
.SECONDEXPANSION:
$(W)/%.ledger: chapters/%/chapter.md $(WOVEN_FROM) $$(call STUBS_OF,$$*)
	@WEAVE_LEDGER=$@ WEAVE_CELLS=$(W)/$*.cells.new $(WEAVE) $< -t json -o /dev/null
$(W)/%.cells: $(W)/%.ledger
	@cmp -s $@.new $@ || cp $@.new $@
$(W)/%.ipynb: chapters/%/chapter.md $(WOVEN_FROM) $$(call STUBS_OF,$$*)
	@$(WEAVE) $< -t ipynb -o $@
notebooks/%.ipynb: $(W)/%.ipynb book/give-notebook
	@book/give-notebook $< $@

# -- the executed notebook: run again when a cell or the library changes
$(W)/%.ran.ipynb: $(W)/%.cells $$(call LIBRARY_OF,$$*) book/run-notebook book/failed-cell.lua | $(W)/%.ipynb $(NB_NEEDS)
	@echo "running chapter $*"
	@GRADE_UNKEPT=1 book/run-notebook $@ $(W)/$*.ipynb $(call RUN_OF,$*)

# -- the library at the end of chapter NN
$(BUILD)/checkpoint/%/extracted: $(LEDGERS) $(QUOTED) book/checkpoint.awk
	@rm -rf $(@D)/fresh && mkdir -p $(@D)/fresh
	@awk -v N=$* -v DIR=$(@D)/fresh -f book/checkpoint.awk $(LEDGERS) $(QUOTED)
	@cd $(@D) && for f in *.c *.h; do [ -e "fresh/$$f" ] || rm -f "$$f" "$${f%.c}.o"; done; \
	for f in fresh/*; do cmp -s "$$f" "$${f#fresh/}" || cp "$$f" .; done
	@rm -rf $(@D)/fresh && touch $@
$(BUILD)/checkpoint/%/libnn.so: $(BUILD)/checkpoint/%/extracted $(TAGS) book/checkpoint.mk book/explain.awk
	@$(MAKE) --no-print-directory -k -f book/checkpoint.mk DIR=$(@D) CC="$(CC)" ALL_CFLAGS="$(ALL_CFLAGS)" LIBS="$(NN_LIBS)" >$(@D)/log 2>&1 \
	|| { cat $(@D)/log; echo "chapter $*: what it brings does not compile with what the chapters up to $* brought:"; \
	awk -v N=$* -f book/explain.awk $(TAGS) $(LEDGERS) $(@D)/log; rm -f $@; exit 1; } >&2
	@touch $@

# The recorded runs of the ladder, on CIFAR-10: hours, but each run goes on where it was stopped.
reproduce: $(BUILD)/nn ## train every row of the ladder on CIFAR-10 and write down what it reached; ROWS= SEEDS= DATA=
	@chapters/ladder/record $(if $(DATA),--data $(DATA)) $(if $(SEEDS),--seeds "$(SEEDS)") $(ROWS)
.PHONY: reproduce
