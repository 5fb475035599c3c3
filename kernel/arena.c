/*  arena.c - where the code and the variables of the cells lie
 *
 *  A notebook may have ten thousand cells. If each were a mapping of its own, the
 *  copy of all mappings that every snapshot makes would soon take longer than the
 *  cell. So cells share arenas: one half holds code, which may be executed, the
 *  other, `gap` bytes behind it, holds variables, which may be written. A cell takes
 *  the same bytes of both halves, as the linker has laid its two parts out.
 *
 *  Whoever walks the stack asks the C library which object an address belongs to
 *  (_dl_find_object, dl_iterate_phdr). It does not know our cells, so these two
 *  functions stand here before its own.
 */
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "exec.h"

typedef struct arena arena;
struct arena {
    arena *next;
    char *base;
    size_t gap, size, used; // of each half
    nnk_code *code;         // ascending
    int codes, room;
};

enum { WRITE = PROT_READ | PROT_WRITE };

static arena *newest;

static size_t round_up (size_t size, size_t to)
{
    return (size + to - 1) / to * to;
}

/*  How much of the half for code can hold code. */
static size_t code_size (const arena *self, size_t size)
{
    return size < self->gap ? size : self->gap;
}

static arena *new_arena (size_t gap, size_t size)
{
    arena *self = calloc (1, sizeof *self);
    if (!self)
        return NULL;
    char *base = mmap (NULL, gap + size, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    *self = (arena){ newest, base, gap, size, 0, NULL, 0, 0 };
    if (base == MAP_FAILED ||
        mprotect (base, code_size (self, size), WRITE) != 0 ||
        mprotect (base + gap, size, WRITE) != 0) {
        if (base != MAP_FAILED)
            munmap (base, gap + size);
        free (self);
        return NULL;
    }
    base[0] = 0; // a page of each half: its parts then stay one mapping
    base[gap] = 0;
    mprotect (base, code_size (self, size), PROT_READ | PROT_EXEC);
    return newest = self;
}

/*  An arena in which `size` bytes of each half are free from an address that is a
 *  multiple of `align`. What is big gets one of its own. */
static arena *find_room (size_t gap, size_t size, size_t align)
{
    const size_t usual = 16 << 20;
    for (arena *self = newest; self; self = self->next)
        if (self->gap == gap &&
            round_up ((size_t) self->base + self->used, align) + size <=
                (size_t) self->base + self->size)
            return self;
    const size_t need = round_up (size + align, 4096);
    return new_arena (gap, need > usual / 4 ? need : usual);
}

/*  Room for a cell whose code and variables end `size` bytes behind the begin of
 *  their halves. NULL: there is no memory. */
nnk_code *nnk_arena_take (size_t gap, size_t size, size_t align)
{
    arena *self = find_room (gap, size, align);
    if (!self)
        return NULL;
    if (self->codes == self->room) {
        const int room = 2 * self->room + 16;
        nnk_code *more = realloc (self->code, room * sizeof *more);
        if (!more)
            return NULL;
        self->code = more;
        self->room = room;
    }
    const size_t from = round_up ((size_t) self->base + self->used, align);
    self->used = round_up (from - (size_t) self->base + size, 64);
    nnk_code *code = &self->code[self->codes++];
    *code = (nnk_code){ .base = self->base + (from - (size_t) self->base),
                        .gap = gap,
                        .size = size };
    return code;
}

/*  The cell to which an address of code belongs, or NULL. Safe in a handler. */
const nnk_code *nnk_find_code (const void *at)
{
    for (const arena *self = newest; self; self = self->next) {
        const size_t offset = (size_t) at - (size_t) self->base;
        if (offset >= code_size (self, self->used))
            continue;
        int low = 0, high = self->codes; // the last that begins at or before it
        while (high - low > 1) {
            const int middle = (low + high) / 2;
            if ((const char *) at >= self->code[middle].base)
                low = middle;
            else
                high = middle;
        }
        const nnk_code *code = &self->code[low];
        const size_t inside = (size_t) at - (size_t) code->base;
        return self->codes && inside < code->size ? code : NULL;
    }
    return NULL;
}

/*  Makes all code of cells executable, or not. */
void nnk_allow_code (bool on)
{
    for (const arena *self = newest; self; self = self->next)
        mprotect (self->base, code_size (self, round_up (self->used, 4096)),
                  on ? PROT_READ | PROT_EXEC : PROT_READ);
}

/* --- For those who walk the stack -------------------------------------------- */

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): reserved ones
int _dl_find_object (void *address, struct dl_find_object *result)
{
    static int (*real) (void *, struct dl_find_object *);
    const nnk_code *code = nnk_find_code (address);
    if (!code) {
        if (!real)
            *(void **) &real = dlsym (RTLD_NEXT, "_dl_find_object");
        return real ? real (address, result) : -1;
    }
    *result = (struct dl_find_object){ .dlfo_map_start = code->base,
                                       .dlfo_map_end = code->base + code->size,
                                       .dlfo_eh_frame = code->unwind };
    return code->unwind ? 0 : -1;
}

int dl_iterate_phdr (int (*callback) (struct dl_phdr_info *, size_t, void *),
                     void *data)
{
    int (*real) (int (*) (struct dl_phdr_info *, size_t, void *), void *);
    *(void **) &real = dlsym (RTLD_NEXT, "dl_iterate_phdr");
    int result = real (callback, data);
    for (const arena *self = newest; self && !result; self = self->next)
        for (int i = 0; i < self->codes && !result; i++) {
            const nnk_code *code = &self->code[i];
            const ElfW (Ehdr) *head = (const void *) code->base;
            char path[5000];
            snprintf (path, sizeof path, "%s/cell_%d.so", nnk_folder (),
                      code->serial);
            struct dl_phdr_info info = {
                .dlpi_addr = (ElfW (Addr)) code->base,
                .dlpi_name = path,
                .dlpi_phdr = (const void *) (code->base + head->e_phoff),
                .dlpi_phnum = head->e_phnum
            };
            result = callback (&info, sizeof info, data);
        }
    return result;
}
