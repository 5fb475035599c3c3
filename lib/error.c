/*  error.c - two kinds of trouble
 *
 *  The world fails: a file is missing, a picture is cut short, two shapes do not
 *  fit. That is nobody's mistake, and a program wants to go on. Such a function
 *  returns a negative status and leaves a sentence, which names the file, the
 *  layer or the two shapes.
 *
 *  A caller breaks a contract: a batch larger than the net was built for, a class
 *  of -1. Going on would only hide it. nn_require () stops right there, through
 *  one hook, which a notebook replaces to end the cell and not the kernel.
 */
#include "nn.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local char sentence[512];

const char *nn_error (void)
{
    return sentence;
}

/*  Keeps the sentence for nn_error () and returns the status, so that a function
 *  can end with `return nn_fail (NN_EFILE, "…")`. */
int nn_fail (int status, const char *format, ...)
{
    va_list list;
    va_start (list, format);
    char text[sizeof sentence]; // an argument may be the old sentence itself
    vsnprintf (text, sizeof text, format, list);
    va_end (list);
    memcpy (sentence, text, sizeof sentence);
    return status;
}

static void stop (const char *text)
{
    fprintf (stderr, "%s\n", text);
    abort ();
}

void (*nn_on_panic) (const char *text) = stop;

/*  Ends the program, or whatever nn_on_panic ends instead. */
void nn_panic (const char *function, const char *format, ...)
{
    char text[sizeof sentence];
    const int start = snprintf (text, sizeof text, "%s: ", function);
    va_list list;
    va_start (list, format);
    vsnprintf (text + start, sizeof text - start, format, list);
    va_end (list);
    nn_on_panic (text);
    abort ();
}

/*  How many letters must be changed, added or left out to turn a into b
 *  (Levenshtein 1966); counted up to words of 63 letters. */
static int distance (const char *a, const char *b)
{
    int row[64];
    const int n = (int) strnlen (b, 63);
    for (int j = 0; j <= n; j++)
        row[j] = j;
    for (int i = 1; a[i - 1]; i++) {
        int corner = row[0];
        row[0] = i;
        for (int j = 1; j <= n; j++) {
            const int change = corner + (a[i - 1] != b[j - 1]);
            corner = row[j];
            const int step = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            row[j] = change < step ? change : step;
        }
    }
    return row[n];
}

/*  The known word that a mistyped one most likely meant, or NULL if none is near:
 *  at most a third of its letters, and two for short ones, may be wrong. */
const char *nn_nearest (const char *word, const char *const *known, int count)
{
    const int letters = (int) strlen (word);
    int best = letters / 3 > 2 ? letters / 3 + 1 : 3;
    const char *nearest = NULL;
    for (int i = 0; i < count; i++) {
        const int d = distance (word, known[i]);
        if (d < best && d < letters) {
            best = d;
            nearest = known[i];
        }
    }
    return nearest;
}
