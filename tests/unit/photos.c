/*  photos.c - real weights, real photographs: do borrowed networks still know a
 *  chickadee?
 *
 *  The weights and the photographs are development data in $NN_SHARED, which make
 *  sets, and no part of the project; without them this is skipped.
 */
#include "nn.h"
#include "test.h"

enum { SIDE = 224, CLASSES = 1000, PHOTOS = 4 };

static const struct {
    const char *file, *what;
} photos[PHOTOS] = { { "bird.jpg", "chickadee" },
                     { "cat.jpg", "Egyptian cat" },
                     { "parrot.jpg", "macaw" },
                     { "hotdog_test_0.jpg", "hotdog" } };

static const struct {
    const char *model, *weights, *without;
} networks[] = {
    { "mobilenetv2_keras", "mobilenetv2_1.0_keras_folded_1000", NULL },
    { "mobilenetv3_small_keras", "mobilenetv3_small_keras_folded_1000", NULL },
    { "mobilenetv2", "mobilenetv2_1.0_torchvision_folded", "classifier" },
    { "mobilenetv2_035_keras", "mobilenetv2_0.35_keras_bn", "classifier" },
};

static char label[CLASSES][128];

static bool read_labels (const char *shared)
{
    char path[4096];
    snprintf (path, sizeof path, "%s/weights/labels1000.txt", shared);
    FILE *in = fopen (path, "r");
    int count = 0;
    while (in && count < CLASSES && fgets (label[count], sizeof *label, in))
        label[count][strcspn (label[count], "\n")] = 0, count++;
    if (in)
        fclose (in);
    return count == CLASSES;
}

/*  The whole photograph, as large as the net wants it, as Keras's load_img does. */
static int read_photo (nn_image *image, const char *path, const nn_model *model)
{
    const int status = nn_image_load (image, path);
    if (status != NN_OK)
        return status;
    const nn_transform steps[] = { nn_resize (SIDE, SIDE, NN_BILINEAR),
                                   nn_standardise (model->mean, model->deviation,
                                                   3) };
    return nn_transform_all (steps, 2, image, false, 1, 0, 0);
}

/*  The class that the net names first, and how sure it is. */
static int name_photo (nn_net *net, nn_image *image, float *share)
{
    static float target[CLASSES];
    const float weight = 1;
    target[0] = 1;
    const nn_batch batch = { .n = 1,
                             .classes = CLASSES,
                             .h = SIDE,
                             .w = SIDE,
                             .c = 3,
                             .x = image->x,
                             .target = target,
                             .weight = (float *) &weight };
    if (nn_net_forward (net, &batch, false) != NN_OK)
        return -1;
    const int best = nn_argmax (net->output->out.x, CLASSES);
    *share = net->output->out.x[best];
    return best;
}

static void try_photos (nn_net *net, const nn_model *model, const char *shared)
{
    for (int i = 0; i < PHOTOS; i++) {
        char path[4096], what[256];
        nn_image image = { 0 };
        float share = 0;
        snprintf (path, sizeof path, "%s/photos/%s", shared, photos[i].file);
        const int best = read_photo (&image, path, model) == NN_OK
                             ? name_photo (net, &image, &share)
                             : -1;
        snprintf (what, sizeof what, "%s names %s: %s, %.1f %%", model->name,
                  photos[i].file, best < 0 ? nn_error () : label[best],
                  100 * (double) share);
        check (best >= 0 && strstr (label[best], photos[i].what), what,
               "it is a %s", photos[i].what);
        nn_image_free (&image);
    }
}

/*  Loads a file into its network; a complete one has to name the photographs. */
static void try_network (int k, const char *shared)
{
    const nn_model *model = nn_model_find (networks[k].model);
    char path[4096];
    snprintf (path, sizeof path, "%s/weights/%s.safetensors", shared,
              networks[k].weights);
    nn_net *net =
        model ? nn_model_net (model, SIDE, SIDE, 3, CLASSES, NULL, 1) : NULL;
    nn_import_report report = { 0 };
    int status = net ? nn_net_build (net, .batch = 1, .inference = true) : -1;
    if (status == NN_OK)
        status = nn_import (net, path, .names = model->names,
                            .without = networks[k].without, .report = &report);
    check (status == NN_OK && !report.count[NN_MISSING] && !report.count[NN_EXTRA],
           networks[k].weights, "%s", nn_error ());
    if (status == NN_OK && !networks[k].without)
        try_photos (net, model, shared);
    nn_import_free (&report);
    nn_net_free (&net);
}

int main (void)
{
    const char *shared = getenv ("NN_SHARED");
    if (!shared || !read_labels (shared))
        skip ("real weights and photographs",
              "no development data: NN_SHARED names no folder with them");
    else
        for (size_t k = 0; k < sizeof networks / sizeof *networks; k++)
            try_network ((int) k, shared);
    return nn_test_done ();
}
