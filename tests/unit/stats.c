/*  stats.c - Student's t, and intervals of a mean with and without the correction */
#include "nn.h"
#include "test.h"

/*  Computed by mpmath with 40 digits (scipy 1.10 has ten of them). */
static const struct {
    double tails, freedom, limit;
} limits[] = {
    { 0.5, 1, 1.0 },
    { 0.5, 2, 0.81649658092772603 },
    { 0.5, 4, 0.74069708411268263 },
    { 0.5, 9, 0.70272214675132637 },
    { 0.5, 99, 0.67697598554615263 },
    { 0.5, 1000, 0.67473516460700944 },
    { 0.1, 1, 6.3137515146750431 },
    { 0.1, 2, 2.9199855803537257 },
    { 0.1, 4, 2.1318467863266503 },
    { 0.1, 9, 1.8331129326562372 },
    { 0.1, 99, 1.6603911560169909 },
    { 0.1, 1000, 1.6463788172854647 },
    { 0.05, 1, 12.706204736174705 },
    { 0.05, 2, 4.3026527297494639 },
    { 0.05, 4, 2.7764451051977944 },
    { 0.05, 9, 2.2621571627982055 },
    { 0.05, 99, 1.9842169515864175 },
    { 0.05, 1000, 1.9623390808264085 },
    { 0.01, 1, 63.656741162871581 },
    { 0.01, 2, 9.9248432009182931 },
    { 0.01, 4, 4.6040948713499932 },
    { 0.01, 9, 3.2498355415921263 },
    { 0.01, 99, 2.6264054572808275 },
    { 0.01, 1000, 2.5807546980659511 },
    { 1e-6, 1, 636619.77236705774 },
    { 1e-6, 2, 999.99924999984375 },
    { 1e-6, 4, 49.458636756934635 },
    { 1e-6, 9, 11.63678202732889 },
    { 1e-6, 99, 5.2171642066494653 },
    { 1e-6, 1000, 4.922289523429588 },
};
static const struct {
    double x, a, b, share;
} shares[] = {
    { .3, .5, .5, 0.36901011956554538 },
    { .4, 2, 3, 0.5248 },
    { .9, 12, .5, 0.11552285426683217 },
    { .01, .5, 12, 0.37306529393795787 },
    { .5, 50, 70, 0.96685433437360216 },
    { .999, 500, .5, 0.31731044730971737 },
    { .25, 1, 1, 0.25 },
    { .5, .01, 3, 0.99931173718971034 },
};

static void student (void)
{
    double worst = 0;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        const double t = nn_student_limit (limits[i].tails, limits[i].freedom);
        worst = fmax (worst, fabs (t / limits[i].limit - 1));
        worst = fmax (worst,
                      fabs (nn_student_tails (limits[i].limit, limits[i].freedom) /
                                limits[i].tails -
                            1));
    }
    check (worst < 1e-11, "limits and tails of t, 1 to 1000 degrees of freedom",
           "off by %g", worst);
    worst = 0;
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        worst = fmax (worst,
                      fabs (nn_beta_share (shares[i].x, shares[i].a, shares[i].b) /
                                shares[i].share -
                            1));
    check (worst < 1e-12, "shares of the beta distribution", "off by %g", worst);
    check (nn_beta_share (0, 2, 3) == 0 && nn_beta_share (1, 2, 3) == 1 &&
               nn_student_tails (0, 4) == 1 && nn_student_tails (INFINITY, 4) == 0,
           "their ends", "not so");
}

static bool near (double x, double right)
{
    return fabs (x - right) <= 1e-9 * fabs (right);
}

static void intervals (void)
{
    // -- five folds of a published run; scipy.stats.t.interval, ttest_1samp
    const double folds[5] = { 0.8814, 0.8837, 0.8848, 0.8875, 0.8834 };
    const double differences[5] = { .01, .03, -.005, .02, .015 };
    nn_estimate e = { 0 };
    check (
        nn_estimate_mean (&e, folds, 5, 0, 0.95) == NN_OK &&
            near (e.mean, 0.88416) && near (e.deviation, 0.0022345021816950624) &&
            near (e.low, 0.8813854990870814) && near (e.high, 0.8869345009129185),
        "the interval of five independent measurements", "%.10g … %.10g", e.low,
        e.high);
    check (nn_estimate_mean (&e, differences, 5, 0, 0.95) == NN_OK &&
               near (e.t, 2.4188315916278085) && near (e.p, 0.07285505961025567),
           "t and p", "%.10g, %.10g", e.t, e.p);
    // -- of folds: sqrt (1 / 5 + 1 / 4) instead of sqrt (1 / 5)
    nn_estimate plain = e;
    check (nn_estimate_mean (&e, differences, 5, 0.25, 0.95) == NN_OK &&
               near ((e.high - e.mean) / (plain.high - plain.mean), 1.5) &&
               near (e.t, plain.t / 1.5) &&
               near (e.p, nn_student_tails (e.t, 4)) && e.mean == plain.mean &&
               e.deviation == plain.deviation,
           "of five folds it is half as long again", "%.10g", e.high - e.mean);
    const double constant[3] = { 0.75, 0.75, 0.75 }, zero[3] = { 0 };
    check (nn_estimate_mean (&e, constant, 3, 0.5, 0.95) == NN_OK &&
               e.low == e.mean && e.high == e.mean && e.p == 0,
           "measurements that agree leave no doubt", "%g, p %g", e.low, e.p);
    check (nn_estimate_mean (&e, zero, 3, 0.5, 0.95) == NN_OK && e.t == 0 &&
               e.p == 1,
           "and if they are 0, nothing to explain", "t %g, p %g", e.t, e.p);
    const double gap[3] = { 1, NAN, 2 };
    check (nn_estimate_mean (&e, folds, 1, 0, 0.95) == NN_EVALUE &&
               strstr (nn_error (), "at least 2 measurements, and there is 1"),
           "one measurement has no interval", "%s", nn_error ());
    check (nn_estimate_mean (&e, gap, 3, 0, 0.95) == NN_EVALUE &&
               strstr (nn_error (), "measurement 2 of 3 is no number"),
           "what is no number is named", "%s", nn_error ());
    const double wrong[][2] = {
        { -1, .95 }, { 0, 0 }, { 0, 1 }, { NAN, .95 }, { 0, NAN }
    };
    for (int i = 0; i < 5; i++)
        check (nn_estimate_mean (&e, folds, 5, wrong[i][0], wrong[i][1]) ==
                       NN_EVALUE &&
                   strstr (nn_error (), "no interval has a level of"),
               "a level or an overlap that is none", "%s", nn_error ());
}

/*  Do 95 of 100 intervals of normal numbers hold the truth? */
static void coverage (void)
{
    int held = 0;
    nn_random random = nn_random_from (11, NN_FOR_TEST, 0, 0);
    for (int trial = 0; trial < 20000; trial++) {
        double x[4];
        nn_estimate e;
        for (int i = 0; i < 4; i++)
            x[i] = 3 + 2 * (double) nn_random_normal (&random);
        nn_estimate_mean (&e, x, 4, 0, 0.95);
        held += e.low <= 3 && 3 <= e.high;
    }
    check (abs (held - 19000) < 4 * 31, "95 % of the intervals hold the truth",
           "%d of 20000", held);
}

int main (void)
{
    student ();
    intervals ();
    coverage ();
    return nn_test_done ();
}
