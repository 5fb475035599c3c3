/*  plot.c - pictures of numbers: what is drawn, where it goes, what is refused */
#include "nn.h"
#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char *svg; // the last picture shown
static size_t svg_size;

static void keep (const char *mime, const void *data, size_t size)
{
    free (svg);
    svg = strcmp (mime, "image/svg+xml") == 0 ? malloc (size + 1) : NULL;
    if (svg) {
        memcpy (svg, data, size);
        svg[size] = 0;
        svg_size = size;
    }
}

static bool holds (const char *word)
{
    return svg && strstr (svg, word);
}

/*  How often a word stands in the picture. */
static int times (const char *word)
{
    int count = 0;
    for (const char *at = svg; at && (at = strstr (at, word)); at++)
        count++;
    return count;
}

static const nn_plot_args plain;
static const float up[4] = { 1, 2, 3, 4 };

static void curves (void)
{
    const nn_curve two[] = {
        { .label = "training", .y = up, .count = 4 },
        { .label = "validation", .y = up, .count = 4, .dashed = true }
    };
    check (nn_plot_curves (two, 2, .title = "Loss", .x_label = "epoch",
                           .y_label = "nats") == NN_OK &&
               holds ("<svg") && holds ("</svg>"),
           "curves become an SVG", "%s", nn_error ());
    check (holds (">training<") && holds (">validation<") && holds (">Loss<") &&
               holds (">epoch<") && holds (">nats<"),
           "names, title and labels are in it", "one is missing");
    check (holds ("stroke-dasharray"), "a dashed curve is dashed", "no dashes");
    check (holds ("width=\"640\"") && holds ("height=\"400\""),
           "640 x 400 by default", "another size");
    const float hundreds[3] = { 100, 200, 300 };
    nn_plot_curves (((nn_curve[]){ { "few", NULL, hundreds, 3, false, false } }),
                    1, .width = 640);
    check (times ("1.5<") == 0 && times (">2<") + times ("> 2<") == 1,
           "few epochs are counted in whole numbers", "there is half an epoch");
    nn_plot_curves (two, 2, .width = 300, .height = 200);
    check (holds ("width=\"300\"") && holds ("height=\"200\""),
           "any other when asked", "another size");
}

static void gaps (void)
{
    float y[6] = { 1, 2, NAN, 4, INFINITY, 3 };
    const nn_curve gap = { .y = y, .count = 6 },
                   nothing = { .y = y + 2, .count = 1 };
    check (nn_plot_curves_with (&gap, 1, plain) == NN_OK && !holds ("nan") &&
               !holds ("inf"),
           "what is not a number leaves a gap", "%s", nn_error ());
    check (nn_plot_curves_with (&nothing, 1, plain) == NN_EVALUE &&
               strstr (nn_error (), "point"),
           "a curve without points is refused", "%s", nn_error ());
    const float low[3] = { -1, 0, -2 };
    const nn_curve below = { .y = low, .count = 3 };
    check (nn_plot_curves_with (&below, 1, plain) == NN_OK,
           "negative values are drawn", "%s", nn_error ());
    check (nn_plot_curves (&below, 1, .log_y = true) == NN_EVALUE &&
               strstr (nn_error (), "logarithmic"),
           "but not on a logarithmic axis", "%s", nn_error ());
    const nn_curve one = { .y = up, .count = 1 };
    check (nn_plot_curves_with (&one, 1, plain) == NN_OK, "one point is a picture",
           "%s", nn_error ());
    const nn_curve empty = { .y = NULL, .count = 0 };
    check (nn_plot_curves_with (&empty, 1, plain) == NN_EVALUE, "none is not",
           "drawn");
    check (nn_plot_bars_with (y + 2, 1, plain) == NN_EVALUE &&
               nn_plot_bars_with (y, 0, plain) == NN_EVALUE,
           "nor is a bar of nothing", "drawn");
    check (nn_plot_heat_with (y + 2, 1, 1, plain) == NN_EVALUE,
           "nor a map of nothing", "drawn");
    check (nn_plot_images_with (NULL, 0, plain) == NN_EVALUE,
           "nor a sheet of nothing", "drawn");
    check (nn_plot_bars_with (y, 6, plain) == NN_OK,
           "a bar that is not a number is left out", "%s", nn_error ());
    check (nn_plot_heat_with (y, 2, 3, plain) == NN_OK, "so is a cell", "%s",
           nn_error ());
    const float same[4] = { 0, 0, 0, 0 };
    check (nn_plot_heat_with (same, 2, 2, plain) == NN_OK &&
               nn_plot_bars_with (same, 4, plain) == NN_OK,
           "values that are all zero are drawn", "%s", nn_error ());
}

static void words (void)
{
    const nn_curve c = { .y = up,
                         .count = 4,
                         .label = "`touch evil` $(touch evil) @x" };
    const char *title =
        "a_b^c {/Bold d} \"e\" 'f' \\g %h <i> & j-10 \xc3\xbc \xff\nnext";
    check (nn_plot_curves (&c, 1, .title = title, .x_label = "`touch evil`") ==
               NN_OK,
           "any sign may be in a title", "%s", nn_error ());
    check (holds ("a_b^c {/Bold d} \"e\" 'f' \\g %h &lt;i> &amp; j-10 \xc3\xbc ?"),
           "and stands there as it is", "not so");
    check (holds (">next<"), "a new line is a new line", "it is not");
    check (holds ("`touch evil` $(touch evil) @x") && access ("evil", F_OK) != 0,
           "nothing is executed", "something was");
    const char *const names[] = { "it's", "x\"y" };
    check (nn_plot_bars (up, 2, .names = names) == NN_OK && holds ("it's") &&
               holds ("x\"y"),
           "nor in the names of bars", "%s", nn_error ());
}

static void maps (void)
{
    const char *const shares[] = { "5 %", "100 % of %s" };
    check (nn_plot_bars (up, 2, .names = shares) == NN_OK && holds ("5 %") &&
               holds ("100 % of %s"),
           "a name may hold a per cent sign", "%s", nn_error ());
    const char *const names[] = { "cat", "dog" };
    check (
        nn_plot_heat (up, 2, 2, .names = names) == NN_OK && times (">cat<") == 2,
        "a square map has its names on both sides", "%d times", times (">cat<"));
    check (holds (">4<") && holds ("rgb(255, 255, 255)"),
           "cells bear their numbers", "they do not");
    const char *const said[] = { "7\n20 %", "`date`", "\"c\"", "d" };
    check (nn_plot_heat (up, 2, 2, .cells = said) == NN_OK && holds (">20 %<") &&
               holds (">`date`<") && holds (">\"c\"<") && times (">4<") == 1,
           "or the texts that they are given", "%s", nn_error ());
    float large[1600];
    for (int k = 0; k < 1600; k++)
        large[k] = k;
    check (nn_plot_heat_with (large, 40, 40, plain) == NN_OK && !holds (">1599<"),
           "many cells bear none", "they do");
}

static void sheets (void)
{
    nn_image images[3] = { { 0 } };
    check (nn_plot_images_with (images, 3, plain) == NN_EVALUE &&
               strstr (nn_error (), "picture 1 of 3"),
           "an empty picture is named", "%s", nn_error ());
    const char *const names[] = { "one", "two", "three" };
    for (int k = 0; k < 3; k++) {
        nn_image_fit (&images[k], 8 + k, 8, k == 2 ? 1 : 3);
        for (int i = 0; i < images[k].h * 8 * images[k].c; i++)
            images[k].x[i] = (i % 7 - 1) / 5.0f; // also below 0 and above 1
    }
    check (nn_plot_images (images, 3, .names = names, .title = "Three") == NN_OK &&
               holds ("data:image/png;base64,") && holds (">three<") &&
               holds (">Three<"),
           "a sheet holds its pictures and names", "%s", nn_error ());
    check (nn_plot_images (images, 3, .file = "sheet.png", .columns = 3) == NN_OK,
           "a sheet is a PNG when asked", "%s", nn_error ());
    nn_image back = { 0 };
    check (nn_image_load (&back, "sheet.png") == NN_OK && back.w == 3 * 40 + 8,
           "dots are magnified without smoothing", "%d wide: %s", back.w,
           nn_error ());
    const float *dot =
        back.x + (8 * back.w + 8 + 4) * 3; // the second dot of the first row
    bool flat = back.w == 128;
    for (int k = 0; k < 12 && flat; k++)
        flat =
            fabsf (dot[k] - fminf (fmaxf (images[0].x[3 + k % 3], 0), 1)) < 0.003f;
    check (flat, "each dot is a square of one colour", "%g %g %g", dot[0], dot[3],
           dot[9]);
    nn_image_free (&back);
    for (int k = 0; k < 3; k++)
        nn_image_free (&images[k]);
    unlink ("sheet.png");
}

static void box_plots (void)
{
    const double some[5] = { 3, 1, NAN, 2, 4 }, none[2] = { NAN, INFINITY };
    nn_box two[2] = { { "first", some, 5, 2, 3, false },
                      { "50 % & <more>", some, 5, 0, 0, true } };
    check (nn_plot_boxes (two, 2, .title = "boxes") == NN_OK && svg &&
               strstr (svg, "first") && strstr (svg, "&lt;more"),
           "boxes with a value that is not a number", "%s", nn_error ());
    check (nn_plot_boxes (two, 0, .title = "boxes") == NN_EVALUE &&
               strstr (nn_error (), "nn_plot_boxes: no boxes"),
           "no boxes are refused", "%s", nn_error ());
    two[1] = (nn_box){ "empty", none, 2, 0, 0, true };
    check (nn_plot_boxes (two, 2, .file = "boxes.svg") == NN_EVALUE &&
               strstr (nn_error (), "none of the 2 values of box 2 (empty)") &&
               access ("boxes.svg", F_OK) != 0,
           "a box without numbers is named, and no file is left", "%s",
           nn_error ());
    two[1] = (nn_box){ .values = some };
    check (nn_plot_boxes (two, 2, .title = "boxes") == NN_EVALUE &&
               strstr (nn_error (), "none of the 0 values of box 2 (no name)"),
           "so is one without values", "%s", nn_error ());
    check (nn_plot_boxes (two, 1, .file = "boxes.gif") < 0 &&
               strstr (nn_error (), "boxes.gif"),
           "boxes of another kind of file", "%s", nn_error ());
    check (nn_plot_boxes (two, 1, .file = "nowhere/boxes.svg") == NN_EFILE &&
               strstr (nn_error (), "nowhere"),
           "boxes into a folder that is not there", "%s", nn_error ());
}

static void files (void)
{
    const nn_curve c = { .y = up, .count = 4 };
    check (nn_plot_curves (&c, 1, .file = "a.png") == NN_OK, "a PNG file", "%s",
           nn_error ());
    nn_image png = { 0 };
    check (nn_image_load (&png, "a.png") == NN_OK && png.w == 640 && png.h == 400,
           "of the right size", "%s", nn_error ());
    nn_image_free (&png);
    check (nn_plot_curves (&c, 1, .file = "a.svg") == NN_OK &&
               access ("a.svg", R_OK) == 0,
           "an SVG file", "%s", nn_error ());
    check (nn_plot_curves (&c, 1, .file = "a.gif") == NN_EVALUE &&
               strstr (nn_error (), "a.gif") && access ("a.gif", F_OK) != 0,
           "no other kind", "%s", nn_error ());
    check (nn_plot_curves (&c, 1, .file = "nowhere/a.svg") == NN_EFILE &&
               strstr (nn_error (), "nowhere/a.svg"),
           "no folder, no file", "%s", nn_error ());
    // -- without a notebook a figure becomes a file that is new
    nn_on_show = NULL;
    printf ("figures: ");
    int made = 0;
    for (int k = 0; k < 2; k++)
        made += nn_plot_curves_with (&c, 1, plain) == NN_OK;
    check (made == 2 && access ("figure-1.svg", R_OK) == 0 &&
               access ("figure-2.svg", R_OK) == 0,
           "figures are numbered", "%s", nn_error ());
    nn_on_show = keep;
    unlink ("a.png");
    unlink ("a.svg");
    unlink ("figure-1.svg");
    unlink ("figure-2.svg");
}

static void no_gnuplot (void)
{
    const nn_curve c = { .y = up, .count = 4 };
    const char *now = getenv ("PATH");
    char *path = strdup (now ? now : "/usr/bin:/bin");
    setenv ("PATH", "/nowhere", 1);
    check (nn_plot_curves_with (&c, 1, plain) == NN_ESYSTEM &&
               strstr (nn_error (), "gnuplot-nox"),
           "without gnuplot: what to install", "%s", nn_error ());
    // -- a gnuplot that is not what it seems
    FILE *fake = fopen ("gnuplot", "w");
    fputs ("#!/bin/sh\necho 'line 3: cannot draw' >&2\nexit 1\n", fake);
    fclose (fake);
    chmod ("gnuplot", 0755);
    char here[600];
    setenv ("PATH", getcwd (here, sizeof here), 1);
    check (nn_plot_curves_with (&c, 1, plain) == NN_ESYSTEM &&
               strstr (nn_error (), "cannot draw"),
           "one that fails is quoted", "%s", nn_error ());
    setenv ("PATH", path, 1);
    free (path);
    unlink ("gnuplot");
}

int main (void)
{
    char folder[400];
    snprintf (folder, sizeof folder, "%s/plot-XXXXXX",
              getenv ("TMPDIR") ? getenv ("TMPDIR") : "/tmp");
    if (!mkdtemp (folder) || chdir (folder) < 0)
        return 1;
    nn_on_show = keep;
    if (system ("command -v gnuplot > where") != 0)
        skip ("pictures", "gnuplot is not installed");
    else {
        curves ();
        gaps ();
        words ();
        maps ();
        box_plots ();
        sheets ();
        files ();
        no_gnuplot ();
    }
    unlink ("where");
    check (chdir ("/") == 0 && rmdir (folder) == 0, "no scraps are left behind",
           "in %s", folder);
    free (svg);
    return nn_test_done ();
}
