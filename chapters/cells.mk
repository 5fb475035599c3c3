# Where the library and the kernel meet: what cells see beside the library.
$(BUILD)/libcells.so: chapters/cells.c chapters/cells.h kernel/nnk.h lib/nn.h $(BUILD)/libnn.so
	$(call Q,cc)$(CC) $(ALL_CFLAGS) -Ilib -Ikernel -shared -o $@ $< -L$(BUILD) -lnn -Wl,-rpath,'$$ORIGIN'
