/*  norm_rates.c - batch norms that learn at a pace of their own
 *
 *  A batch norm has a scale and a bias for each channel. The scale of a channel
 *  is also that of the weights that read it, so nobody misses it if it stays at
 *  1. The bias says how much of a channel the ReLU lets through, and there are
 *  few of them for many weights: they may go much faster (Page 2019).
 */
#include "nn.h"

/*  One of the traits of recipe_use.c. */
void nn_recipe_norm_rates (const nn_recipe *self, nn_net *net)
{
    const double *rate = self->norm_rates;
    for (int l = 0; l < net->layers && (rate[0] > 0 || rate[1] > 0); l++)
        for (int k = 0; k < 2 && net->layer[l]->kind == &nn_batchnorm_kind; k++)
            net->layer[l]->param[k].rate *= (float) rate[k];
}
