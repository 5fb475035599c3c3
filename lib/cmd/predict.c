/*  predict.c - nn predict: what a kept net takes a photograph for */
#include "cmd.h"

#include <stdlib.h>

enum { MOST_PHOTOS = 1000, USUAL_TOP = 5 };

/*  The likeliest classes of one photograph. */
static int predict (const cmd_kept *kept, const char *path, int top)
{
    nn_image image = { 0 };
    int status = nn_photo_load (&image, path, kept->test->h, kept->test->w);
    if (status == NN_OK)
        status = nn_transform_all (kept->transforms, kept->transform_count, &image,
                                   false, 0, 0, 0);
    if (status == NN_OK) {
        const nn_batch batch = { .n = 1,
                                 .classes = kept->test->classes,
                                 .h = image.h,
                                 .w = image.w,
                                 .c = image.c,
                                 .x = image.x };
        status = nn_net_forward (kept->net, &batch, false);
    }
    float *p = kept->net->output->out.x;
    if (status == NN_OK)
        printf ("%s\n", path);
    for (int k = 0; k < top && k < kept->test->classes && status == NN_OK; k++) {
        char name[32];
        const int best = nn_argmax (p, kept->test->classes);
        printf ("  %6.2f %%  %s\n", 100 * (double) p[best],
                nn_class_name (name, kept->test->names, best));
        p[best] = -1; // has been named
    }
    nn_image_free (&image);
    return status;
}

static int run (const cmd_verb *self, char **args)
{
    cmd_option options[] = {
        { "run", "FOLDER", "whose net is asked: a folder of nn train", NULL },
        { "top", "COUNT", "name so many classes; 5 if not said", NULL },
        { 0 },
    };
    static const char *photos[MOST_PHOTOS + 1];
    int status;
    if (!cmd_read_all (self, args, options, photos, MOST_PHOTOS, &status))
        return status;
    const char *folder = cmd_value (options, "run"),
               *top = cmd_value (options, "top");
    char *end = NULL;
    const long count = top ? strtol (top, &end, 10) : USUAL_TOP;
    if (top && (*end || end == top || count < 1 || count > NN_MOST_CLASSES))
        return cmd_usage (
            self, "--top is %.20s; it takes a whole number, 1 or more", top);
    if (!folder)
        return cmd_usage (self, "whose net shall be asked? Name a run: --run "
                                "runs/first");
    cmd_kept kept = { 0 };
    status = CMD_OK;
    if (cmd_kept_open (&kept, folder, NULL) != NN_OK)
        status = cmd_fail (self, CMD_FAILED);
    else
        for (int i = 0; photos[i]; i++)
            if (predict (&kept, photos[i], (int) count) != NN_OK)
                status = cmd_fail (self, CMD_FAILED); // and on to the next
    cmd_kept_close (&kept);
    return status;
}

const cmd_verb cmd_predict = {
    .name = "predict",
    .operands = "PHOTO...",
    .about = "what a kept network takes photographs for",
    .manual =
        "Each PHOTO is a JPEG or a PNG of any size. It is turned upright, brought "
        "to "
        "the size of\n"
        "the pictures that the run has learnt from, and treated as these were. "
        "The "
        "classes are\n"
        "named with their probabilities, the likeliest first. The run's data must "
        "still be\n"
        "there: they have the names. A photograph that cannot be read is said, "
        "and "
        "the others\n"
        "are looked at all the same; the exit status is then 1.\n",
    .example =
        "train linear --data shapes10:1000 --epochs 1 --run runs/third --force\n"
        "data shapes10:1000 --sheet sheet.png\n"
        "predict sheet.png --run runs/third",
    .run = run,
};
