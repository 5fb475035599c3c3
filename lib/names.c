/*  names.c - one tensor, many names
 *
 *  Everybody who has built MobileNetV2 has given names to its arrays. The first
 *  batch norm is "features.0.1.weight" to torchvision, "bn1.weight" to timm and
 *  "bn_Conv1/gamma" to Keras. Our layers take torchvision's names. All others are
 *  brought to those by rules, each of which replaces a piece of the name: a model
 *  has a short list of them instead of a table with hundreds of rows.
 */
#include "nn.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBERS = 4, DIGITS = 6 }; // in a rule, in a number

/*  What every Keras file has in common. */
static const char *const keras[][2] = {
    { "/depthwise_kernel", ".weight" },
    { "/kernel", ".weight" },
    { "/gamma", ".weight" },
    { "/beta", ".bias" },
    { "/bias", ".bias" },
    { "/moving_mean", ".running_mean" },
    { "/moving_variance", ".running_var" },
    { ":0", "" },
    { NULL, NULL },
};

/*  Does the pattern fit at this place? Then *end is where it stops, and the
 *  numbers that its # stand for are kept. */
static bool fits (const char *at, const char *pattern, const char **end,
                  long number[NUMBERS])
{
    int numbers = 0;
    for (; *pattern; pattern++)
        if (*pattern != '#') {
            if (*at++ != *pattern)
                return false;
        } else {
            if (!isdigit ((unsigned char) *at) || numbers == NUMBERS)
                return false;
            char *after;
            number[numbers++] = strtol (at, &after, 10);
            if (after - at > DIGITS)
                return false;
            at = after;
        }
    *end = at;
    return true;
}

/*  The replacement with its numbers: "features.#+1." and 3 make "features.4.".
 *  Returns the letters, as snprintf does. */
static int fill_in (char *to, size_t room, const char *text,
                    const long number[NUMBERS])
{
    int letters = 0, numbers = 0;
    for (; *text; text++) {
        char piece[32] = { *text };
        if (*text == '#' && numbers < NUMBERS) {
            long by = 0;
            if (text[1] == '+' || text[1] == '-') {
                char *after;
                by = strtol (text + 1, &after, 10);
                text = after - 1;
            }
            snprintf (piece, sizeof piece, "%ld", number[numbers++] + by);
        }
        const size_t at = (size_t) letters < room ? (size_t) letters : room;
        letters += snprintf (to + at, room - at, "%s", piece);
    }
    return letters;
}

/*  Replaces the first place of the name where this rule fits. */
static int apply (char name[NN_LONG_NAME], const char *pattern, const char *by)
{
    const bool first = *pattern == '^';
    pattern += first;
    for (const char *at = name, *end; *at; at++) {
        long number[NUMBERS] = { 0 };
        if (*pattern == '#' && at > name && isdigit ((unsigned char) at[-1]))
            continue; // in the middle of a number
        if (fits (at, pattern, &end, number)) {
            char changed[NN_LONG_NAME];
            const int before = (int) (at - name);
            memcpy (changed, name, before);
            int letters = before + fill_in (changed + before,
                                            sizeof changed - before, by, number);
            if (letters < NN_LONG_NAME)
                letters += snprintf (changed + letters, NN_LONG_NAME - letters,
                                     "%s", end);
            if (letters >= NN_LONG_NAME)
                return nn_fail (NN_EFORMAT, "the name '%.80s…' is too long", name);
            memcpy (name, changed, letters + 1);
            return NN_OK;
        }
        if (first)
            break;
    }
    return NN_OK;
}

/*  Keras's HDF5 files say a layer's name twice: "conv1/conv1/kernel:0". It may
 *  have a stroke of its own: "conv1/bn/conv1/bn/gamma:0". */
static void say_once (char name[NN_LONG_NAME])
{
    for (const char *at = name; (at = strchr (at, '/'));) {
        const size_t letters = ++at - name;
        if (strncmp (at, name, letters) == 0) {
            memmove (name, at, strlen (at) + 1);
            return;
        }
    }
}

/*  Our name for an array of theirs. Each rule is tried once, in order, on what the
 *  rules before it have left. `^` in front of a pattern: only where the name
 *  begins. `#` in it: any number; the k-th # of the replacement is the k-th
 *  number, and #+1, #-1 are its neighbours. */
int nn_rename (char ours[NN_LONG_NAME], const char *theirs,
               const char *const (*rules)[2])
{
    if (snprintf (ours, NN_LONG_NAME, "%s", theirs) >= NN_LONG_NAME)
        return nn_fail (NN_EFORMAT, "the name '%.80s…' is too long", theirs);
    int status = NN_OK;
    say_once (ours);
    for (int i = 0; keras[i][0] && status == NN_OK; i++)
        status = apply (ours, keras[i][0], keras[i][1]);
    for (; rules && (*rules)[0] && status == NN_OK; rules++)
        status = apply (ours, (*rules)[0], (*rules)[1]);
    return status;
}
