/*  ensemble.c - nn ensemble: kept runs vote
 *
 *  What the vote learns, its weights and its temperature, it learns from validation
 *  images. These must be the same for all members, or each would be asked about
 *  pictures that another has learnt by heart.
 */
#include "cmd.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *run[NN_MOST_MEMBERS + 1];
    int count;
    nn_recipe recipe[NN_MOST_MEMBERS];
    nn_predictions test[NN_MOST_MEMBERS], valid[NN_MOST_MEMBERS];
    nn_data *names; // the first member's test: its names are everybody's
    nn_pooling how;
    bool weights, temperature; // are to be fitted
    bool each;                 // first of all a temperature for each member
    bool flip;                 // each image is shown mirrored as well
    double weight[NN_MOST_MEMBERS], hot;
} session;

static uint64_t split_of (const nn_recipe *recipe)
{
    return recipe->split ? recipe->split : recipe->seed;
}

/*  Was member m asked about the same data as the first, and, if anything is to be
 *  fitted, are the same images put aside? */
static int check_member (const session *s, int m)
{
    const nn_recipe *a = &s->recipe[0], *b = &s->recipe[m];
    if (strcmp (a->data, b->data) != 0 || a->test != b->test)
        return nn_fail (
            NN_EVALUE,
            "%s was trained on %s and %s on %s; members of an ensemble "
            "answer for the same data",
            s->run[0], a->data, s->run[m], b->data);
    if (b->fold > 0)
        return nn_fail (NN_EVALUE,
                        "%s is a fold: its test is a part of the training images, "
                        "which other members have learnt",
                        s->run[m]);
    if (!s->weights && !s->temperature)
        return NN_OK;
    if (b->validation == 0)
        return nn_fail (NN_EVALUE,
                        "%s has put no images aside, so there is nothing to fit "
                        "on; leave --fit out, or train it with --validation 0.2",
                        s->run[m]);
    if (a->validation != b->validation || split_of (a) != split_of (b))
        return nn_fail (NN_EVALUE,
                        "%s and %s put other images aside for validation (%g by "
                        "split %llu, %g by %llu), so each has learnt some of the "
                        "other's; leave --fit out, or train them with the same "
                        "--split",
                        s->run[0], s->run[m], a->validation,
                        (unsigned long long) split_of (a), b->validation,
                        (unsigned long long) split_of (b));
    return NN_OK;
}

/*  What the member says of these images; or the mean of that and of what it says of
 *  them mirrored. */
static int predict (const session *s, nn_predictions *to, const cmd_kept *kept,
                    const nn_data *data)
{
    nn_transform list[NN_TRANSFORMS + 1];
    nn_predictions said[2] = { 0 };
    const int count = kept->transform_count;
    memcpy (list, kept->transforms, count * sizeof *list);
    list[count] = nn_flip (1); // every one of them
    list[count].training = false;
    if (!s->flip)
        return nn_predictions_of (to, kept->net, data, list, count);
    int status = NN_OK;
    for (int k = 0; k < 2 && status == NN_OK; k++)
        status = nn_predictions_of (&said[k], kept->net, data, list, count + k);
    if (status == NN_OK)
        status = nn_vote (to, said, 2, NULL, s->how);
    nn_predictions_free (&said[0]);
    nn_predictions_free (&said[1]);
    return status;
}

/*  What the member says of its validation images. */
static int ask_validation (session *s, int m, const cmd_kept *kept)
{
    nn_data *all = cmd_data (&kept->recipe, false), *learnt = NULL, *held = NULL;
    int status = all ? nn_split (all, kept->recipe.validation,
                                 split_of (&kept->recipe), &learnt, &held)
                     : NN_EFILE;
    if (status == NN_OK)
        status = predict (s, &s->valid[m], kept, held);
    s->valid[m].names = NULL; // those of the data, which is closed
    nn_data_free (&learnt);
    nn_data_free (&held);
    nn_data_free (&all);
    return status;
}

/*  What member m says. Its net is given back before the next comes. */
static int ask (session *s, int m)
{
    cmd_kept kept = { 0 };
    int status = cmd_kept_open (&kept, s->run[m], NULL);
    s->recipe[m] = kept.recipe;
    if (status == NN_OK)
        status = check_member (s, m);
    if (status == NN_OK)
        status = predict (s, &s->test[m], &kept, kept.test);
    if (status == NN_OK && (s->weights || s->temperature))
        status = ask_validation (s, m, &kept);
    if (m == 0) {
        s->names = kept.test;
        kept.test = NULL;
    }
    cmd_kept_close (&kept);
    s->test[m].names = s->names ? s->names->names : NULL;
    return status != NN_OK ? nn_fail (status, "%s", nn_error ()) : NN_OK;
}

/*  Makes a member as sure as it is right, before it votes: one that is too modest
 *  would hardly be heard. */
static int temper_each (session *s)
{
    int status = NN_OK;
    for (int m = 0; m < s->count && status == NN_OK; m++) {
        double hot;
        status = nn_temperature_fit (&s->valid[m], &hot);
        if (status == NN_OK)
            status = nn_temper (&s->valid[m], hot);
        if (status == NN_OK)
            status = nn_temper (&s->test[m], hot);
    }
    return status;
}

/*  Temperatures of members, weights, then the temperature of the weighted vote, all
 *  on the validation images. */
static int fit (session *s)
{
    nn_predictions all = { 0 };
    int status = s->each ? temper_each (s) : NN_OK;
    for (int m = 0; m < s->count; m++)
        s->weight[m] = 1.0 / s->count;
    s->hot = 1;
    if (status == NN_OK && s->weights)
        status = nn_vote_fit (s->weight, s->valid, s->count, s->how);
    if (status == NN_OK && s->temperature)
        status = nn_vote (&all, s->valid, s->count, s->weight, s->how);
    if (status == NN_OK && s->temperature)
        status = nn_temperature_fit (&all, &s->hot);
    nn_predictions_free (&all);
    return status;
}

static void tell_line (const char *name, const nn_predictions *p, double weight)
{
    nn_calibration c;
    printf ("%-28.28s %6.3f %9.2f %% %9.4f", name, weight, 100 * nn_top_k (p, 1),
            nn_surprise (p));
    if (nn_calibration_of (&c, p, 15) == NN_OK)
        printf (" %9.4f", c.expected);
    printf ("\n");
}

/*  The members, all together, and who is wrong with whom. */
static int tell (const session *s, const char *report)
{
    nn_predictions all = { 0 };
    nn_diversity diversity;
    int status = nn_vote (&all, s->test, s->count, s->weight, s->how);
    if (status == NN_OK)
        status = nn_temper (&all, s->hot);
    if (status == NN_OK)
        status = nn_diversity_of (&diversity, s->test, s->count);
    if (status != NN_OK)
        return status;
    printf ("%-28s %6s %11s %9s %9s\n", "", "weight", "accuracy", "surprise",
            "calibr.");
    for (int m = 0; m < s->count; m++)
        tell_line (s->run[m], &s->test[m], s->weight[m]);
    tell_line ("together", &all, 1);
    printf ("mean of %s, temperature %.3f; on %d test images of %s%s\n\n",
            s->how == NN_POOL_LOGITS ? "logits" : "probabilities", s->hot, all.n,
            s->names->name, s->flip ? ", each also mirrored" : "");
    nn_diversity_print (&diversity, s->run, stdout);
    nn_report r = { 0 };
    if (report) {
        status = nn_report_of (&r, &all);
        if (status == NN_OK)
            status = cmd_report_write (report, &r, &all, "ensemble",
                                       s->names->name, s->names);
        nn_report_free (&r);
    }
    nn_predictions_free (&all);
    return status;
}

/*  What is to be fitted; the test is not to be had for that. */
static int read_fit (session *s, const char *what)
{
    static const char *const known[] = { "weights", "temperature", "both",
                                         "each" };
    if (strcmp (what, "test") == 0)
        return nn_fail (NN_EVALUE,
                        "nothing is fitted on the test images: what they had "
                        "chosen they could not judge; --fit weights, temperature, "
                        "both or each is done on the validation images");
    s->each = strcmp (what, "each") == 0;
    const bool both = s->each || strcmp (what, "both") == 0;
    s->weights = both || strcmp (what, "weights") == 0;
    s->temperature = both || strcmp (what, "temperature") == 0;
    const char *near = nn_nearest (what, known, 4);
    return s->weights || s->temperature
               ? NN_OK
               : nn_fail (NN_EVALUE,
                          "--fit takes weights, temperature, both or each, not "
                          "'%.40s'%s%s%s",
                          what, near ? "; did you mean " : "", near ? near : "",
                          near ? "?" : "");
}

static int run (const cmd_verb *self, char **args)
{
    cmd_option options[] = {
        { "logits", NULL, "the mean of the scores, not of the probabilities",
          NULL },
        { "flip", NULL, "show each image mirrored as well, and take the mean",
          NULL },
        { "fit", "WHAT",
          "weights, temperature, both or each, on the validation images", NULL },
        { "report", "FILE", "all figures of the vote: .txt or .html", NULL },
        { 0 },
    };
    session *s = calloc (1, sizeof *s);
    int status;
    if (!s ||
        !cmd_read_all (self, args, options, s->run, NN_MOST_MEMBERS, &status)) {
        free (s);
        return s ? status : CMD_FAILED;
    }
    const char *what = cmd_value (options, "fit");
    const char *report = cmd_value (options, "report");
    s->how =
        cmd_value (options, "logits") ? NN_POOL_LOGITS : NN_POOL_PROBABILITIES;
    s->flip = cmd_value (options, "flip");
    while (s->run[s->count])
        s->count++;
    if (s->count < 2)
        status = cmd_usage (self, "one run is no ensemble; name two or more");
    else if ((what && read_fit (s, what) != NN_OK) ||
             (report && cmd_report_check (report) != NN_OK))
        status = cmd_fail (self, CMD_USAGE);
    else {
        int failed = NN_OK;
        for (int m = 0; m < s->count && failed == NN_OK; m++)
            failed = ask (s, m);
        if (failed == NN_OK)
            failed = fit (s);
        if (failed == NN_OK)
            failed = tell (s, report);
        status = failed == NN_OK ? CMD_OK : cmd_fail (self, CMD_FAILED);
    }
    for (int m = 0; m < s->count; m++) {
        nn_predictions_free (&s->test[m]);
        nn_predictions_free (&s->valid[m]);
    }
    nn_data_free (&s->names);
    free (s);
    return status;
}

const cmd_verb cmd_ensemble = {
    .name = "ensemble",
    .operands = "RUN RUN...",
    .about = "let kept networks vote",
    .manual =
        "Each RUN is a folder that nn train has made, all on the same data. What "
        "they say of\n"
        "each test image is added up, and the class with the most is the answer. "
        "Below stand\n"
        "who is wrong together with whom, and how often they differ.\n"
        "\n"
        "--fit learns the weights of the members, or the temperature of the vote, "
        "from the\n"
        "validation images; with --fit each every member first gets a temperature "
        "of its own,\n"
        "so that one that is too modest is heard. The images must be the same for "
        "all: train\n"
        "the members with the same --split and other --seed. Nothing is ever "
        "fitted on the\n"
        "test images.\n",
    .example =
        "train linear --data shapes10:1000 --epochs 2 --split 7 --seed 1 --run "
        "runs/one --force\n"
        "train linear --data shapes10:1000 --epochs 2 --split 7 --seed 2 --run "
        "runs/two --force\n"
        "ensemble runs/one runs/two --fit both",
    .run = run,
};
