# Tests: C programs in tests/unit and tests/serial (run alone: they measure time), scripts beside them. A room adds its own to TESTS.
TEST_C   := $(wildcard tests/unit/*.c tests/serial/*.c)
TEST_BIN := $(TEST_C:tests/%.c=$(BUILD)/tests/%)
TESTS    += $(TEST_BIN)

$(BUILD)/tests/%: tests/%.c $(BUILD)/libnn.a
	@mkdir -p $(@D)
	$(call Q,cc)$(CC) $(ALL_CFLAGS) -Ilib -Itests -o $@ $< $(BUILD)/libnn.a $(NN_LIBS)

# Gradients once more, in double precision: the same library with every float a double.
$(BUILD)/tests/double/%: tests/double/%.c $(BUILD)/libnn-double.a
	@mkdir -p $(@D)
	$(call Q,cc)$(CC) $(ALL_CFLAGS) -include tests/double.h -Ilib -Itests -o $@ $< $(BUILD)/libnn-double.a $(NN_LIBS)
TESTS    += $(BUILD)/tests/double/gradients

# The networks of the zoo beside PyTorch's: a program of ours that a script asks.
TESTS      += tests/zoo/zoo.py
TEST_NEEDS += $(BUILD)/tests/zoo/peer $(BUILD)/tests/double/zoo/peer
$(BUILD)/tests/double/zoo/peer: tests/zoo/peer.c $(BUILD)/libnn-double.a
	@mkdir -p $(@D)
	$(call Q,cc)$(CC) $(ALL_CFLAGS) -include tests/double.h -Ilib -Itests -o $@ $< $(BUILD)/libnn-double.a $(NN_LIBS)

check: ## the linters: clang, clang-format, clang-tidy, cppcheck
	@.ci/install build check
	@tests/check/lint
.PHONY: check
TESTS    += tests/processors/x86 tests/processors/arm64
TESTS    += tests/check/lint
TESTS    += tests/door/door tests/bench/check tests/serial/notebook.py tests/serial/step
BENCHES  = $(BUILD)/tests/bench/conv $(BUILD)/tests/bench/work $(BUILD)/tests/bench/augment $(BUILD)/tests/bench/decode $(BUILD)/tests/bench/exact
TEST_NEEDS += all $(BENCHES)

bench: $(BENCHES) ## measure: networks beside PyTorch, how cost grows, convolutions, what augmentation costs, how fast photographs are read
	@tests/bench/table
	@tests/bench/growth
	@$(BUILD)/tests/bench/conv
	@$(BUILD)/tests/bench/augment
	@$(BUILD)/tests/bench/decode
	@$(BUILD)/tests/bench/exact
against: $(BENCHES) ## is the library as fast as it was? make against COMMIT=main
	@tests/bench/table --against $(or $(COMMIT),main)
bench-augment: $(BUILD)/tests/bench/augment ## measure what augmentation costs a training; wants two quiet cores
	@$(BUILD)/tests/bench/augment
.PHONY: bench against bench-augment

# The tests that take minutes, the longest first.
LONG = tests/book/whole tests/grade/proof tests/check/lint tests/zoo/zoo.py tests/grade/mutants.py

# Last, when every room has named its tests and what they need.
test: ## install, build and pass everything (what CI runs)
	@.ci/install build jupyter book test check
	@$(MAKE) --no-print-directory -j$$(nproc) tests
tests: $(TEST_NEEDS) $(TESTS) # the same without installing anything
	@LONG="$(LONG)" tests/run $(TESTS)
.PHONY: test tests
-include $(TEST_BIN:%=%.d)
