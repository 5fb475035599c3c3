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

/*  Shows a value of the library in the middle of a cell as it is shown at its end: a tensor
 *  (&t), an image, a data set, a net, a history. */
// clang-format off
#define nnk_show(value)                                                           \
    _Generic ((value),                                                            \
        nn_tensor *: nnk_show_nn_tensor,   const nn_tensor *: nnk_show_nn_tensor, \
        nn_image *: nnk_show_nn_image,     const nn_image *: nnk_show_nn_image,   \
        nn_data *: nnk_show_nn_data,       const nn_data *: nnk_show_nn_data,     \
        nn_net *: nnk_show_nn_net,         const nn_net *: nnk_show_nn_net,       \
        nn_history *: nnk_show_nn_history,                                        \
        const nn_history *: nnk_show_nn_history) (value)
// clang-format on
void nnk_show_nn_tensor (const nn_tensor *value);
void nnk_show_nn_image (const nn_image *value);
void nnk_show_nn_data (const nn_data *value);
void nnk_show_nn_net (const nn_net *value);
void nnk_show_nn_history (const nn_history *value);
struct nn_confusion; // chapter 10 brings it; the notebooks before do without
void nnk_show_nn_confusion (const struct nn_confusion *value);

/*  Shows how often each class was taken for each: counts[true class][named class], classes x
 *  classes of them, as a table and as a heat map. names may be NULL. */
void nnk_show_confusion (const int *counts, int classes, const char *const *names);

/*  A callback for nn_train () that draws the curve while the cell runs: at most four times a
 *  second, and so seldom that drawing takes at most a twentieth of the time. In a program it
 *  draws once, at the end. */
nn_callback live_curve (void);

/*  Short or long? A cell says quick_or_full (3, 20) where a run in passing wants 3 epochs and
 *  one that is meant takes 20. `make run CH=04 FULL=1` and `nn-kernel --run --full` ask for
 *  the long ones by NN_FULL=1 in the environment; everything else is quick. */
static inline int quick_or_full (int quick, int full)
{
    const char *wish = getenv ("NN_FULL");
    return wish && strcmp (wish, "1") == 0 ? full : quick;
}

/*  grade ("01-1", transpose): the functions of these names, as their cells define them, are
 *  graded as exercises/ is by `make grade`, and the report is shown as a table. What they
 *  call must stand in the same cell, or in the library. Without functions the file in
 *  exercises/ is graded. */
#define grade(...) ((void) grade_cell (#__VA_ARGS__, __VA_ARGS__))
/*  The same, and the points are its value: the last line of a cell that nbgrader grades. */
#define grade_points(...) grade_cell (#__VA_ARGS__, __VA_ARGS__)
int grade_cell (const char *words, const char *exercise, ...);

/*  compare ("06"): the chapter's net is trained with the functions of its exercises that cells
 *  of this notebook define, or exercises/; its curve is drawn over those of the book, and a
 *  table shows accuracy, seconds and memory. `%mine 06-1`, or `%mine 06-1 my_function`, does
 *  it with one function. A function of two arguments may still be called compare. */
#define compare(...)                                                              \
    COMPARE_PICK (__VA_ARGS__, compare, compare, compare, compare_cell, 0)        \
    (__VA_ARGS__)
#define COMPARE_PICK(a, b, c, d, name, ...) name
void compare_cell (const char *chapter);

#endif
