# Exercises: stubs from solutions, and the grader. `make grade EX=01-1` grades exercises/01-1-*.c, FILE= another file,
# SEED= the same numbers again, JSON=1 prints one line for programs.
GRADE_C   := $(wildcard tests/grade/*.c)
GRADE     := $(BUILD)/grade/grade
SOLUTIONS := $(patsubst solutions/%.c,%,$(wildcard solutions/[0-9]*.c))
# what a learner's file, and everything that it is compared with, is compiled with, stands in solutions/flags

$(GRADE): $(GRADE_C) tests/grade/grade.h tests/grade/engine.h lib/nn.h $(BUILD)/libnn.a
	@mkdir -p $(@D)
	$(call Q,cc)$(CC) $(filter-out -MMD -MP,$(ALL_CFLAGS)) -Ilib -rdynamic -o $@ $(GRADE_C) \
		-Wl,--whole-archive $(BUILD)/libnn.a -Wl,--no-whole-archive $(NN_LIBS) -ldl

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

grade: $(GRADE) ## grade your exercise: EX=01-1, a number or a name; FILE= another file, SEED= the same numbers again
	@name=$$($(GRADE) --find "$(EX)") && $(MAKE) -s --no-print-directory "grade-part-$$name" && \
		$(GRADE) --parts $(BUILD)/grade $(if $(FILE),--file "$(FILE)") $(if $(SEED),--seed "$(SEED)") $(if $(JSON),--json) "$$name"

stubs: # exercises/*.c anew from the solutions; files that a learner has changed are left alone
	@solutions/stubs
.PHONY: grade grade-parts stubs

TESTS += tests/grade/stubs tests/grade/bad tests/grade/memory tests/grade/serial/proof
TEST_NEEDS += grade-parts
