/*  curve.c - the picture that everybody looks at first
 *
 *  Loss and accuracy over the epochs, of the images that the net learns from and
 *  of those that it does not. As long as both pairs move together, it learns;
 *  where they part, it remembers.
 */
#include "nn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

/*  Draws what early stopping looked at, of the training images (dashed) and of the
 *  others, with the best epoch and the one after which it stopped marked by
 *  upright lines; the history may be longer. Without validation data, or before
 *  any epoch was the best, it is the history alone. */
int nn_plot_stopped (const nn_history *history, const nn_stopping *stopping,
                     const char *title, const char *file)
{
    const int n = history->epochs;
    const nn_epoch *first = history->epoch;
    if (n < 1 || stopping->watch.best_epoch < 0 || isnan (first->val_loss))
        return nn_plot_history (history, title, file);
    const char *metric = stopping->watch.metric;
    const bool loss = !metric || strstr (metric, "loss");
    float *rows = malloc (2 * (size_t) n * sizeof *rows);
    if (!rows)
        return nn_fail (NN_EMEMORY, "nn_plot_stopped: no memory for %d epochs", n);
    take (history, loss ? &first->loss : &first->accuracy, rows);
    take (history, loss ? &first->val_loss : &first->val_accuracy, rows + n);
    float top = 0;
    for (int i = 0; i < 2 * n; i++)
        top = rows[i] > top ? rows[i] : top;
    // -- two upright lines
    const float best = (float) (stopping->watch.best_epoch + 1),
                last = (float) stopping->watch.looked;
    const float at_best[2] = { best, best }, at_last[2] = { last, last };
    const float up[2] = { 0, top };
    const nn_curve curves[] = {
        { .label = "training", .y = rows, .count = n, .dashed = true },
        { .label = "validation", .y = rows + n, .count = n },
        { .label = stopping->restore_best ? "the best, restored" : "the best",
          .x = at_best,
          .y = up,
          .count = 2 },
        { .label = *stopping->reason ? "stopped" : "the last",
          .x = at_last,
          .y = up,
          .count = 2,
          .dashed = true },
    };
    const int status =
        nn_plot_curves (curves, 4, .title = title, .file = file,
                        .x_label = "epoch", .y_label = loss ? "loss" : "accuracy");
    free (rows);
    return status;
}
