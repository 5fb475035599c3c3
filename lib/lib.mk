# The library: build/libnn.a and build/libnn.so, the nn command, and the same sources with every float a double for the gradient tests.
LIB_C   := $(wildcard lib/*.c)
LIB_O   := $(LIB_C:lib/%.c=$(BUILD)/lib/%.o)
CMD_C   := $(wildcard lib/cmd/*.c)
CMD_O   := $(CMD_C:lib/cmd/%.c=$(BUILD)/lib/cmd/%.o)
DOUBLE_O := $(LIB_C:lib/%.c=$(BUILD)/double/%.o)
NN_LIBS  = -lopenblas -ljpeg -lpng -lcjson -lsqlite3 -lm -lpthread -fopenmp

$(BUILD)/lib/inner_%.o $(BUILD)/double/inner_%.o: CONTRACT = fast
$(BUILD)/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	$(call Q,cc)$(CC) $(ALL_CFLAGS) -Ilib -c -o $@ $<
$(BUILD)/double/%.o: lib/%.c tests/double.h
	@mkdir -p $(@D)
	$(call Q,cc)$(CC) $(ALL_CFLAGS) -include tests/double.h -Ilib -c -o $@ $<
$(BUILD)/libnn.a: $(LIB_O)
	$(call Q,ar)rm -f $@ && ar rcs $@ $^
$(BUILD)/libnn-double.a: $(DOUBLE_O)
	$(call Q,ar)rm -f $@ && ar rcs $@ $^
$(BUILD)/libnn.so: $(LIB_O)
	$(call Q,link)$(CC) -shared -o $@ $^ $(NN_LIBS)
ifneq ($(CMD_C),)
$(BUILD)/nn: $(CMD_O) $(BUILD)/libnn.a
	$(call Q,link)$(CC) -o $@ $^ $(NN_LIBS) -lcurl -lcrypto
endif
-include $(LIB_O:.o=.d) $(CMD_O:.o=.d) $(DOUBLE_O:.o=.d)
TESTS   += tests/cmd/words tests/cmd/tune tests/cmd/train tests/cmd/kfold tests/cmd/eval tests/cmd/resume tests/cmd/recipes tests/cmd/transfer tests/cmd/faults tests/cmd/fuzz tests/cmd/download.py tests/cmd/hub.py tests/cmd/photos tests/cmd/predict tests/cmd/ensemble tests/images/fuzz tests/weights/fuzz
TEST_NEEDS += $(BUILD)/nn
