/*  arena.c - memory that is given back all at once
 *
 *  A net needs hundreds of arrays, and all of them live exactly as long as the
 *  net. So they are taken from an arena, one after the other, and freed together:
 *  there is nothing to forget. While a net trains it takes nothing at all.
 *
 *  A net has two arenas. Weights must last. Activations and gradients are scratch:
 *  the next pass computes them anew, and a copy of the process (a notebook keeps
 *  one, to go back to when a cell crashes) need not carry them. Linux wipes such
 *  pages in a forked child, which makes the copy as cheap as if the scratch were
 *  not there.
 */
#include "nn.h"

#include <stdlib.h>
#include <sys/mman.h>

struct nn_chunk {
    nn_chunk *next;
    char *at;
    size_t size, used;
};

enum { ALIGN = 64, CHUNK = 1 << 20, LARGE = 1 << 22 };

nn_arena *nn_arena_new (bool scratch)
{
    nn_arena *self = calloc (1, sizeof *self);
    if (!self) {
        nn_fail (NN_EMEMORY, "nn_arena_new: no memory for an arena");
        return NULL;
    }
    self->scratch = scratch;
    return self;
}

/*  A new piece of address space, zeroed by the system when it is first touched. */
static nn_chunk *reserve (nn_arena *self, size_t size)
{
    if (self->limit && self->reserved + size > self->limit) {
        nn_fail (NN_EMEMORY,
                 "the net needs at least %zu bytes and its limit is %zu; "
                 "a smaller batch needs less",
                 self->reserved + size, self->limit);
        return NULL;
    }
    nn_chunk *chunk = malloc (sizeof *chunk);
    void *at = !chunk ? MAP_FAILED
                      : mmap (NULL, size, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) {
        free (chunk);
        nn_fail (NN_EMEMORY,
                 "no memory for %zu bytes more; a smaller batch needs less", size);
        return NULL;
    }
    if (self->scratch)
        madvise (at, size, MADV_WIPEONFORK);
    if (self->scratch && size >= LARGE) // in pages of 2 MB, which are found sooner
        madvise (at, size, MADV_HUGEPAGE);
    *chunk = (nn_chunk){ self->chunks, at, size, 0 };
    self->chunks = chunk;
    self->reserved += size;
    return chunk;
}

/*  Bytes that are zero, aligned to a cache line, and the arena's until it is
 *  freed. NULL, with a sentence, when there is no memory left or the arena's limit
 *  is reached. */
void *nn_arena_take (nn_arena *self, size_t bytes)
{
    if (bytes > SIZE_MAX / 2) {
        nn_fail (NN_EMEMORY, "%zu bytes are more than any memory holds", bytes);
        return NULL;
    }
    bytes = (bytes + ALIGN - 1) / ALIGN * ALIGN;
    nn_chunk *chunk = self->chunks;
    if (!chunk || chunk->size - chunk->used < bytes)
        chunk = reserve (self, bytes > CHUNK ? bytes : CHUNK);
    if (!chunk)
        return NULL;
    void *taken = chunk->at + chunk->used;
    chunk->used += bytes;
    self->used += bytes;
    return taken;
}

/*  Frees the arena with all that was taken from it, and forgets the pointer. */
void nn_arena_free (nn_arena **self_p)
{
    if (!*self_p)
        return;
    for (nn_chunk *chunk = (*self_p)->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        munmap (chunk->at, chunk->size);
        free (chunk);
    }
    free (*self_p);
    *self_p = NULL;
}
