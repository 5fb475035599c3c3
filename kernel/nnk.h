/*  nnk.h - what a cell can say to its notebook
 *
 *  Every cell sees this header. A cell (or a library that wants to be seen) shows
 *  pictures and tables, updates what it has shown, clears its output, and gives up
 *  with a sentence.
 *
 *  A library can teach the kernel its types: when the last value of a cell is a T
 *  or a T *, and a library defines `void nnk_show_T (const T *value)`, that
 *  function is called, and what it displays is the value of the cell.
 */
#ifndef NNK_H
#define NNK_H

#include <stdbool.h>
#include <stddef.h>

/*  Shows `size` bytes of type `mime` ("text/html", "image/png"); size 0 means that
 *  data is a string. Pictures are given as their bytes; the kernel encodes them. */
void nnk_display (const char *mime, const void *data, size_t size);

/*  The same, under a name by which nnk_update can replace it, also from later
 *  cells. */
void nnk_display_as (const char *id, const char *mime, const void *data,
                     size_t size);
void nnk_update (const char *id, const char *mime, const void *data, size_t size);

/*  One thing in several forms, of which the front end shows the richest it can: a
 *  message with `count` parts. id: NULL, or the name by which it can be updated. */
typedef struct {
    const char *mime;
    const void *data;
    size_t size; // 0: data is a string
} nnk_part;
void nnk_display_bundle (const char *id, const nnk_part *parts, size_t count);
void nnk_update_bundle (const char *id, const nnk_part *parts, size_t count);

/*  Empties the output of this cell: at once, or (wait) when the next output
 *  arrives. */
void nnk_clear_output (bool wait);

/*  Ends the cell with this sentence as its error. Every variable is then as it was
 *  before the cell. */
_Noreturn void nnk_raise (const char *sentence);

/*  Whether the reader has asked to interrupt the cell: for long loops in
 *  libraries, which may then return early. The kernel ends the cell when its own
 *  code is reached again. */
bool nnk_interrupted (void);

#endif
