/*  threads.c - the thread-local variables of cells
 *
 *  The compiler asks for the place of such a variable at run time: __tls_get_addr,
 *  with a module and an offset. Modules that the C library has loaded have small
 *  numbers. A module of ours is the address of its description, and each thread gets
 *  its copy when it asks for the first time.
 */
#include <link.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "exec.h"

void *__tls_get_addr (const size_t *at);

typedef struct {
    int number;
    const char *image; // what it begins with
    size_t filled, size, align;
} module;

typedef struct {
    int count;
    void *copy[];
} copies;

static int modules;
static pthread_key_t key;

static void end_thread (void *all)
{
    copies *self = all;
    for (int i = 0; i < self->count; i++)
        free (self->copy[i]);
    free (self);
}

/*  0: there is no memory. */
size_t nnk_thread_module (const char *image, size_t filled, size_t size,
                          size_t align)
{
    module *self = malloc (sizeof *self);
    if (!self || (!modules && pthread_key_create (&key, end_thread) != 0)) {
        free (self);
        return 0;
    }
    *self = (module){ modules++, image, filled, size, align };
    return (size_t) self;
}

/*  This thread's copy. NULL: there is no memory. */
static char *make_copy (const module *of)
{
    copies *own = pthread_getspecific (key);
    if (!own || own->count <= of->number) {
        const int before = own ? own->count : 0, count = of->number + 1;
        copies *more = realloc (own, sizeof *own + count * sizeof *own->copy);
        if (!more)
            return NULL;
        memset (more->copy + before, 0, (count - before) * sizeof *own->copy);
        more->count = count;
        pthread_setspecific (key, own = more);
    }
    const size_t align = of->align < 16 ? 16 : of->align;
    char *copy = aligned_alloc (align, (of->size + align - 1) / align * align);
    if (!copy)
        return NULL;
    memcpy (copy, of->image, of->filled);
    memset (copy + of->filled, 0, of->size - of->filled);
    own->copy[of->number] = copy;
    return copy;
}

/*  What cells call as __tls_get_addr. */
void *nnk_thread_local (const size_t *at)
{
    const size_t numbers = 1 << 20;
    if (at[0] < numbers)
        return __tls_get_addr (at);
    const module *of;
    memcpy (&of, at, sizeof of);
    const copies *own = pthread_getspecific (key);
    char *copy = own && own->count > of->number ? own->copy[of->number] : NULL;
    if (!copy && !(copy = make_copy (of)))
        nnk_die ("there is no memory for thread-local variables");
    return copy + at[1];
}

/* --- Those of libraries ------------------------------------------------------ */

typedef struct {
    const char *address;
    size_t module, at;
} search;

static int look_into (struct dl_phdr_info *info, size_t size, void *to)
{
    search *self = to;
    for (int i = 0; i < info->dlpi_phnum && size >= sizeof *info; i++) {
        const size_t at = (size_t) self->address - (size_t) info->dlpi_tls_data;
        if (info->dlpi_phdr[i].p_type == PT_TLS && info->dlpi_tls_data &&
            at < info->dlpi_phdr[i].p_memsz) {
            self->module = info->dlpi_tls_modid;
            self->at = at;
        }
    }
    return self->module != 0;
}

/*  The module of the variable at this address of this thread, and its place there. */
size_t nnk_thread_library (const void *address, size_t *at)
{
    search of = { .address = address };
    dl_iterate_phdr (look_into, &of);
    *at = of.at;
    return of.module;
}
