/*  halving.c - whoever is behind need not run to the end
 *
 *  A training shows early whether it is going to be any good. Successive halving
 *  (Jamieson and Talwalkar 2016) gives many trials a little, keeps the best few,
 *  gives these more, and again. Here nobody waits for the others (Li et al.
 *  2020): a trial that comes to a rung goes on if it is among the best 1 /
 *  factor of those that have come there so far.
 *
 *  A trial that begins slowly is lost in that way. How early one may judge
 *  nobody knows; Hyperband (Li et al. 2018) spreads the risk over brackets: some
 *  trials are judged early, some late, some never.
 */
#include "nn.h"

#include <math.h>

/*  How many rungs lie between the first step and the last: what the trials of the
 *  first bracket climb. */
static int rungs (const nn_halving *self)
{
    int count = 0;
    for (long step = self->least; step < self->most; step *= self->factor)
        count++;
    return count;
}

int nn_halving_check (const nn_halving *self)
{
    if (self->most == 0)
        return NN_OK;
    if (self->least < 1 || self->most < self->least || self->factor < 2)
        return nn_fail (NN_EVALUE,
                        "halving from step %d to %d by a factor of %d; it wants 1 "
                        "<= first <= last, and a factor of 2 or more",
                        self->least, self->most, self->factor);
    if (self->brackets < 0 || self->brackets > rungs (self) + 1)
        return nn_fail (NN_EVALUE,
                        "%d brackets; from step %d to %d by a factor of %d there "
                        "can be 1 to %d",
                        self->brackets, self->least, self->most, self->factor,
                        rungs (self) + 1);
    return NN_OK;
}

/*  Which bracket a trial belongs to. Those that are judged earlier have more
 *  trials, so that each bracket takes about as many steps as the others. */
int nn_halving_bracket (const nn_halving *self, int trial)
{
    if (self->brackets < 2)
        return 0;
    int size[32] = { 0 }, all = 0, bracket = 0;
    const int last = rungs (self);
    for (int b = 0; b < self->brackets; b++) {
        size[b] = (int) ceil ((last + 1.0) / (last - b + 1) *
                              pow (self->factor, last - b));
        all += size[b];
    }
    for (int at = trial % (all > 0 ? all : 1);
         bracket + 1 < self->brackets && at >= size[bracket];
         at -= size[bracket++])
        continue;
    return bracket;
}

/*  Is a trial of this bracket judged after this step? */
bool nn_halving_rung (const nn_halving *self, int bracket, int step)
{
    long rung = self->least;
    for (; bracket > 0; bracket--)
        rung *= self->factor;
    for (; rung < self->most; rung *= self->factor)
        if (rung == step)
            return true;
    return false;
}

/*  Must this trial stop here? `others` are the results, at this step, of the other
 *  trials of its bracket that have come so far. */
bool nn_halving_stops (const nn_halving *self, double result, const double *others,
                       int count)
{
    const int places = (count + 1) / self->factor;
    int ahead = 0;
    for (int k = 0; k < count; k++)
        ahead += others[k] < result || isnan (result);
    return isnan (result) || ahead >= (places > 1 ? places : 1);
}
