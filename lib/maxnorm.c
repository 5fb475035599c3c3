/*  maxnorm.c - no unit may have longer weights than so much
 *
 *  Decay pulls at all weights all the time. A max-norm constraint does nothing at
 *  all until the weights of a unit or filter, taken as one vector, become longer
 *  than a limit; then it cuts them back to it (Srebro and others 2005). The
 *  direction stays, and with it what the unit looks for.
 *
 *  It is a callback that comes after each step. The last dimension of our weights
 *  counts the units or filters, so the weights of one are a column.
 */
#include "nn.h"

#include <math.h>

enum { COLUMNS = 64 }; // that are measured in one walk over the rows

/*  Makes every column of w (rows x columns) at most `limit` long; returns how many
 *  were longer. */
int nn_limit_columns (float *w, size_t rows, int columns, float limit)
{
    int cut = 0;
    for (int first = 0; first < columns; first += COLUMNS) {
        const int n = columns - first < COLUMNS ? columns - first : COLUMNS;
        double square[COLUMNS] = { 0 };
        for (size_t row = 0; row < rows; row++)
            for (int k = 0; k < n; k++) {
                const double x = w[row * columns + first + k];
                square[k] += x * x;
            }
        for (int k = 0; k < n; k++) {
            if (square[k] <= (double) limit * limit)
                continue;
            const float factor = (float) (limit / sqrt (square[k]));
            for (size_t row = 0; row < rows; row++)
                w[row * columns + first + k] *= factor;
            cut++;
        }
    }
    return cut;
}

static int begin (void *self_, nn_training *t)
{
    (void) t;
    nn_unit_limit *self = self_;
    self->cut = 0;
    if (self->limit > 0)
        return NN_OK;
    return nn_fail (
        NN_EVALUE,
        "nn_max_norm: weights of length %g at most; give a limit above "
        "0, such as 2",
        self->limit);
}

static int after_step (void *self_, nn_training *t)
{
    nn_unit_limit *self = self_;
    for (int l = 0; l < t->net->layers; l++)
        for (int k = 0; k < t->net->layer[l]->params; k++) {
            const nn_param *p = &t->net->layer[l]->param[k];
            if (!p->dw || !p->decays)
                continue;
            const int columns = p->dim[p->dims - 1];
            self->cut +=
                nn_limit_columns (p->w, p->size / columns, columns, self->limit);
        }
    return NN_OK;
}

/*  Constrains what learns and may decay: weights, not biases. `self` must live as
 *  long as the training. */
nn_callback nn_max_norm (nn_unit_limit *self)
{
    return (nn_callback){
        .name = "max norm", .begin = begin, .batch = after_step, .self = self
    };
}
