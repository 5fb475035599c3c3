/*  profile.c - nn profile: where a step spends its time, layer by layer */
#include "cmd.h"

#include <stdlib.h>
#include <string.h>

enum { WARM = 3 }; // batches before it is looked at

static cmd_option options[] = {
    { "batch", "N", "images in a batch; as the recipe says, or 32", NULL },
    { "size", "N",
      "rows and columns of a picture; as the model or the data have it", NULL },
    { "steps", "N", "batches that are watched; 20 if not said", NULL },
    { "inference", NULL, "only look at pictures; learn nothing", NULL },
    { "plot", "FILE", "draw the layers under the roof: a .svg or .png", NULL },
    { 0 },
};

/*  A whole number from 1 to `most`, or 0 if the option was not given; negative if
 *  it is something else. */
static int number (const char *name, int most)
{
    const char *text = cmd_value (options, name);
    if (!text)
        return 0;
    char *end;
    const long value = strtol (text, &end, 10);
    if (*text && !*end && value >= 1 && value <= most)
        return (int) value;
    return nn_fail (NN_EVALUE, "--%s: %s is no whole number from 1 to %d", name,
                    text, most);
}

/*  Pictures of noise, of as many classes as the net tells apart. */
static int draw (nn_batch *batch, const nn_net *net)
{
    const nn_tensor *in = &net->layer[0]->out;
    const int classes = (int) nn_image_size (&net->output->out);
    *batch = (nn_batch){
        .n = net->batch, .classes = classes, .h = in->h, .w = in->w, .c = in->c
    };
    const size_t values = net->batch * nn_image_size (in);
    batch->x = malloc (values * sizeof *batch->x);
    batch->target = calloc ((size_t) net->batch * classes, sizeof *batch->target);
    if (!batch->x || !batch->target)
        return nn_fail (NN_EMEMORY, "no memory for a batch of %d", net->batch);
    nn_random random = nn_random_from (1, NN_FOR_TEST, 0, 0);
    for (size_t i = 0; i < values; i++)
        batch->x[i] = nn_random_normal (&random);
    for (int i = 0; i < net->batch; i++)
        batch->target[i * classes + nn_random_below (&random, classes)] = 1;
    return NN_OK;
}

static int pass (nn_net *net, const nn_batch *batch, nn_optimiser *adam)
{
    return net->training ? nn_net_step (net, batch, adam, NULL)
                         : nn_net_forward (net, batch, false);
}

/*  Warms up, watches `steps` batches, prints and draws. */
static int watch (nn_net *net, int steps, const char *title)
{
    nn_batch batch;
    nn_profile profile = { .net = NULL };
    nn_roof roof;
    nn_optimiser adam = nn_adam (.rate = 1e-3f);
    int status = draw (&batch, net);
    for (int k = 0; k < WARM && status == NN_OK; k++)
        status = pass (net, &batch, &adam);
    if (status == NN_OK)
        status = nn_profile_begin (&profile, net);
    for (int k = 0; k < steps && status == NN_OK; k++)
        status = pass (net, &batch, &adam);
    nn_profile_stop (&profile);
    if (status == NN_OK)
        status = nn_roof_measure (&roof);
    if (status == NN_OK) {
        const long images = (long) steps * net->batch;
        const char *plot = cmd_value (options, "plot");
        nn_profile_print (&profile, &roof, images, stdout);
        if (plot)
            status = nn_plot_roof (&profile, &roof, images, title, plot);
    }
    nn_profile_free (&profile);
    free (batch.x);
    free (batch.target);
    return status;
}

static int run (const cmd_verb *self, char **args)
{
    const char *what, *plot;
    int status;
    if (!cmd_read (self, args, options, &what, &status))
        return status;
    int batch = number ("batch", 65536);
    const int side = number ("size", 4096), steps = number ("steps", 1000000);
    if (batch < 0 || side < 0 || steps < 0)
        return cmd_fail (self, CMD_USAGE);
    if ((plot = cmd_value (options, "plot")) && nn_plot_is_png (plot) < 0)
        return cmd_fail (self, CMD_USAGE);
    cmd_named named;
    nn_net *net = NULL;
    if (cmd_named_find (&named, what, "recipe") == NN_OK)
        net = cmd_named_net (&named, side, 0);
    if (net && !named.model && !batch)
        batch = named.recipe.batch;
    const bool training = !cmd_value (options, "inference");
    status = net ? nn_net_build (net, .batch = batch, .inference = !training,
                                 .sparing = training, .settled = !training)
                 : NN_EVALUE;
    if (status == NN_OK) {
        char title[256];
        snprintf (title, sizeof title, "%s, %d x %d, %s", what,
                  net->layer[0]->out.h, net->layer[0]->out.w,
                  training ? "a step of learning" : "looking at pictures");
        status = watch (net, steps ? steps : 20, title);
    }
    nn_net_free (&net);
    return status == NN_OK ? CMD_OK : cmd_fail (self, CMD_FAILED);
}

const cmd_verb cmd_profile = {
    .name = "profile",
    .operands = "MODEL|RECIPE",
    .about = "say where a network spends its time",
    .manual = "Trains for some steps on pictures of noise, and prints for each "
              "layer what\n"
              "it took forward, backward and in learning (sums and optimiser), "
              "its share\n"
              "of all, its speed, and how near it comes to the most that this "
              "processor\n"
              "can do: its roof. All is processor time; what threads wait is not "
              "in it.\n",
    .example = "profile baseline --steps 5",
    .run = run,
};
