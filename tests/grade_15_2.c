/*  grade_15_2.c - the checks of exercise 15.2, how large a DenseNet is  */
#include "grade/grade.h"

GRADE_FUNCTION (void, ex_densenet_stages, int *rows, int *channels, int side,
                int growth, const int *layers);
GRADE_FUNCTION (long, ex_densenet_parameters, int growth, const int *layers,
                int classes);

static struct {
    int side, growth, classes, *layers, *rows, *channels;
    double *count;
} k;

static void draw (grade_case *c)
{
    k.side = grade_size (c, "side", 32, 300);
    k.growth = grade_steps (c, "growth", 2, 48, 2);
    k.classes = grade_size (c, "classes", 2, 1000);
    k.layers = grade_in_ints (c, "layers", 4);
    for (int b = 0; b < 4; b++)
        k.layers[b] = 1 + (int) nn_random_below (grade_random (c), 20);
}

static void make_rows (grade_case *c)
{
    draw (c);
    k.rows = grade_out_ints (c, "rows", 5);
    k.channels = (int *) grade_structs (c, "channels", sizeof (int), 5);
}

static void make_channels (grade_case *c)
{
    draw (c);
    k.channels = grade_out_ints (c, "channels", 5);
    k.rows = (int *) grade_structs (c, "rows", sizeof (int), 5);
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_densenet_stages)
    (k.rows, k.channels, k.side, k.growth, k.layers);
}

static void make_count (grade_case *c)
{
    draw (c);
    k.count = grade_out_doubles (c, "numbers", 1);
}

/*  DenseNet-121, for ten classes and for a thousand. */
static void published (grade_case *c)
{
    make_count (c);
    static const int layers[] = { 6, 12, 24, 16 };
    for (int b = 0; b < 4; b++)
        k.layers[b] = layers[b];
    k.growth = 32;
    k.classes = grade_number (c) % 2 ? 10 : 1000;
}

static void call_count (grade_case *c)
{
    *k.count = (double) GRADE_CALL (c, ex_densenet_parameters) (k.growth, k.layers,
                                                                k.classes);
}

static void known (grade_case *c)
{
    (void) c;
    *k.count = k.classes == 10 ? 6964106 : 7978856;
}

static const grade_check checks[] = { { .code = "O",
                                        .points = 2,
                                        .title = "the rows of each stage",
                                        .make = make_rows,
                                        .call = call,
                                        .tolerance = 1e-9,
                                        .cases = 40 },
                                      { .code = "O",
                                        .points = 3,
                                        .title = "the channels of each stage",
                                        .make = make_channels,
                                        .call = call,
                                        .tolerance = 1e-9,
                                        .cases = 40 },
                                      { .code = "O",
                                        .points = 3,
                                        .title = "what it learns",
                                        .make = make_count,
                                        .call = call_count,
                                        .tolerance = 1e-12,
                                        .cases = 40 },
                                      { .code = "P",
                                        .points = 2,
                                        .title = "as published, and for ten "
                                                 "classes",
                                        .make = published,
                                        .call = call_count,
                                        .expect = known,
                                        .tolerance = 1e-12,
                                        .cases = 2 } };

GRADE_EXERCISE (ex_densenet_stages_prototype, ex_densenet_parameters_prototype);
