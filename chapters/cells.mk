# Where the library and the kernel meet: what cells see beside the library, and how the kernel is told.
CELL_OPTIONS = --prelude $(CURDIR)/chapters/cells.h --library $(CURDIR)/$(BUILD)/libcells.so -I $(CURDIR)/lib -I $(CURDIR)/kernel
CELL_NEEDS   = $(BUILD)/libcells.so $(BUILD)/nn-kernel $(BUILD)/nn-exec
$(BUILD)/libcells.so: chapters/cells.c chapters/cells.h kernel/nnk.h lib/nn.h $(BUILD)/libnn.so
	$(call Q,cc)$(CC) $(ALL_CFLAGS) -Ilib -Ikernel -shared -o $@ $< -L$(BUILD) -lnn -Wl,-rpath,'$$ORIGIN'
