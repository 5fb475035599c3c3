# Exercises: stubs from solutions, and the grader. `make grade EX=01-1` grades exercises/01-1-*.c, FILE= another file,
# SEED= the same numbers again, JSON=1 prints one line for programs.
GRADE_C   := $(wildcard tests/grade/*.c)
GRADE     := $(BUILD)/grade/grade
LOOP_C    := $(wildcard tests/grade/loop/*.c)
LOOP      := $(BUILD)/grade/loop
SOLUTIONS := $(patsubst solutions/%.c,%,$(wildcard solutions/[0-9]*.c))
# what a learner's file, and everything that it is compared with, is compiled with, stands in solutions/flags

$(GRADE): $(GRADE_C) $(wildcard tests/grade/*.h) lib/nn.h $(BUILD)/libnn.a
	@mkdir -p $(@D)
	$(call Q,cc)$(CC) $(filter-out -MMD -MP,$(ALL_CFLAGS)) -Ilib -rdynamic -o $@ $(GRADE_C) \
		-Wl,--whole-archive $(BUILD)/libnn.a -Wl,--no-whole-archive $(NN_LIBS) -ldl

$(LOOP): $(LOOP_C) $(addprefix tests/grade/,course.c progress.c) $(wildcard tests/grade/*.h tests/grade/loop/*.h) lib/nn.h $(BUILD)/libnn.a
	@mkdir -p $(@D)
	$(call Q,cc)$(CC) $(filter-out -MMD -MP,$(ALL_CFLAGS)) -Ilib -Itests -o $@ $(filter %.c,$^) $(BUILD)/libnn.a $(NN_LIBS)

# -- the parts of one exercise: its checks; the reference and each known mistake
.SECONDEXPANSION:
CHECKS = tests/grade_$(word 1,$(subst -, ,$(1)))_$(word 2,$(subst -, ,$(1))).c
$(BUILD)/grade/%/checks.so: $$(call CHECKS,$$*) tests/grade/grade.h lib/nn.h
	@mkdir -p $(@D)
	@$(CC) $(filter-out -MMD -MP,$(ALL_CFLAGS)) -shared -Ilib -Itests -o $@ $<
$(BUILD)/grade/%/reference.so: solutions/%.c exercises/exercise.h lib/nn.h solutions/flags
	@mkdir -p $(@D)
	@for k in $$(sed -n 's/^#.*MISTAKE == \([0-9]*\) .*/\1/p' $<); do \
		$(CC) @solutions/flags -w -DMISTAKE=$$k -shared -o $(@D)/mistake$$k.so $< -lm || exit 1; done
	@$(CC) @solutions/flags -Werror -DMISTAKE=0 -shared -o $@ $< -lm
grade-part-%: $(BUILD)/grade/%/checks.so $(BUILD)/grade/%/reference.so ;
grade-parts: $(GRADE) $(SOLUTIONS:%=grade-part-%) # of all exercises

# In a terminal, of one's own file, missing points are no error of make's, nor is a word that is none: the sentence has been
# said, and make would add a line of its own. For another file, for programs and in scripts the exit status stays: 0 for full
# points, 1 for fewer, 2 for what cannot be done.
MISSING = status=$$?; [ $$status -le 2 ] && [ -t 0 ] && [ -t 1 ] && [ -z "$(FILE)$(JSON)" ] || exit $$status
grade: $(GRADE) ## grade your exercise: EX=01-1, a number or a name; FILE= another file, SEED= the same numbers again
	@name=$$($(GRADE) --find "$(EX)") && $(MAKE) -s --no-print-directory "grade-part-$$name" && \
		$(GRADE) --parts $(BUILD)/grade $(if $(FILE),--file "$(FILE)" $(if $(AS),--as "$(AS)") $(if $(RECORD),--record),--record) $(if $(SEED),--seed "$(SEED)") $(if $(JSON),--json) "$$name"; \
		$(MISSING)

# What a page grades while the book is made must stand before, or two makes would build it at once.
$(BUILD)/book/D-exercises.ran.ipynb: | $(GRADE) grade-part-01-1-transpose

# -- the loop between two gradings; what was reached is kept in exercises/progress
next: $(LOOP) ## the next exercise: its statement, its file, its place in the notebook; EX= another one
	@$(LOOP) $(BUILD)/grade next "$(EX)"; $(MISSING)
watch: $(LOOP) $(GRADE) ## grade whenever you save; keys for a hint, the next exercise, the solution; EX= where to begin
	@$(LOOP) $(BUILD)/grade watch "$(EX)"; $(MISSING)
hint: $(LOOP) ## EX=01-1: a hint, and one more each time
	@$(LOOP) $(BUILD)/grade hint "$(EX)"; $(MISSING)
progress: $(LOOP) ## what you have reached, chapter by chapter
	@$(LOOP) $(BUILD)/grade progress; $(MISSING)
reset: $(LOOP) ## EX=01-1: begin an exercise again; your file is kept in exercises/kept
	@$(LOOP) $(BUILD)/grade reset "$(EX)"; $(MISSING)
diff: $(LOOP) ## EX=01-1: your file beside the solution, once you have all points
	@$(LOOP) $(BUILD)/grade diff "$(EX)"; $(MISSING)
.PHONY: next watch hint progress reset diff

# The status 1 stands for a function that does not compile or that crashes; both have been said.
compare: $(GRADE) $(BUILD)/compare ## CH=06: the chapter's net with your functions in it, and its curve over the recorded ones
	@$(if $(MINE),MINE="$(MINE)") $(if $(AS),AS="$(AS)") $(if $(JSON),JSON=1) $(if $(PICTURE),PICTURE="$(PICTURE)") solutions/compare "$(CH)" $(EX); $(MISSING)
.PHONY: compare

# The chapter's ledger says which functions it brings.
ALONG_LEDGERS = $(patsubst chapters/%/chapter.md,$(BUILD)/book/%.ledger,$(wildcard chapters/$(CH)-*/chapter.md chapters/0$(CH)-*/chapter.md))
along: $(BUILD)/libnn.a $$(ALONG_LEDGERS) ## CH=06: type the library's functions of a chapter yourself, under the library's own tests
	@ALONG_FLAGS="$(filter-out -MMD -MP,$(ALL_CFLAGS))" ALONG_LIBS="$(NN_LIBS)" solutions/along "$(CH)"; $(MISSING)
.PHONY: along

class: $(GRADE) $$(patsubst solutions/%.c,grade-part-%,$$(wildcard solutions/$(CH)-*.c solutions/0$(CH)-*.c)) ## FROM=submissions CH=06: grade a class, a folder for each learner; goes on where it was
	@solutions/class "$(FROM)" "$(CH)"
.PHONY: class

mutants: grade-parts ## what a grader overlooks: each solution with one small fault more, EX= of one exercise only; takes minutes
	@tests/grade/mutants.py --all $(EX)

nbgrader: ## the exercises as source notebooks for nbgrader, with its configuration: build/nbgrader
	@solutions/nbgrader
.PHONY: nbgrader

stubs: # exercises/*.c anew from the solutions; files that a learner has changed are left alone
	@solutions/stubs
.PHONY: grade grade-parts mutants stubs

TESTS += tests/grade/nbgrader.py tests/grade/mine.py tests/grade/along tests/grade/loop.py tests/grade/cell.py tests/grade/browser.py tests/grade/mutants.py tests/grade/stubs tests/grade/bad tests/grade/cheats tests/grade/memory tests/grade/classroom.py tests/grade/proof tests/grade/serial/timed tests/grade/serial/pace.py
TEST_NEEDS += grade-parts $(LOOP) $(BUILD)/compare
