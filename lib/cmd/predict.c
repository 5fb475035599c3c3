/*  predict.c - nn predict: what a kept net takes a photograph for */
#include "cmd.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_PHOTOS = 1000, USUAL_TOP = 5 };

typedef struct {
    cmd_kept of;
    int top;
    nn_image *image; // for the sheet; NULL if none is wanted
    char (*caption)[48];
    int count; // of the pictures on it
} session;

/*  The photograph as it is, for the sheet, where it is the next. */
static int remember (session *s, const nn_image *photo)
{
    nn_image *image = &s->image[s->count];
    const int status = nn_image_fit (image, photo->h, photo->w, photo->c);
    if (status == NN_OK)
        memcpy (image->x, photo->x,
                sizeof *photo->x * photo->h * photo->w * photo->c);
    return status;
}

/*  What is written below it: the name, up to its first comma. */
static void name_it (session *s, int best, float p)
{
    char name[32];
    const char *full = nn_class_name (name, s->of.names, best);
    snprintf (s->caption[s->count++], sizeof *s->caption, "%.*s %.0f %%",
              (int) strcspn (full, ","), full, 100 * (double) p);
}

/*  The likeliest classes of one photograph. */
static int predict (session *s, const char *path)
{
    const cmd_kept *kept = &s->of;
    nn_image image = { 0 };
    int status = nn_photo_load (&image, path, kept->h, kept->w);
    if (status == NN_OK && s->image)
        status = remember (s, &image);
    if (status == NN_OK)
        status = nn_transform_all (kept->transforms, kept->transform_count, &image,
                                   false, 0, 0, 0);
    if (status == NN_OK) {
        const nn_batch batch = { .n = 1,
                                 .classes = kept->classes,
                                 .h = image.h,
                                 .w = image.w,
                                 .c = image.c,
                                 .x = image.x };
        status = nn_net_forward (kept->net, &batch, false);
    }
    float *p = kept->net->output->out.x;
    if (status == NN_OK && s->image) {
        const int best = nn_argmax (p, kept->classes);
        name_it (s, best, p[best]);
    }
    if (status == NN_OK)
        printf ("%s\n", path);
    for (int k = 0; k < s->top && k < kept->classes && status == NN_OK; k++) {
        char name[32];
        const int best = nn_argmax (p, kept->classes);
        printf ("  %6.2f %%  %s\n", 100 * (double) p[best],
                nn_class_name (name, kept->names, best));
        p[best] = -1; // has been named
    }
    nn_image_free (&image);
    return status;
}

/*  All photographs side by side, each with the first name that it was given. */
static int draw_sheet (const session *s, const char *file)
{
    const char *names[MOST_PHOTOS];
    for (int i = 0; i < s->count; i++)
        names[i] = s->caption[i];
    return s->count == 0 ? NN_OK
                         : nn_plot_images (s->image, s->count, .names = names,
                                           .file = file, .width = 960);
}

/*  Whose opinion is asked, what of it is said. */
static int read_options (const cmd_verb *self, session *s,
                         const cmd_option *options)
{
    const char *top = cmd_value (options, "top");
    char *end = NULL;
    const long count = top ? strtol (top, &end, 10) : USUAL_TOP;
    if (top && (*end || end == top || count < 1 || count > NN_MOST_CLASSES))
        return cmd_usage (
            self, "--top is %.20s; it takes a whole number, 1 or more", top);
    const char *file = cmd_value (options, "sheet");
    if (file && nn_plot_is_png (file) < 0)
        return cmd_fail (self, CMD_USAGE);
    if (cmd_value (options, "run") &&
        (cmd_value (options, "model") || cmd_value (options, "weights") ||
         cmd_value (options, "labels")))
        return cmd_usage (self, "a run has a model, weights and names of its own: "
                                "--run alone, or --model, --weights and --labels");
    s->top = (int) count;
    return CMD_OK;
}

static int open_net (session *s, const cmd_option *options)
{
    const char *run = cmd_value (options, "run");
    return run ? cmd_kept_open (&s->of, run, NULL)
               : cmd_kept_borrow (&s->of, cmd_value (options, "model"),
                                  cmd_value (options, "weights"),
                                  cmd_value (options, "labels"));
}

/*  Every photograph, and on to the next if one cannot be read. An exit status. */
static int look (const cmd_verb *self, session *s, const char *const *photos,
                 const char *sheet)
{
    int status = CMD_OK, photo_count = 0;
    while (photos[photo_count])
        photo_count++;
    if (sheet) {
        s->image = calloc (photo_count + 1, sizeof *s->image);
        s->caption = calloc (photo_count + 1, sizeof *s->caption);
        nn_require (s->image && s->caption, "no memory");
    }
    for (int i = 0; i < photo_count; i++)
        if (predict (s, photos[i]) != NN_OK)
            status = cmd_fail (self, CMD_FAILED);
    if (sheet && draw_sheet (s, sheet) != NN_OK)
        status = cmd_fail (self, CMD_FAILED);
    for (int i = 0; sheet && i < photo_count; i++)
        nn_image_free (&s->image[i]);
    free (s->image);
    free (s->caption);
    return status;
}

static int run (const cmd_verb *self, char **args)
{
    cmd_option options[] = {
        { "run", "FOLDER", "whose net is asked: a folder of nn train", NULL },
        { "model", "NAME", "or a model with weights that others have trained",
          NULL },
        { "weights", "NAME", "these: a file, or its name where weights lie",
          NULL },
        { "labels", "FILE", "what its classes are called, a line each", NULL },
        { "top", "COUNT", "name so many classes; 5 if not said", NULL },
        { "sheet", "FILE", "draw the photographs with their names: .svg or .png",
          NULL },
        { 0 },
    };
    static const char *photos[MOST_PHOTOS + 1];
    session s = { 0 };
    int status;
    if (!cmd_read_all (self, args, options, photos, MOST_PHOTOS, &status))
        return status;
    status = read_options (self, &s, options);
    if (status != CMD_OK)
        return status;
    status = open_net (&s, options) == NN_OK
                 ? look (self, &s, photos, cmd_value (options, "sheet"))
                 : cmd_fail (self, CMD_FAILED);
    cmd_kept_close (&s.of);
    return status;
}

const cmd_verb cmd_predict = {
    .name = "predict",
    .operands = "PHOTO...",
    .about = "what a kept network takes photographs for",
    .manual =
        "Each PHOTO is a JPEG or a PNG of any size. It is turned upright, brought "
        "to the size of\n"
        "the pictures that the net has learnt from, and treated as these were. "
        "The classes are\n"
        "named with their probabilities, the likeliest first.\n"
        "\n"
        "Without --run a network that knows ImageNet's thousand classes is asked: "
        "the first whose\n"
        "weights lie in the folder weights, or in $NN_WEIGHTS. 'nn data weights' "
        "lists them, and\n"
        "fetches them by name, and labels1000, which are the names of the "
        "classes. "
        "--weights and\n"
        "--model take others.\n"
        "\n"
        "With --run it is a net of your own; one whose training has not come to "
        "its end answers\n"
        "from its last checkpoint. The run's data must still be there: they have "
        "the names.\n"
        "\n"
        "A photograph that cannot be read is said, and the others are looked at "
        "all the same; the\n"
        "exit status is then 1.\n",
    .example =
        "train linear --data shapes10:1000 --epochs 1 --run runs/third --force\n"
        "data shapes10:1000 --sheet sheet.png\n"
        "predict sheet.png --run runs/third",
    .run = run,
};
