/*  test.h - what a C test needs
 *
 *  A test is a program. It prints one line for each thing that it checked: `ok NAME`,
 *  `not ok NAME: why` or `skip NAME: why`; tests/run counts them. It exits with
 *  nn_test_done (), so that a test that checked nothing fails.
 */
#ifndef NN_TEST_H
#define NN_TEST_H

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int nn_test_good, nn_test_bad, nn_test_skipped;

/*  One check: `name` says what should hold, the rest (a printf format) what was seen. */
__attribute__ ((format (printf, 3, 4))) static inline bool check (
    bool holds, const char *name, const char *format, ...)
{
    if (holds) {
        nn_test_good++;
        printf ("ok %s\n", name);
    } else {
        nn_test_bad++;
        printf ("not ok %s: ", name);
        va_list list;
        va_start (list, format);
        vprintf (format, list);
        va_end (list);
        printf ("\n");
    }
    fflush (stdout);
    return holds;
}

static inline void skip (const char *name, const char *why)
{
    nn_test_skipped++;
    printf ("skip %s: %s\n", name, why);
}

static inline int nn_test_done (void)
{
    return nn_test_bad > 0 || nn_test_good + nn_test_skipped == 0;
}

#endif
