/*  mistakes.c - where a kept net is right and where it is wrong, to be looked at
 *
 *  A figure says how often. Pictures say why: of the wrong ones, those that it was surest
 *  of are shown, for there it has learnt something that is not so.
 */
#include "cmd.h"

#include <stdlib.h>
#include <string.h>

enum { EACH = 10, COLUMNS = 5, PAIRS = 5, CAPTION = 160 };

/* --- Pairs ------------------------------------------------------------------- */

/*  Which two classes are confused most, both ways together: the next after the pair
 *  `last`, in the order of how often, then of their numbers. False after the last. */
static bool next_pair (const nn_confusion *c, int last[3])
{
    int best[3] = { 0, -1, -1 };
    for (int i = 0; i < c->classes; i++)
        for (int k = i + 1; k < c->classes; k++) {
            const int often =
                c->count[i * c->classes + k] + c->count[k * c->classes + i];
            const bool later = often < last[0] ||
                               (often == last[0] &&
                                (i > last[1] || (i == last[1] && k > last[2])));
            if (later && often > best[0])
                memcpy (best, (int[]){ often, i, k }, sizeof best);
        }
    memcpy (last, best, sizeof best);
    return best[0] > 0;
}

/*  The pairs of classes that are confused most. `html`: as a list of a page. */
void cmd_confused (const nn_confusion *c, FILE *out, bool html)
{
    int pair[3] = { c->images + 1, -1, -1 };
    for (int n = 0; n < PAIRS && next_pair (c, pair); n++) {
        char a[32], b[32];
        const char *first = nn_class_name (a, c->names, pair[1]),
                   *second = nn_class_name (b, c->names, pair[2]);
        if (n == 0)
            fputs (html ? "<p>Confused most:</p>\n<ul>\n" : "Confused most:\n",
                   out);
        fputs (html ? "<li>" : "  ", out);
        if (html) {
            nn_html_text (out, first);
            fputs (" and ", out);
            nn_html_text (out, second);
        } else
            fprintf (out, "%s and %s", first, second);
        fprintf (out, ": %d times, %d of them taken for the latter%s\n", pair[0],
                 c->count[pair[1] * c->classes + pair[2]], html ? "</li>" : "");
    }
    if (pair[0] <= c->images && html)
        fputs ("</ul>\n", out);
}

/* --- Pictures ---------------------------------------------------------------- */

static int named (const nn_predictions *p, int i)
{
    return nn_argmax (p->p + (size_t) i * p->classes, p->classes);
}

static float sure (const nn_predictions *p, int i)
{
    return p->p[(size_t) i * p->classes + named (p, i)];
}

/*  Up to EACH images: of those that are right the first of each class in turn, of those
 *  that are wrong the ones that it was surest of. */
static int choose (const nn_predictions *p, bool right, int chosen[EACH])
{
    int count = 0;
    for (int i = 0; i < p->n; i++) {
        if ((named (p, i) == p->label[i]) != right)
            continue;
        bool seen = false;
        for (int k = 0; k < count && right; k++)
            seen |= p->label[chosen[k]] == p->label[i];
        if (seen && p->classes >= EACH)
            continue;
        int at = count;
        while (!right && at > 0 && sure (p, chosen[at - 1]) < sure (p, i))
            at--;
        if (at == EACH || (right && count == EACH))
            continue;
        count += count < EACH;
        memmove (chosen + at + 1, chosen + at, (count - at - 1) * sizeof *chosen);
        chosen[at] = i;
    }
    return count;
}

/*  Pictures that it has named rightly, and then some that it has not, each with what it
 *  was taken for and how sure that was. NULL for the file: they are shown. */
int cmd_sheet (const nn_data *data, const nn_predictions *p, const char *file)
{
    nn_image image[2 * EACH] = { 0 };
    char text[2 * EACH][CAPTION];
    const char *captions[2 * EACH];
    int chosen[2 * EACH], status = NN_OK;
    const int right = choose (p, true, chosen),
              all = right + choose (p, false, chosen + right);
    for (int k = 0; k < all && status == NN_OK; k++) {
        char a[32], b[32];
        const int i = chosen[k], percent = (int) (100 * sure (p, i) + 0.5f);
        const char *said = nn_class_name (a, p->names, named (p, i)),
                   *truth = nn_class_name (b, p->names, p->label[i]);
        if (k < right)
            snprintf (text[k], CAPTION, "%s %d %%", said, percent);
        else
            snprintf (text[k], CAPTION, "%s, called %s %d %%", truth, said,
                      percent);
        captions[k] = text[k];
        status = data->read (data, i, &image[k]);
    }
    if (status == NN_OK && all > 0)
        status = nn_plot_images (image, all, .columns = COLUMNS, .names = captions,
                                 .file = file, .width = 960,
                                 .title = "right, and wrong where it was surest");
    for (int k = 0; k < all; k++)
        nn_image_free (&image[k]);
    return status;
}
