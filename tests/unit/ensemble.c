/*  ensemble.c - voting, weights, temperature, who is wrong together: against plain
 *  loops, against other ways to the same optimum, and against what must hold */
#include "nn.h"
#include "test.h"

enum { IMAGES = 3000, CLASSES = 7, MEMBERS = 4 };

static nn_predictions member[MEMBERS];

static nn_predictions fresh (int n, int classes)
{
    nn_predictions p = { .n = n, .classes = classes };
    p.label = calloc (n, sizeof *p.label);
    p.p = calloc ((size_t) n * classes, sizeof *p.p);
    return p;
}

/*  Members that see the same truth through noise of their own; what they say is
 *  honest but for the last, who says it twice as loudly, and knows least. */
static void make_members (void)
{
    static const float skill[MEMBERS] = { 1.5f, 1.2f, 0.9f, 0.3f };
    nn_random random = nn_random_from (4, NN_FOR_TEST, 1, 1);
    for (int m = 0; m < MEMBERS; m++)
        member[m] = fresh (IMAGES, CLASSES);
    for (int i = 0; i < IMAGES; i++) {
        const int right = (int) nn_random_below (&random, CLASSES);
        for (int m = 0; m < MEMBERS; m++) {
            float x[CLASSES];
            for (int k = 0; k < CLASSES; k++)
                x[k] = (skill[m] * (float) (k == right) +
                        nn_random_normal (&random)) *
                       skill[m] * (m == MEMBERS - 1 ? 6.0f : 1.0f);
            nn_softmax (member[m].p + (size_t) i * CLASSES, x, 1, CLASSES);
            member[m].label[i] = right;
        }
    }
}

static void votes (void)
{
    static const double weight[MEMBERS] = { 0.5, 0.25, 0.25, 0 };
    nn_predictions all;
    double worst[2] = { 0 };
    for (int how = 0; how < 2; how++) {
        check (nn_vote (&all, member, MEMBERS, weight, (nn_pooling) how) == NN_OK,
               how ? "a vote of logits" : "a vote of probabilities", "%s",
               nn_error ());
        for (int i = 0; i < IMAGES; i++) {
            double x[CLASSES], sum = 0;
            for (int k = 0; k < CLASSES; k++) {
                x[k] = how ? 1 : 0;
                for (int m = 0; m < MEMBERS; m++) {
                    const double p = member[m].p[i * CLASSES + k];
                    x[k] = how ? x[k] * pow (p, weight[m]) : x[k] + weight[m] * p;
                }
                sum += x[k];
            }
            for (int k = 0; k < CLASSES; k++)
                worst[how] =
                    fmax (worst[how], fabs (x[k] / sum - all.p[i * CLASSES + k]));
        }
        nn_predictions_free (&all);
    }
    check (worst[0] < 1e-6, "the mean of probabilities", "%g off", worst[0]);
    check (worst[1] < 1e-6, "the geometric mean, brought back to 1", "%g off",
           worst[1]);
    // -- equal weights, and one member alone
    nn_predictions equal, quarters;
    const double fourth[MEMBERS] = { 0.25, 0.25, 0.25, 0.25 }, one = 1;
    nn_vote (&equal, member, MEMBERS, NULL, NN_POOL_LOGITS);
    nn_vote (&quarters, member, MEMBERS, fourth, NN_POOL_LOGITS);
    check (memcmp (equal.p, quarters.p, sizeof (float) * IMAGES * CLASSES) == 0,
           "no weights are equal weights", "not so");
    double best = 0;
    for (int m = 0; m < MEMBERS; m++)
        best = fmax (best, nn_top_k (&member[m], 1));
    check (nn_top_k (&equal, 1) > best, "together they know more", "%g and %g",
           nn_top_k (&equal, 1), best);
    nn_predictions_free (&equal);
    nn_predictions_free (&quarters);
    nn_vote (&equal, member, 1, &one, NN_POOL_PROBABILITIES);
    double far = 0;
    for (int i = 0; i < IMAGES * CLASSES; i++)
        far = fmax (far, fabs ((double) equal.p[i] - member[0].p[i]));
    check (far < 1e-6, "one member is itself", "%g", far);
    nn_predictions_free (&equal);
}

static void refused (void)
{
    nn_predictions all, other = fresh (IMAGES - 1, CLASSES), two[2];
    const double low[2] = { -0.1, 1.1 }, little[2] = { 0.5, 0.4 };
    two[0] = member[0];
    two[1] = other;
    for (int i = 0; i < other.n * CLASSES; i++)
        other.p[i] = 1.0f / CLASSES;
    check (nn_vote (&all, two, 2, NULL, NN_POOL_LOGITS) == NN_ESHAPE &&
               strstr (nn_error (), "member 2 speaks of 2999 images"),
           "other images are refused", "%s", nn_error ());
    two[1] = fresh (IMAGES, CLASSES);
    memcpy (two[1].p, member[1].p, sizeof (float) * IMAGES * CLASSES);
    memcpy (two[1].label, member[1].label, sizeof (int) * IMAGES);
    two[1].label[17] = (two[1].label[17] + 1) % CLASSES;
    check (nn_vote (&all, two, 2, NULL, NN_POOL_LOGITS) == NN_EVALUE &&
               strstr (nn_error (), "image 17"),
           "so are other labels", "%s", nn_error ());
    two[1].p[5] = NAN;
    check (nn_vote (&all, two, 2, NULL, NN_POOL_LOGITS) < 0 &&
               strstr (nn_error (), "member 2: image 0"),
           "and what is no number", "%s", nn_error ());
    check (nn_vote (&all, member, 2, low, NN_POOL_LOGITS) == NN_EVALUE &&
               strstr (nn_error (), "member 1 is -0.1"),
           "and weights below 0", "%s", nn_error ());
    check (nn_vote (&all, member, 2, little, NN_POOL_LOGITS) == NN_EVALUE &&
               strstr (nn_error (), "0.9 together"),
           "and weights that are not 1 together", "%s", nn_error ());
    check (nn_vote (&all, member, 0, NULL, NN_POOL_LOGITS) == NN_EVALUE,
           "and nobody", "%s", nn_error ());
    nn_predictions_free (&two[1]);
    nn_predictions_free (&other);
}

/*  The surprise of a vote with these weights. */
static double surprise (const double *weight, nn_pooling how)
{
    nn_predictions all;
    if (nn_vote (&all, member, MEMBERS, weight, how) < 0)
        return NAN;
    const double s = nn_surprise (&all);
    nn_predictions_free (&all);
    return s;
}

/*  For probabilities there is another way to the same weights: each member takes
 *  the share of the images that it explains (expectation and maximisation). */
static void by_shares (double weight[MEMBERS])
{
    for (int m = 0; m < MEMBERS; m++)
        weight[m] = 1.0 / MEMBERS;
    for (int round = 0; round < 3000; round++) {
        double next[MEMBERS] = { 0 };
        for (int i = 0; i < IMAGES; i++) {
            double sum = 0;
            const int at = i * CLASSES + member[0].label[i];
            for (int m = 0; m < MEMBERS; m++)
                sum += weight[m] * member[m].p[at];
            for (int m = 0; m < MEMBERS; m++)
                next[m] += weight[m] * member[m].p[at] / sum / IMAGES;
        }
        memcpy (weight, next, sizeof next);
    }
}

static void weights (void)
{
    double weight[MEMBERS], other[MEMBERS], far = 0;
    by_shares (other);
    check (nn_vote_fit (weight, member, MEMBERS, NN_POOL_PROBABILITIES) == NN_OK,
           "weights are fitted", "%s", nn_error ());
    for (int m = 0; m < MEMBERS; m++)
        far = fmax (far, fabs (weight[m] - other[m]));
    check (far < 5e-3 && surprise (weight, NN_POOL_PROBABILITIES) <
                             surprise (other, NN_POOL_PROBABILITIES) + 1e-7,
           "those of probabilities are what another method finds", "%g off", far);
    for (int how = 0; how < 2; how++) {
        double sum = 0, low = 1;
        nn_vote_fit (weight, member, MEMBERS, (nn_pooling) how);
        const double best = surprise (weight, (nn_pooling) how);
        for (int m = 0; m < MEMBERS; m++) {
            sum += weight[m];
            low = fmin (low, weight[m]);
        }
        check (fabs (sum - 1) < 1e-12 && low >= 0, "they lie on the simplex",
               "%g, %g", sum, low);
        // -- no step from any member to any other makes it better
        double gain = 0;
        for (int a = 0; a < MEMBERS; a++)
            for (int b = 0; b < MEMBERS; b++) {
                double moved[MEMBERS];
                const double step = fmin (0.01, weight[a]);
                memcpy (moved, weight, sizeof moved);
                moved[a] -= step;
                moved[b] += step;
                gain = fmax (gain, best - surprise (moved, (nn_pooling) how));
            }
        check (gain < 1e-6,
               how ? "no other weights of logits are better"
                   : "no other weights of probabilities are better",
               "%g better", gain);
        check (best < surprise (NULL, (nn_pooling) how), "equal ones are worse",
               "%g", best);
    }
    check (weight[MEMBERS - 1] < 0.2 && weight[0] > weight[2],
           "who knows less has less to say", "%g %g", weight[0], weight[2]);
}

static void temperature (void)
{
    // -- labels are drawn from the probabilities: these are right by construction
    nn_random random = nn_random_from (5, NN_FOR_TEST, 1, 1);
    nn_predictions p = fresh (20000, CLASSES);
    for (int i = 0; i < p.n; i++) {
        float x[CLASSES], *row = p.p + (size_t) i * CLASSES;
        for (int k = 0; k < CLASSES; k++)
            x[k] = nn_random_normal (&random);
        nn_softmax (row, x, 1, CLASSES);
        float at = nn_random_uniform (&random);
        while (p.label[i] < CLASSES - 1 && (at -= row[p.label[i]]) >= 0)
            p.label[i]++;
    }
    double t;
    check (nn_temperature_fit (&p, &t) == NN_OK && fabs (t - 1) < 0.03,
           "an honest net has temperature 1", "%g", t);
    const double accuracy = nn_top_k (&p, 1), honest = nn_surprise (&p);
    nn_temper (&p, 1.0 / 3);
    const double loud = nn_surprise (&p);
    check (nn_temperature_fit (&p, &t) == NN_OK && fabs (t - 3) < 0.1,
           "one that speaks three times as loudly has 3", "%g", t);
    nn_calibration before, after;
    nn_calibration_of (&before, &p, 15);
    nn_temper (&p, t);
    nn_calibration_of (&after, &p, 15);
    check (nn_surprise (&p) < loud && nn_surprise (&p) < honest + 1e-4,
           "the surprise falls", "%g %g %g", loud, nn_surprise (&p), honest);
    check (after.expected < 0.02 && before.expected > 0.1,
           "and the calibration error with it", "%g %g", before.expected,
           after.expected);
    check (nn_top_k (&p, 1) == accuracy, "the accuracy stays", "%g %g",
           nn_top_k (&p, 1), accuracy);
    check (nn_temper (&p, 0) == NN_EVALUE && nn_temper (&p, NAN) == NN_EVALUE,
           "no temperature is 0", "%s", nn_error ());
    // -- always right: as hard as it may be; the truth has probability 0: as soft
    nn_predictions sure = fresh (2, 2);
    sure.p[0] = 0.9f, sure.p[1] = 0.1f, sure.p[2] = 1, sure.p[3] = 0;
    check (nn_temperature_fit (&sure, &t) == NN_OK && t < 0.02, "never wrong",
           "%g", t);
    sure.label[1] = sure.label[0] = 1;
    check (nn_temperature_fit (&sure, &t) == NN_OK && t > 50 &&
               isfinite (nn_surprise (&sure)),
           "always wrong", "%g", t);
    nn_predictions_free (&sure);
    nn_predictions_free (&p);
}

static void together (void)
{
    nn_diversity d;
    check (nn_diversity_of (&d, member, MEMBERS) == NN_OK, "who is wrong", "%s",
           nn_error ());
    int wrong[MEMBERS][MEMBERS] = { 0 }, any = 0, all = 0, differ = 0;
    for (int i = 0; i < IMAGES; i++) {
        int bad[MEMBERS], bads = 0, named[MEMBERS];
        for (int m = 0; m < MEMBERS; m++) {
            named[m] = nn_argmax (member[m].p + i * CLASSES, CLASSES);
            bads += bad[m] = named[m] != member[m].label[i];
        }
        any += bads < MEMBERS;
        all += bads == 0;
        differ += named[0] != named[1];
        for (int a = 0; a < MEMBERS; a++)
            for (int b = 0; b < MEMBERS; b++)
                wrong[a][b] += bad[a] && bad[b];
    }
    bool same = d.any == any && d.all == all && d.differ[0][1] == differ;
    for (int a = 0; a < MEMBERS; a++)
        for (int b = 0; b < MEMBERS; b++)
            same = same && wrong[a][b] == d.together[a][b];
    check (same, "the table is what counting gives", "not so");
    check (d.together[1][1] ==
               IMAGES - (int) lround (IMAGES * nn_top_k (&member[1], 1)),
           "in its diagonal each is wrong alone", "%d", d.together[1][1]);
    char *text;
    size_t size;
    FILE *out = open_memstream (&text, &size);
    nn_diversity_print (&d, NULL, out);
    fclose (out);
    check (strstr (text, "both are wrong") && strstr (text, "at least one about"),
           "it is printed", "%s", text);
    free (text);
}

int main (void)
{
    make_members ();
    votes ();
    refused ();
    weights ();
    temperature ();
    together ();
    for (int m = 0; m < MEMBERS; m++)
        nn_predictions_free (&member[m]);
    return nn_test_done ();
}
