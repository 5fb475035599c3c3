# The library as it is at the end of one chapter: DIR holds the sources that book/checkpoint.awk wrote. The rules of
# chapters/chapters.mk call this with DIR, ALL_CFLAGS and LIBS.
O := $(patsubst %.c,%.o,$(wildcard $(DIR)/*.c))

all: $(DIR)/libnn.a $(DIR)/libnn.so
$(DIR)/%.o: $(DIR)/%.c
	@$(CC) $(ALL_CFLAGS) -I$(DIR) -c -o $@ $<
$(DIR)/libnn.a: $(O)
	@rm -f $@ && ar rcs $@ $^
$(DIR)/libnn.so: $(O)
	@$(CC) -shared -Wl,--no-undefined -o $@ $^ $(LIBS)
.PHONY: all
-include $(O:.o=.d)
