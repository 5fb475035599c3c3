/*  legible.c - can every kind of drawing be read: on a dark page, in grey print, by eyes
 *  that tell fewer colours apart?
 *
 *  A drawing brings its own white ground, so the page around it does not matter. On white
 *  a mark must be dark enough, also when the printer knows no colour; and what means
 *  different things must differ in more than its hue. Run as `legible FOLDER` it leaves
 *  all the drawings there, to be looked at.
 */
#include "nn.h"
#include "test.h"

#include <sys/stat.h>
#include <unistd.h>

enum { EPOCHS = 20, CLASSES = 10, IMAGES = 400, TRIALS = 60, LOOKS = NN_COLOURS };

static const char *const names[CLASSES] = { "airplane", "automobile", "bird",
                                            "cat",      "deer",       "dog",
                                            "frog",     "horse",      "ship",
                                            "truck" };
static nn_random dice;
static char folder[512];
static int drawn;

static const char *file (const char *name)
{
    static char path[600];
    snprintf (path, sizeof path, "%s/%s.svg", folder, name);
    return path;
}

static float noise (void)
{
    return nn_random_normal (&dice);
}

// -- how dark is a colour?

/*  Relative luminance of a colour on white, as the WCAG reckons it: 0 black, 1 white. */
static double luminance (const int rgb[3])
{
    static const double share[3] = { 0.2126, 0.7152, 0.0722 };
    double sum = 0;
    for (int k = 0; k < 3; k++) {
        const double x = rgb[k] / 255.0;
        sum +=
            share[k] * (x <= 0.04045 ? x / 12.92 : pow ((x + 0.055) / 1.055, 2.4));
    }
    return sum;
}

/*  How much lighter white is: 1 (white on white) to 21 (black on white). */
static double contrast (const int rgb[3])
{
    return 1.05 / (luminance (rgb) + 0.05);
}

/*  Reads "#0072B2" or "rgb(0, 114, 178)". */
static bool read_colour (const char *text, int rgb[3])
{
    if (*text == '#') {
        const long all = strtol (text + 1, NULL, 16);
        for (int k = 0; k < 3; k++)
            rgb[k] = (int) (all >> (16 - 8 * k)) & 255;
        return true;
    }
    if (strncmp (text, "rgb(", 4) != 0)
        return false;
    char *at = (char *) text + 3;
    for (int k = 0; k < 3; k++)
        rgb[k] = (int) strtol (at + 1, &at, 10);
    return true;
}

/*  The number that an attribute of this element has; -1: there is none. */
static int attribute (const char *element, const char *name)
{
    const char *at = element ? strstr (element, name) : NULL;
    return at ? (int) strtol (at + strlen (name), NULL, 10) : -1;
}

/*  Does the drawing begin with a white ground as large as itself? */
static bool has_ground (const char *svg)
{
    const char *box = strstr (svg, "viewBox=\"0 0 ");
    const char *ground = strstr (svg, "<rect");
    const char *fill = ground ? strstr (ground, "fill=\"") : NULL;
    if (!box || !fill)
        return false;
    char *end;
    const int w = (int) strtol (box + 13, &end, 10);
    const int h = (int) strtol (end, NULL, 10);
    return attribute (ground, " x=\"") == 0 && attribute (ground, " y=\"") == 0 &&
           attribute (ground, " width=\"") >= w &&
           attribute (ground, " height=\"") >= h &&
           strncmp (fill, "fill=\"#ffffff\"", 14) == 0;
}

/*  The least contrast of its letters. Those on what is dark are white, and do not
 *  count. */
static double of_letters (const char *svg)
{
    double least = 21;
    for (const char *at = svg; (at = strstr (at, "<text")); at++) {
        int rgb[3];
        const char *group = at;
        while (group > svg && strncmp (group, "<g transform", 12) != 0)
            group--;
        const char *fill = strstr (group, "fill=\"");
        if (fill && read_colour (fill + 6, rgb) && rgb[0] < 255)
            least = fmin (least, contrast (rgb));
    }
    return least;
}

/*  Looks at what was drawn: its ground and its letters. */
static void look (const char *name, int status)
{
    unsigned char *bytes = NULL;
    size_t size = 0;
    if (status == NN_OK)
        status = nn_file_read (file (name), &bytes, &size);
    check (status == NN_OK, name, "%s", nn_error ());
    if (!bytes)
        return;
    char *svg = strndup ((char *) bytes, size);
    free (bytes);
    if (!svg)
        abort ();
    drawn++;
    check (has_ground (svg), "it brings its own white ground", "%s: not so", name);
    check (of_letters (svg) >= 4.5, "its letters are dark enough", "%s: %.1f",
           name, of_letters (svg));
    free (svg);
}

// -- one of each kind

static void of_a_training (void)
{
    nn_epoch epoch[EPOCHS] = { 0 };
    nn_history history = { .epoch = epoch, .epochs = EPOCHS };
    for (int i = 0; i < EPOCHS; i++) {
        epoch[i] = (nn_epoch){ .loss = 2.0f * expf (-0.12f * (float) i),
                               .accuracy = 1 - 0.7f * expf (-0.15f * (float) i) };
        epoch[i].val_loss =
            epoch[i].loss + 0.02f * (float) i + 0.03f * fabsf (noise ());
        epoch[i].val_accuracy = 0.85f * epoch[i].accuracy;
    }
    look ("history", nn_plot_history (&history, "a training", file ("history")));
    nn_stopping stopping = { .watch = { .best_epoch = 11, .looked = 16 },
                             .restore_best = true,
                             .reason = "no better" };
    look ("stopped",
          nn_plot_stopped (&history, &stopping, "stopped", file ("stopped")));
}

static void of_numbers (void)
{
    static float y[2 * LOOKS][30], values[CLASSES];
    nn_curve curves[2 * LOOKS];
    static char label[2 * LOOKS][16];
    for (int k = 0; k < 2 * LOOKS; k++) {
        snprintf (label[k], sizeof label[k], "curve %d", k + 1);
        for (int i = 0; i < 30; i++)
            y[k][i] = (float) (k + 1) * (1 + sqrtf ((float) i)) + 0.2f * noise ();
        curves[k] = (nn_curve){ .label = label[k], .y = y[k], .count = 30 };
    }
    look ("curves", nn_plot_curves (curves, 2 * LOOKS, .file = file ("curves"),
                                    .title = "many curves", .x_label = "step",
                                    .y_label = "size"));
    curves[1].points = true;
    curves[2].dashed = true;
    look ("logarithms",
          nn_plot_curves (curves, 3, .file = file ("logarithms"), .log_y = true));
    for (int k = 0; k < CLASSES; k++)
        values[k] = 10 + 5 * noise ();
    look ("bars", nn_plot_bars (values, CLASSES, .names = names,
                                .file = file ("bars"), .y_label = "images"));
    look ("heat", nn_plot_heat (y[0], 5, 6, .file = file ("heat")));
    for (int i = 0; i < 30; i++)
        y[1][i] = noise ();
    look ("signed", nn_plot_heat (y[1], 5, 6, .file = file ("signed")));
}

static void of_predictions (void)
{
    static int label[IMAGES];
    static float p[IMAGES][CLASSES];
    const nn_predictions all = {
        .names = names, .n = IMAGES, .classes = CLASSES, .label = label, .p = p[0]
    };
    for (int i = 0; i < IMAGES; i++) {
        double sum = 0;
        label[i] = (int) nn_random_below (&dice, CLASSES);
        for (int k = 0; k < CLASSES; k++)
            sum += p[i][k] = expf (noise () + 2 * (float) (k == label[i]));
        for (int k = 0; k < CLASSES; k++)
            p[i][k] /= (float) sum;
    }
    nn_confusion confusion;
    nn_calibration calibration;
    if (nn_confusion_of (&confusion, &all) < 0 ||
        nn_calibration_of (&calibration, &all, 10) < 0)
        abort ();
    look ("confusion", nn_plot_confusion (&confusion, NULL, file ("confusion")));
    look ("classes", nn_plot_classes (&confusion, "classes", file ("classes")));
    look ("roc", nn_plot_roc (&all, "ROC", file ("roc")));
    look ("reliability",
          nn_plot_reliability (&calibration, "net", file ("reliability")));
    nn_confusion_free (&confusion);
    double folds[3][5];
    nn_box boxes[3];
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < 5; i++)
            folds[k][i] = 70 + 2 * k + (double) noise ();
        boxes[k] =
            (nn_box){ names[k], folds[k], 5, 69 + 2 * k, 71 + 2 * k, k > 0 };
    }
    look ("boxes", nn_plot_boxes (boxes, 3, .file = file ("boxes"),
                                  .y_label = "percent", .title = "folds"));
    nn_diversity d = { .members = 3, .images = 100, .any = 90, .all = 50 };
    for (int i = 0; i < 9; i++)
        d.together[i / 3][i % 3] = d.differ[i / 3][i % 3] = 10 + 7 * (i % 4);
    look ("diversity", nn_plot_diversity (&d, names, "who is wrong together",
                                          file ("diversity")));
}

static void of_a_study (void)
{
    static nn_trial trials[TRIALS];
    static float step[4][TRIALS];
    nn_space space;
    if (nn_space_read (&space,
                       "rate 1e-5..1e-1 log; batch 16,32,64; drop 0..0.9") < 0)
        abort ();
    for (int k = 0; k < TRIALS; k++) {
        nn_trial *t = &trials[k];
        *t = (nn_trial){ .number = k,
                         .state = k % 5 ? NN_TRIAL_DONE : NN_TRIAL_PRUNED };
        if (nn_random_search (&space, trials, k, &dice, t->value) < 0)
            abort ();
        t->result = fabs (log10 (t->value[0]) + 3) + t->value[2];
    }
    look ("search", nn_plot_search (trials, TRIALS, .file = file ("search")));
    look ("parallel",
          nn_plot_parallel (&space, trials, TRIALS, .file = file ("parallel")));
    look ("slice",
          nn_plot_slice (&space, 0, trials, TRIALS, .file = file ("slice")));
    nn_band bands[4];
    static float low[4][TRIALS], high[4][TRIALS];
    for (int b = 0; b < 4; b++) {
        for (int k = 0; k < TRIALS; k++) {
            step[b][k] = (float) (b + 1) / (1 + 0.2f * (float) k);
            low[b][k] = 0.8f * step[b][k];
            high[b][k] = 1.2f * step[b][k];
        }
        bands[b] = (nn_band){ names[b], NULL, low[b], step[b], high[b], TRIALS };
    }
    look ("bands",
          nn_plot_bands (bands, 4, .file = file ("bands"), .log_y = true));
}

static void of_pictures (void)
{
    nn_data *shapes = nn_shapes10 (CLASSES, 1);
    nn_image images[CLASSES] = { { 0 } };
    for (int i = 0; i < CLASSES; i++)
        if (shapes->read (shapes, i, &images[i]) < 0)
            abort ();
    look ("sheet", nn_plot_images (images, CLASSES, .names = names,
                                   .file = file ("sheet"), .title = "sheet"));
    nn_net *net =
        nn_model_net (nn_model_find ("baseline"), 32, 32, 3, 10, NULL, 1);
    nn_profile profile;
    nn_batch batch = { .n = 2, .h = 32, .w = 32, .c = 3 };
    batch.x = calloc (2 * 32 * 32 * 3, sizeof (float));
    if (!batch.x || nn_net_build (net, .batch = 2) < 0 ||
        nn_profile_begin (&profile, net) < 0 ||
        nn_net_forward (net, &batch, false) < 0)
        abort ();
    const nn_roof roof = { .operations = 1e11, .bytes = 1e10 };
    look ("roof", nn_plot_roof (&profile, &roof, 2, "the roof", file ("roof")));
    nn_profile_free (&profile);
    nn_net_free (&net);
    free (batch.x);
    for (int i = 0; i < CLASSES; i++)
        nn_image_free (&images[i]);
    nn_data_free (&shapes);
}

/*  A colour as an eye sees it that lacks one kind of cones (Machado, Oliveira and Fernandes
 *  2009), in L*a*b*. */
static void seen_by (const double eye[3][3], const char *colour, double lab[3])
{
    static const double xyz[3][3] = { { 0.4339, 0.3762, 0.1899 },
                                      { 0.2126, 0.7152, 0.0722 },
                                      { 0.0177, 0.1095, 0.8729 } };
    int rgb[3] = { 0 };
    double light[3], seen[3] = { 0 }, f[3];
    read_colour (colour, rgb);
    for (int k = 0; k < 3; k++) {
        const double x = rgb[k] / 255.0;
        light[k] = x <= 0.04045 ? x / 12.92 : pow ((x + 0.055) / 1.055, 2.4);
    }
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 3; k++)
            seen[i] += eye[i][k] * light[k];
        seen[i] = fmin (fmax (seen[i], 0), 1);
    }
    for (int i = 0; i < 3; i++) {
        const double t =
            xyz[i][0] * seen[0] + xyz[i][1] * seen[1] + xyz[i][2] * seen[2];
        f[i] = t > 0.008856 ? cbrt (t) : 7.787 * t + 16 / 116.0;
    }
    lab[0] = 116 * f[1] - 16;
    lab[1] = 500 * (f[0] - f[1]);
    lab[2] = 200 * (f[1] - f[2]);
}

/*  The colours of curves: seen on white, and told apart by all eyes. (The WCAG asks for a
 *  contrast of 3. Orange and sky blue have 2.3; made as dark as that, the orange would be
 *  the vermilion of every twentieth man, 3 apart instead of 18. So they stay, and have
 *  marks of their own.) */
static void colours (void)
{
    static const double eyes[4][3][3] = {
        { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
        { { 0.152286, 1.052583, -0.204868 },
          { 0.114503, 0.786281, 0.099216 },
          { -0.003882, -0.048116, 1.051998 } },
        { { 0.367322, 0.860646, -0.227968 },
          { 0.280085, 0.672501, 0.047413 },
          { -0.011820, 0.042940, 0.968881 } },
        { { 1.255528, -0.076749, -0.178779 },
          { -0.078411, 0.930809, 0.147602 },
          { 0.004733, 0.691367, 0.303900 } },
    };
    double least = 100;
    for (int e = 0; e < 4; e++)
        for (int a = 0; a < NN_COLOURS; a++)
            for (int b = 0; b < a; b++) {
                double x[3], y[3];
                seen_by (eyes[e], nn_plot_colours[a], x);
                seen_by (eyes[e], nn_plot_colours[b], y);
                const double apart =
                    sqrt (pow (x[0] - y[0], 2) + pow (x[1] - y[1], 2) +
                          pow (x[2] - y[2], 2));
                least = fmin (least, apart);
                if (apart < 15)
                    check (false, "two colours are told apart",
                           "%s and %s, eye %d", nn_plot_colours[a],
                           nn_plot_colours[b], e);
            }
    check (least >= 15, "the colours of curves are told apart by all eyes", "%.1f",
           least);
    for (int k = 0; k < NN_COLOURS; k++) {
        int rgb[3] = { 0 };
        read_colour (nn_plot_colours[k], rgb);
        check (contrast (rgb) >= 2.2, "a colour of curves is seen on white",
               "%s has %.2f", nn_plot_colours[k], contrast (rgb));
    }
}

int main (int count, char **args)
{
    if (system ("command -v gnuplot >/dev/null") != 0) {
        skip ("pictures", "gnuplot is not installed");
        return nn_test_done ();
    }
    snprintf (folder, sizeof folder, "%s",
              count > 1 ? args[1] : "/tmp/nn-legible-XXXXXX");
    if (count > 1 ? mkdir (folder, 0777) < 0 && access (folder, W_OK) < 0
                  : !mkdtemp (folder))
        return 1;
    dice = nn_random_from (1, NN_FOR_TEST, 0, 0);
    colours ();
    of_a_training ();
    of_numbers ();
    of_predictions ();
    of_a_study ();
    of_pictures ();
    check (drawn == 19, "every kind was drawn", "%d of 19", drawn);
    if (count < 2) {
        char command[600];
        snprintf (command, sizeof command, "rm -r %s", folder);
        check (system (command) == 0, "the folder is swept away", "%s stays",
               folder);
    }
    return nn_test_done ();
}
