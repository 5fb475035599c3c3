/*  diagnose.c - what gcc says, as the reader should see it
 *
 *  gcc's own text stays as it is, carets and all. What repeats itself goes, for a
 *  piece of a cell may be compiled two or three times, and so does what speaks of
 *  generated code.
 */
#include <ctype.h>
#include <string.h>

#include "kernel.h"

typedef struct {
    const char *at; // its first line
    size_t size;
    bool error, generated;
} finding;

/*  Whether a line is FILE:LINE[:COLUMN]: KIND: ...; says which kind and if it is
 *  ours. */
static bool is_head (const char *line, size_t size, finding *found)
{
    static const char *const kinds[] = { ": error: ", ": fatal error: ",
                                         ": warning: ", ": note: " };
    for (int i = 0; i < 4; i++) {
        const char *kind = memmem (line, size, kinds[i], strlen (kinds[i]));
        const char *colon = memchr (line, ':', size);
        if (!kind || !colon || isspace ((unsigned char) line[0]))
            continue;
        if (i == 3)
            return false; // a note belongs to what it explains
        found->error = i < 2;
        found->generated = strncmp (line, "nnk:", 4) == 0 ||
                           strncmp (line, "nnk_prelude.h:", 14) == 0;
        return true;
    }
    return false;
}

static bool is_context (const char *line, size_t size)
{
    return memmem (line, size, ": In function ", 14) ||
           memmem (line, size, ": At top level", 14) ||
           strncmp (line, "In file included from", 21) == 0;
}

/*  Gives the findings of gcc's text, each with the lines that belong to it. */
static int split (const char *text, finding *found, int most)
{
    int count = 0;
    bool open = false; // a context line has begun the next finding
    for (const char *line = text; *line && count < most;) {
        const size_t size =
            strcspn (line, "\n") + (line[strcspn (line, "\n")] == '\n');
        finding head = { line, size, false, false };
        if (is_head (line, size, &head)) {
            if (open) {
                found[count - 1].error = head.error;
                found[count - 1].generated = head.generated;
                found[count - 1].size += size;
            } else {
                found[count++] = head;
            }
            open = false;
        } else if (is_context (line, size)) {
            if (memmem (line, size, "\u2018nnk_",
                        7)) { // add_finding leaves it out
                if (count)
                    found[count - 1].size += size;
                line += size;
                continue;
            }
            if (open)
                found[count - 1].size += size;
            else
                found[count++] = head;
            open = true;
        } else if (count) {
            found[count - 1].size += size;
        }
        line += size;
    }
    return count;
}

static bool is_repeated (const finding *found, int i)
{
    for (int k = 0; k < i; k++)
        if (found[k].size == found[i].size &&
            memcmp (found[k].at, found[i].at, found[i].size) == 0)
            return true;
    return false;
}

/*  A line of gcc, with names as the reader wrote them. */
static void add_line (nnk_text *out, const char *line, size_t size)
{
    const char *end = line + size, *own;
    while ((own = memmem (line, end - line, NNK_OWN, strlen (NNK_OWN))) != NULL) {
        nnk_add (out, line, own - line);
        line = own + strlen (NNK_OWN);
    }
    nnk_add (out, line, end - line);
}

/*  What gcc says of itself, and the way to a header that no cell has included: both help
 *  nobody. */
static bool is_chatter (const char *line, size_t size)
{
    static const char *const said[] = {
        "cc1: some warnings being treated as errors",
        "note: each undeclared identifier is reported only once",
        "compilation terminated."
    };
    for (int i = 0; i < 3; i++)
        if (memmem (line, size, said[i], strlen (said[i])))
            return true;
    return false;
}

/*  How a macro of a header is written is nothing that a reader of a cell asks for. */
static bool is_inner_macro (const char *line, size_t size)
{
    return strncmp (line, "cell[", 5) != 0 &&
           (memmem (line, size, ": note: in definition of macro ", 31) ||
            memmem (line, size, ": note: in expansion of macro ", 30));
}

/*  "In file included from a.h:3,", and the lines "from b.h:7:" below it, which end at the
 *  prelude. Returns behind them, or `line` if they end elsewhere. */
static const char *skip_prelude (const char *line, const char *end)
{
    static const char *const words[] = { "In file included from ",
                                         "                 from " };
    const char *at = line;
    for (int turn = 0; at < end && strncmp (at, words[turn > 0], 22) == 0;
         turn++) {
        const char *next = memchr (at, '\n', end - at);
        const bool prelude = strncmp (at + 22, "nnk_prelude.h:", 14) == 0;
        at = next ? next + 1 : end;
        if (prelude)
            return at;
    }
    return line;
}

/*  A finding without the lines that speak of names that the reader has not
 *  written. */
static void add_finding (nnk_text *out, const finding *found)
{
    const char *end = found->at + found->size;
    bool skips = false; // a note about generated code, and the lines below it
    for (const char *line = found->at; line < end;) {
        const char *behind = skip_prelude (line, end);
        if (behind > line) {
            line = behind;
            continue;
        }
        const char *next = memchr (line, '\n', end - line);
        const size_t size = (next ? next + 1 : end) - line;
        if (line[0] != ' ')
            skips = strncmp (line, "nnk:", 4) == 0 || is_chatter (line, size) ||
                    is_inner_macro (line, size) ||
                    (line > found->at && memmem (line, size, "\u2018nnk_", 7));
        if (!skips || found->generated)
            add_line (out, line, size);
        line += size;
    }
}

/*  A warning about an earlier cell was said when that cell was compiled. */
static bool is_old (const finding *found, const char *label)
{
    const size_t size = strlen (label);
    return !found->error && strncmp (found->at, "cell[", 5) == 0 &&
           (strncmp (found->at, label, size) != 0 || found->at[size] != ':');
}

/*  gcc's text without repetitions and, if anything else is left, without findings
 *  in code that the reader has not written. */
void nnk_diagnose (const char *text, const char *label, nnk_text *out)
{
    finding found[200];
    const int count = split (text, found, 200);
    const size_t before = out->size;
    for (int turn = 0; turn < 2 && out->size == before; turn++)
        for (int i = 0; i < count; i++)
            if (!is_repeated (found, i) && !is_old (&found[i], label) &&
                (turn ? found[i].error : !found[i].generated))
                add_finding (out, &found[i]);
    if (!count)
        nnk_add_string (out, text);
    if (strstr (text, "error: variably modified"))
        nnk_add_string (
            out,
            "A variable of a cell lives on, so the length of an array must be a "
            "constant: a number or a #define. Inside { } any length will do; "
            "memory that lives on is calloc (n, sizeof (double)).\n");
}
