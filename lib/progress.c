/*  progress.c - how far are we, and when shall we be there?
 *
 *  Two callbacks for people. nn_progress () draws a bar, and only where somebody
 *  looks: on a terminal. nn_epochs () writes a line an epoch, anywhere.
 */
#include "nn.h"

#include <math.h>
#include <unistd.h>

/*  One line for the epoch that has just ended. */
static int write_epoch (void *self, nn_training *t)
{
    FILE *out = self;
    const nn_epoch *e = &t->history->epoch[t->history->epochs - 1];
    fprintf (out, "epoch %2d/%d  loss %.4f  accuracy %.4f", t->epoch + 1,
             t->epochs, e->loss, e->accuracy);
    if (!isnan (e->val_loss))
        fprintf (out, "  validation %.4f  %.4f", e->val_loss, e->val_accuracy);
    fprintf (out, "  %6.0f images/s\n", e->images_per_second);
    if (t->stop)
        fprintf (out, "stopped: %s\n",
                 t->reason ? t->reason : "a callback asked for it");
    fflush (out);
    return NN_OK;
}

/*  A bar, the rate, the time that is left of this epoch, the loss and the accuracy
 *  so far; drawn anew about ten times a second. */
static int draw_bar (void *self, nn_training *t)
{
    FILE *out = self;
    const int done = t->batch + 1;
    const double before =
        t->seconds * t->batch / done; // about when the last batch ended
    if (done < t->batches && (int) (10 * t->seconds) == (int) (10 * before))
        return NN_OK;
    char bar[25] = "                        ";
    for (int k = 0; k < 24 * done / t->batches; k++)
        bar[k] = '=';
    const double rate = t->seconds > 0 ? t->images / t->seconds : 0;
    fprintf (out,
             "\repoch %2d/%d [%s] %5.0f images/s  %4.0f s left  loss %.4f  "
             "accuracy %.4f ",
             t->epoch + 1, t->epochs, bar, rate,
             t->seconds * (t->batches - done) / done, t->loss, t->accuracy);
    if (done == t->batches)
        fprintf (out, "\r\033[K");
    fflush (out);
    return NN_OK;
}

nn_callback nn_epochs (FILE *out)
{
    return (nn_callback){ .name = "epochs", .epoch = write_epoch, .self = out };
}

/*  A bar while an epoch runs and a line when it has ended; silent unless on a
 *  terminal. */
nn_callback nn_progress (FILE *out)
{
    if (!isatty (fileno (out)))
        return (nn_callback){ .name = "progress" };
    return (nn_callback){
        .name = "progress", .batch = draw_bar, .epoch = write_epoch, .self = out
    };
}
