/*  recipe.c - recipes: what they say, what they may not say, and back to a file */
#include "nn.h"
#include "test.h"

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[4000], path[4096];

static int load_text (nn_recipe *recipe, const char *text)
{
    FILE *out = fopen (path, "w");
    fputs (text, out);
    fclose (out);
    return nn_recipe_load (recipe, path);
}

static void test_reading (void)
{
    nn_recipe r;
    check (load_text (
               &r,
               "# a recipe\n\nmodel = baseline # the first\r\n"
               "  batch=64\nrate = 5e-4\nseed = 18446744073709551615\n"
               "transforms = standardise\nmean = 0.5 0.4,0.3\ndata = /a#b\n") ==
               NN_OK,
           "a recipe is read", "%s", nn_error ());
    check (!strcmp (r.model, "baseline") && r.batch == 64 && r.rate == 5e-4 &&
               r.seed == UINT64_MAX && r.mean[1] == 0.4 && r.mean[2] == 0.3 &&
               !strcmp (r.data, "/a#b"),
           "with all that it says", "batch %d, rate %g, data %s", r.batch, r.rate,
           r.data);
    check (r.epochs == 10 && !strcmp (r.optimiser, "adam") && r.validation == 0.2,
           "and what it does not say is as usual", "epochs %d", r.epochs);
    check (!strcmp (r.name, "test"), "its name is its file's", "%s", r.name);
}

static void test_mistakes (void)
{
    static const struct {
        const char *what, *text;
        const char *words; // %s:LINE: and the sentence's beginning
    } cases[] = {
        { "an unknown key", "model = mlp\nlerning = 1\n",
          ":2: there is no key 'lerning'" },
        { "a misspelt key", "model = mlp\nbacth = 1\n",
          ":2: there is no key 'bacth'; did you mean 'batch'?" },
        { "a misspelt model", "model = basline\n",
          ":1: there is no model 'basline', did you mean 'baseline'?" },
        { "a misspelt transform", "model = mlp\ntransforms = standardize\n",
          "did you mean 'standardise'?" },
        { "a negative rate", "model = mlp\n\nrate = -0.1\n",
          ":3: rate is -0.1; it takes a number from 1e-09 to 10" },
        { "a rate of nan", "model = mlp\nrate = nan\n",
          ":2: rate is nan; it takes a number" },
        { "a batch of 0", "batch = 0\n",
          ":1: batch is 0; it takes a whole number from 1 to 65536" },
        { "half an epoch", "epochs = 2.5\n",
          ":1: epochs is 2.5; it takes a whole number" },
        { "a word for a number", "epochs = ten\n", ":1: epochs is ten; it takes" },
        { "a number and more", "epochs = 10x\n", ":1: epochs is 10x; it takes" },
        { "two numbers", "epochs = 10 20\n", ":1: epochs is 10 20; it takes" },
        { "five of four numbers", "mean = 1 2 3 4 5\n",
          ":1: mean is 1 2 3 4 5; it takes" },
        { "a negative seed", "seed = -1\n",
          ":1: seed is -1; it takes a whole number" },
        { "a seed too large", "seed = 18446744073709551616\n",
          ":1: seed is 1844" },
        { "too large a share", "validation = 1\n",
          "takes a number from 0 to 0.9" },
        { "a missing value", "rate =\n",
          ":1: rate has no value; it takes a number" },
        { "a missing model name", "model =  # none\n", ":1: model has no value" },
        { "a line without =", "model mlp\n",
          ":1: 'model mlp' is not of the form" },
        { "a key twice", "model = mlp\nrate = 1\nrate = 1\n",
          ":3: rate was already given in line 2" },
        { "no patience", "model = mlp\npatience = 0\n",
          ":2: patience is 0; it takes a whole number from 1 to 100000" },
        { "a metric that there is not", "model = mlp\nstop = val_los\n",
          ":2: there is no stop 'val_los', did you mean 'val_loss'?" },
        { "a factor of 1", "model = mlp\nfactor = 1\n",
          ":2: factor is 1; it takes a number from 1e-06 to 0.999" },
        { "other weights", "model = mlp\ndecays = convolution\n",
          "did you mean 'convolutions'?" },
        { "no model", "rate = 1\n", "the line `model = …` is missing" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nn_recipe r = { .batch = 77 };
        char name[96];
        snprintf (name, sizeof name, "%s is told", cases[i].what);
        const int status = load_text (&r, cases[i].text);
        check (status < 0 && strstr (nn_error (), cases[i].words) &&
                   !strncmp (nn_error (), path, strlen (path)) && r.batch == 77,
               name, "%d: %s", status, nn_error ());
    }
    char text[1000] = "model = mlp\ndata = ";
    memset (text + strlen (text), 'x', 900);
    nn_recipe r;
    check (load_text (&r, text) < 0 && strstr (nn_error (), "at most 511 letters"),
           "too long a text is told", "%s", nn_error ());
}

static void test_writing (void)
{
    nn_recipe a, b;
    load_text (
        &a, "model = mlp\nrate = 0.1\nvalidation = 0.3333333333333333\nseed = 9\n"
            "mean = 0.1 0.2 0.3\ndeviation = 0.25 0.26 0.27\nname = N.1\n");
    check (nn_recipe_save (&a, path) == NN_OK &&
               nn_recipe_load (&b, path) == NN_OK,
           "a recipe is written and read again", "%s", nn_error ());
    bool same = true;
    for (const nn_recipe_key *k = nn_recipe_keys; k->name; k++)
        same &= k->type == NN_TEXT || k->type == NN_WORDS
                    ? !strcmp ((char *) &a + k->place, (char *) &b + k->place)
                    : !memcmp ((char *) &a + k->place, (char *) &b + k->place,
                               k->room);
    check (same, "and says the same", "it does not");
}

static void test_names (void)
{
    nn_recipe r;
    check (nn_recipe_load (&r, "C.baseline") == NN_OK && r.published == 68.9 &&
               r.batch == 32 && r.epochs == 10 && r.rate == 1e-3,
           "C.baseline is found by its name", "%s", nn_error ());
    check (nn_recipe_load (&r, "C.deeper") == NN_OK && r.published == 73.4 &&
               r.batch == 64 && r.epochs == 20 && !strcmp (r.model, "deeper"),
           "so is C.deeper", "%s", nn_error ());
    check (nn_recipe_load (&r, "C.batchnorm") == NN_OK && r.published == 73.1 &&
               r.batch == 64 && r.epochs == 20 && !strcmp (r.model, "batchnorm"),
           "and C.batchnorm", "%s", nn_error ());
    check (nn_recipe_load (&r, "C.basline") < 0 &&
               strstr (nn_error (), "did you mean 'C.baseline'?"),
           "a misspelt name gets a guess", "%s", nn_error ());
    check (nn_recipe_load (&r, "xyzzy") < 0 && strstr (nn_error (), "there is ") &&
               strstr (nn_error (), "C.baseline"),
           "an unknown name gets a list", "%s", nn_error ());
    for (int k = 0; k < 2; k++) {
        if (k == 0)
            nn_model_find ("xyzzy");
        else
            nn_recipe_set (&r, "model", "xyzzy");
        const char *missing = NULL;
        for (int i = 0; nn_models[i]; i++)
            if (!strstr (nn_error (), nn_models[i]->name))
                missing = nn_models[i]->name;
        check (!missing, k ? "and so does a recipe's model" : "so does a model",
               "'%s' is not in: %s", missing, nn_error ());
    }
    setenv ("NN_RECIPES", folder, 1);
    load_text (&r, "model = mlp\nbatch = 5\n");
    check (nn_recipe_load (&r, "test") == NN_OK && r.batch == 5,
           "$NN_RECIPES adds a folder", "%s", nn_error ());
    check (nn_recipe_load (&r, "/nowhere/x.recipe") == NN_EFILE,
           "a missing file is told", "%s", nn_error ());
    check (nn_recipe_load (&r, "/tmp/") < 0, "a folder is no recipe",
           "it was read");
}

static void test_using (void)
{
    nn_recipe r;
    load_text (&r,
               "model = mlp\noptimiser = momentum\nmomentum = 0.8\nrate = 0.02\n"
               "transforms = standardise\ninit = he\nseed = 5\n");
    nn_optimiser o;
    const nn_schedule *schedule;
    check (nn_recipe_optimiser (&r, &o, &schedule) == NN_OK &&
               o.kind == &nn_momentum_kind && o.momentum == 0.8f &&
               o.rate == 0.02f && schedule == &nn_constant,
           "a recipe chooses who steps", "%s", nn_error ());
    nn_transform list[NN_TRANSFORMS];
    check (nn_recipe_transforms (&r, NULL, list) < 0,
           "without images nothing is measured", "it was");
    nn_data *data = nn_shapes10 (200, 1);
    const int count = nn_recipe_transforms (&r, data, list);
    check (
        count == 1 && r.deviation[2] > 0 && list[0].value[0] == (float) r.mean[0],
        "what was measured is kept in the recipe", "%d: %s", count, nn_error ());
    nn_transform again[NN_TRANSFORMS];
    nn_recipe back;
    nn_recipe_save (&r, path);
    bool same = nn_recipe_load (&back, path) == NN_OK &&
                nn_recipe_transforms (&back, NULL, again) == 1;
    for (int k = 0; same && k < 8; k++)
        same = list[0].value[k] == again[0].value[k];
    check (same, "and is the same for whoever reads it", "%s", nn_error ());
    nn_net *net = nn_recipe_net (&r, 32, 32, 3, 10);
    check (net && net->layer[1]->param[0].init == nn_init_he &&
               net->layer[1]->param[1].init == nn_init_zeros && net->seed == 5,
           "a recipe makes a net, its weights drawn as it says", "%s",
           nn_error ());
    nn_net_free (&net);
    nn_data_free (&data);
}

/*  L2 as Keras has it, lambda times the sum of all squares: a step of plain SGD
 *  takes 2 lambda w more off a convolution's weight, and off nothing else. */
static void test_decay_of_convolutions (void)
{
    nn_data *data = nn_shapes10 (100, 1);
    nn_net *net[2];
    for (int k = 0; k < 2; k++) {
        nn_recipe r;
        load_text (&r, "model = batchnorm\noptimiser = sgd\nrate = 0.1\n"
                       "decays = convolutions\nseed = 5\n");
        nn_recipe_set (&r, "decay", k ? "0.2" : "0");
        net[k] = nn_recipe_net (&r, 32, 32, 3, 10);
        nn_optimiser sgd;
        const nn_schedule *schedule;
        nn_recipe_optimiser (&r, &sgd, &schedule);
        nn_history history = { 0 };
        nn_net_build (net[k], .batch = 100);
        nn_train (net[k], data, &history, .epochs = 1, .optimiser = &sgd);
        nn_history_free (&history);
    }
    // -- the first weights once more: nothing has been learnt yet
    nn_recipe r;
    load_text (&r, "model = batchnorm\nseed = 5\n");
    nn_net *fresh = nn_recipe_net (&r, 32, 32, 3, 10);
    nn_net_build (fresh, .batch = 1);
    double off = 0, others = 0;
    int convolutions = 0;
    for (int l = 0; l < fresh->layers; l++)
        for (int k = 0; k < fresh->layer[l]->params; k++) {
            const bool decays = fresh->layer[l]->kind == &nn_conv2d_kind && k == 0;
            convolutions += decays;
            for (size_t i = 0; i < fresh->layer[l]->param[k].size; i++) {
                const double less = (double) net[0]->layer[l]->param[k].w[i] -
                                    net[1]->layer[l]->param[k].w[i];
                const double wanted =
                    decays ? 0.1 * 0.2 * fresh->layer[l]->param[k].w[i] : 0;
                *(decays ? &off : &others) =
                    fmax (fabs (less - wanted), decays ? off : others);
            }
        }
    check (convolutions == 3 && off < 1e-7, "convolutions decay by 2 lambda w",
           "%d convolutions, %g off", convolutions, off);
    check (others == 0, "and nothing else decays", "by %g", others);
    nn_net_free (&net[0]);
    nn_net_free (&net[1]);
    nn_net_free (&fresh);
    nn_data_free (&data);
}

int main (void)
{
    const char *temp = getenv ("TMPDIR");
    snprintf (folder, sizeof folder, "%s/nn-recipe-%d", temp ? temp : "/tmp",
              (int) getpid ());
    mkdir (folder, 0700);
    snprintf (path, sizeof path, "%s/test.recipe", folder);
    test_reading ();
    test_mistakes ();
    test_writing ();
    test_names ();
    test_using ();
    test_decay_of_convolutions ();
    unlink (path);
    rmdir (folder);
    return nn_test_done ();
}
