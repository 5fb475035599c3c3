/*  curve.c - the picture that everybody looks at first
 *
 *  Loss and accuracy over the epochs, of the images that the net learns from and
 *  of those that it does not. As long as both pairs move together, it learns;
 *  where they part, it remembers.
 */
#include "nn.h"

#include <stdlib.h>

/*  Copies one member of each epoch, found by its place in the first, into a row of
 *  floats. */
static void take (const nn_history *history, const float *member, float *row)
{
    const size_t step = sizeof (nn_epoch) / sizeof (float);
    for (int i = 0; i < history->epochs; i++)
        row[i] = member[i * step];
}

/*  Draws a history. file: .svg or .png, or NULL to show it where the program
 *  runs. */
int nn_plot_history (const nn_history *history, const char *title,
                     const char *file)
{
    if (history->epochs < 1)
        return nn_fail (NN_EVALUE,
                        "nn_plot_history: no epoch has been trained yet");
    const int n = history->epochs;
    float *rows = malloc (4 * (size_t) n * sizeof *rows);
    if (!rows)
        return nn_fail (NN_EMEMORY, "nn_plot_history: no memory for %d epochs", n);
    const nn_epoch *first = history->epoch;
    take (history, &first->loss, rows);
    take (history, &first->val_loss, rows + n);
    take (history, &first->accuracy, rows + 2 * n);
    take (history, &first->val_accuracy, rows + 3 * n);
    const nn_curve curves[] = {
        { .label = "loss, training", .y = rows, .count = n },
        { .label = "loss, validation", .y = rows + n, .count = n, .dashed = true },
        { .label = "accuracy, training", .y = rows + 2 * n, .count = n },
        { .label = "accuracy, validation",
          .y = rows + 3 * n,
          .count = n,
          .dashed = true },
    };
    // -- without validation data half of the curves hold nothing to draw
    const bool validated = first->val_loss == first->val_loss;
    const nn_curve seen[] = { curves[0], curves[2] };
    const int status =
        nn_plot_curves (validated ? curves : seen, validated ? 4 : 2,
                        .title = title, .x_label = "epoch", .file = file);
    free (rows);
    return status;
}
