# The Jupyter kernel: build/nn-kernel (serves Jupyter, compiles cells) and build/nn-exec (runs them).
KERNEL_FRONT := main serve protocol execution paint connection wire history session compile lex chunk declare lower place replace select variable symbols store build program waiting \
                diagnose debug value table error crash executor supervise limits census output introspect complete scope typing clang magics brought directives executable sanitize batch install text
KERNEL_EXEC  := execute snapshot arena load threads streams display trap children confine census timing secret
KERNEL_O      = $(KERNEL_FRONT:%=$(BUILD)/kernel/%.o) $(KERNEL_EXEC:%=$(BUILD)/kernel/%.o)
KERNEL       := $(BUILD)/nn-kernel $(BUILD)/nn-exec $(BUILD)/nnk.h

kernel: $(KERNEL) ## build the Jupyter kernel
# Programs outside notebooks find its header in $(PREFIX)/include, or by `pkg-config --cflags nnk`.
PREFIX ?= $(HOME)/.local
install: $(KERNEL) $(CELL_NEEDS) ## register the kernel for this user: Jupyter then offers "C (Layer by Layer)"
	@$(BUILD)/nn-kernel --install $(CELL_OPTIONS)
	@install -D -m 644 $(BUILD)/nnk.h $(PREFIX)/include/nnk.h
	@mkdir -p $(PREFIX)/lib/pkgconfig
	@printf '%s\n' 'Name: nnk' 'Description: what C code shows, in a notebook and in a program' 'Version: 0.1.0' 'Cflags: -I$(PREFIX)/include' > $(PREFIX)/lib/pkgconfig/nnk.pc
uninstall: $(BUILD)/nn-kernel ## make Jupyter forget the kernel
	@$(BUILD)/nn-kernel --uninstall
	@rm -f $(PREFIX)/include/nnk.h $(PREFIX)/lib/pkgconfig/nnk.pc
bench-kernel: $(KERNEL) $(CELL_NEEDS) ## measure the kernel: each figure with its goal
	@tests/bench/kernel.py
.PHONY: kernel install uninstall bench-kernel

TESTS += $(addprefix tests/kernel/,bad.py browser.py cells.py clients.py commands.py compat.py conformance.py console.py crashes.py display.py interrupts.py introspect.py lab.py learner.py limits.py loading.py magics.py many.py protocol.py secret.py survive.py undo.py waiting.py fuzz serial/latency.py serial/completion.py)
tests: $(KERNEL)

$(BUILD)/kernel/%.o: kernel/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<
$(BUILD)/kernel/stubs.o: kernel/stubs.S
	@mkdir -p $(@D)
	$(CC) -c -o $@ $<
$(BUILD)/nn-kernel: $(KERNEL_FRONT:%=$(BUILD)/kernel/%.o)
	$(CC) -o $@ $^ -lzmq -lcjson -lcrypto -ldw -lelf -lm
# The executor gives its own functions (nnk_display) and UBSan's to the cells, whether it calls them itself or not.
$(BUILD)/nn-exec: $(KERNEL_EXEC:%=$(BUILD)/kernel/%.o) $(BUILD)/kernel/stubs.o
	$(CC) -rdynamic -fopenmp -o $@ $^ -Wl,--no-as-needed -lubsan -lm -ldl
$(BUILD)/nnk.h: kernel/nnk.h
	@mkdir -p $(@D)
	cp $< $@
-include $(KERNEL_O:.o=.d)
