/*  cells.h - what every cell of a notebook begins with
 *
 *  The kernel includes this header before the first cell. It is the one place where the
 *  library and the kernel meet: neither knows the other.
 */
#ifndef CELLS_H
#define CELLS_H

#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "nn.h"
#include "nnk.h"

/*  Seconds since some moment, for measuring how long something takes. */
static inline double seconds (void)
{
    struct timespec t;
    clock_gettime (CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

/*  The same in a cell as in a program: a failure of the library ends the cell, and its
 *  sentence is the error: must (nn_train (net, data, &history)); */
#define must(call) ((call) >= 0 ? (void) 0 : nnk_raise (nn_error ()))

/*  A callback for nn_train () that draws the curve anew after each epoch. */
nn_callback live_curve (void);

/*  grade ("01-1", transpose): the functions of these names, as their cells define them, are
 *  graded as exercises/ is by `make grade`, and the report is shown as a table. What they
 *  call must stand in the same cell, or in the library. Without functions the file in
 *  exercises/ is graded. */
#define grade(...) grade_cell (#__VA_ARGS__, __VA_ARGS__)
void grade_cell (const char *words, const char *exercise, ...);

#endif
