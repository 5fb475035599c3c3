/*  inner.c - which inner loops this processor can run
 *
 *  A program that is compiled for the newest processor stops on an older one
 *  with an illegal instruction; one that is compiled for the oldest is slow on
 *  all others. So the loops of inner.h are compiled once for each kind of
 *  vectors, and the processor is asked when the program runs. NN_ISA=plain in
 *  the environment takes others than the fastest: to compare, or to see that
 *  they all compute the same.
 *
 *  The loops read their matrix b in the order in which it lies here: in strips
 *  of two vectors' columns, each from its first row to its last. nn_pack_rows ()
 *  puts it so.
 */
#include "nn.h"

#include <stdlib.h>
#include <string.h>

#ifdef __x86_64__
const nn_inner *const nn_inners[] = { &nn_inner_avx512, &nn_inner_avx2,
                                      &nn_inner_plain, NULL };
#elif defined __aarch64__
const nn_inner *const nn_inners[] = { &nn_inner_neon, &nn_inner_plain, NULL };
#else
const nn_inner *const nn_inners[] = { &nn_inner_plain, NULL };
#endif

bool nn_inner_runs (const nn_inner *inner)
{
#ifdef __x86_64__
    if (inner == &nn_inner_avx512)
        return __builtin_cpu_supports ("avx512f") != 0;
    if (inner == &nn_inner_avx2)
        return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
#elif defined __aarch64__
    if (inner == &nn_inner_neon)
        return true; // every ARM64 processor has it
#endif
    return inner == &nn_inner_plain;
}

/*  The first that runs, or the one that NN_ISA names. NULL and a sentence if that
 *  is not there, or if this processor cannot run it. */
const nn_inner *nn_inner_choose (void)
{
    const char *name = getenv ("NN_ISA"), *why = "nobody knows such vectors";
    char runs[64] = "";
    for (int i = 0; nn_inners[i]; i++) {
        const nn_inner *inner = nn_inners[i];
        const bool meant = !name || !*name || strcmp (name, inner->name) == 0;
        if (!nn_inner_runs (inner))
            why = meant ? "this processor does not have them" : why;
        else if (meant)
            return inner;
        else
            snprintf (runs + strlen (runs), sizeof runs - strlen (runs), "%s%s",
                      *runs ? ", " : "", inner->name);
    }
    nn_fail (NN_EVALUE, "NN_ISA is '%s': %s; here there are: %s", name, why, runs);
    return NULL;
}

/*  The choice. Whoever comes here with a wrong NN_ISA did not look before: a
 *  contract is broken. */
const nn_inner *nn_inner_here (void)
{
    static _Atomic (const nn_inner *) chosen; // asked once; always the same answer
    if (!chosen)
        chosen = nn_inner_choose ();
    if (!chosen)
        nn_panic ("nn_inner_here", "%s", nn_error ());
    return chosen;
}

/*  Columns of the strip that begins at column `at` of n: two vectors, or one
 *  where one is enough; a last one that is not full is filled up. */
int nn_strip (const nn_inner *inner, int at, int n)
{
    return n - at > inner->lanes ? 2 * inner->lanes : inner->lanes;
}

/*  Floats that a packed matrix of k x n takes. */
size_t nn_packed (const nn_inner *inner, int k, int n)
{
    const int filled = (n + inner->lanes - 1) / inner->lanes * inner->lanes;
    return (size_t) k * filled;
}

/*  Puts rows lo .. hi - 1 of a matrix of k x n into their places: strip after
 *  strip, each with all of its rows. Number j of row r is b[(r - lo) * down + j *
 *  step]: rows of a matrix in memory, or, turned, its columns. Of columns a few
 *  are taken at a time, so that all of a cache line is used before it goes. */
void nn_pack_rows (const nn_inner *inner, float *to, int lo, int hi, int k, int n,
                   const float *b, long down, long step)
{
    enum { FEW = 4 };
    for (int at = 0, width; at < n; at += width) {
        width = nn_strip (inner, at, n);
        float *strip = to + (size_t) at * k + (size_t) lo * width;
        if (step == 1 && at + width <= n) {
            for (int r = 0; r < hi - lo; r++)
                memcpy (strip + (size_t) r * width, b + r * down + at,
                        width * sizeof *b);
            continue;
        }
        for (int j = 0; j < width; j += FEW)
            for (int r = 0; r < hi - lo; r++)
                for (int q = 0; q < FEW; q++)
                    strip[(size_t) r * width + j + q] =
                        at + j + q < n ? b[r * down + (at + j + q) * step] : 0;
    }
}
