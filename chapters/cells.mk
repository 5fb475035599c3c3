# Where the library and the kernel meet: what cells see beside the library, and how the kernel is told.
CELL_OPTIONS = --prelude $(CURDIR)/chapters/cells.h --library $(CURDIR)/$(BUILD)/libcells.so -I $(CURDIR)/lib -I $(CURDIR)/kernel -I $(CURDIR)/exercises
CELL_NEEDS   = $(BUILD)/libcells.so $(BUILD)/nn-kernel $(BUILD)/nn-exec $(BUILD)/nnk.h
$(BUILD)/libcells.so: $(addprefix chapters/,cells.c tensor.c grade.c mine.c loop.c report.c difference.c definitions.c) $(wildcard chapters/*.h) kernel/nnk.h lib/nn.h $(BUILD)/libnn.so
	$(call Q,cc)$(CC) $(filter-out -MMD -MP,$(ALL_CFLAGS)) -DNN_COURSE='"$(CURDIR)"' -Ilib -Ikernel -shared -o $@ $(filter %.c,$^) -L$(BUILD) -lnn -lcjson -Wl,-rpath,'$$ORIGIN'

# The learner's functions in the chapters' nets: make compare, compare () and %mine in a cell.
$(BUILD)/compare: $(wildcard chapters/compare/*.c chapters/compare/*.h) lib/nn.h $(BUILD)/libnn.a
	$(call Q,cc)$(CC) $(filter-out -MMD -MP,$(ALL_CFLAGS)) -Ilib -Ichapters/compare -rdynamic -o $@ $(filter %.c,$^) \
		-Wl,--whole-archive $(BUILD)/libnn.a -Wl,--no-whole-archive $(NN_LIBS) -ldl
