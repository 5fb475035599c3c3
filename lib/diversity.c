/*  diversity.c - who is wrong together
 *
 *  A member that is always right where the others are right, and wrong where they
 *  are, adds nothing, however good it is. What an ensemble can gain stands in one
 *  small table: of all images, the share that two members both get wrong. If
 *  their mistakes had nothing to do with each other, that would be the product of
 *  their shares of mistakes. It is always more, for some pictures are hard for
 *  everybody. (Kuncheva and Whitaker 2003 compare ten such measures; this is
 *  their "double fault".)
 */
#include "nn.h"

#include <stdlib.h>

/*  Counts for each pair of members who is wrong, and where. */
int nn_diversity_of (nn_diversity *self, const nn_predictions *member, int count)
{
    *self = (nn_diversity){ .members = count, .images = member->n };
    const int status = nn_members_check (member, count);
    if (status != NN_OK)
        return status;
    nn_require (count <= NN_MOST_MEMBERS, "%d members; at most %d", count,
                NN_MOST_MEMBERS);
    for (int i = 0; i < member->n; i++) {
        int named[NN_MOST_MEMBERS], right = 0;
        for (int m = 0; m < count; m++) {
            named[m] = nn_argmax (member[m].p + (size_t) i * member->classes,
                                  member->classes);
            right += named[m] == member->label[i];
        }
        self->any += right > 0;
        self->all += right == count;
        for (int a = 0; a < count; a++)
            for (int b = 0; b < count; b++) {
                const int wrong_a = named[a] != member->label[i];
                const int wrong_b = named[b] != member->label[i];
                self->together[a][b] += wrong_a && wrong_b;
                self->differ[a][b] += named[a] != named[b];
            }
    }
    return NN_OK;
}

static double percent (const nn_diversity *self, int images)
{
    return self->images ? 100.0 * images / self->images : 0;
}

/*  Two tables in per cent of the images: both are wrong (in the diagonal: one
 *  is); and the two say something else. */
void nn_diversity_print (const nn_diversity *self, const char *const *names,
                         FILE *out)
{
    char text[32];
    for (int table = 0; table < 2; table++) {
        fprintf (out, "%s%-20s", table ? "\n" : "",
                 table ? "they differ, %" : "both are wrong, %");
        for (int b = 0; b < self->members; b++)
            fprintf (out, " %6d", b + 1);
        for (int a = 0; a < self->members; a++) {
            fprintf (out, "\n%2d %-17.17s", a + 1, nn_class_name (text, names, a));
            for (int b = 0; b < self->members; b++)
                fprintf (out, " %6.2f",
                         percent (self, table ? self->differ[a][b]
                                              : self->together[a][b]));
        }
        fputc ('\n', out);
    }
    fprintf (out, "\nall are right about %.2f %%, at least one about %.2f %%\n",
             percent (self, self->all), percent (self, self->any));
}

/*  A map of the first table. */
int nn_plot_diversity (const nn_diversity *self, const char *const *names,
                       const char *title, const char *file)
{
    float value[NN_MOST_MEMBERS * NN_MOST_MEMBERS];
    const int n = self->members;
    for (int at = 0; at < n * n; at++)
        value[at] = (float) percent (self, self->together[at / n][at % n]);
    return nn_plot_heat (value, n, n, .names = names, .file = file,
                         .title = title ? title : "both are wrong, per cent");
}
