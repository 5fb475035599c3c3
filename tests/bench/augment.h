/*  augment.h - what the full pipeline of augmentations costs a training, for a
 *  benchmark and for a test */
#ifndef NN_BENCH_AUGMENT_H
#define NN_BENCH_AUGMENT_H

#include "nn.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const full_pipeline =
    "flip rotate:15 shift:0.1 zoom:0.1 shear:5 brightness:0.2 contrast:0.2 "
    "saturation:0.2 blur:1 cutout:8";

static inline double clock_seconds (clockid_t clock)
{
    struct timespec t;
    clock_gettime (clock, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

typedef struct {
    double wall, processor; // seconds of an epoch
} augment_cost;

/*  What is trained: a model of the library, at the size of its pictures. */
typedef struct {
    const char *model;
    int side, batch, images; // images: of an epoch
} augment_task;

enum { AUGMENT_PICTURES = 20 };

static inline int augment_label (const nn_data *self, int i)
{
    return i % self->classes;
}

static inline int augment_read (const nn_data *self, int i, nn_image *image)
{
    const size_t size = (size_t) self->h * self->w * self->c;
    const int status = nn_image_fit (image, self->h, self->w, self->c);
    if (status == NN_OK)
        memcpy (image->x, (float *) self->source + i % AUGMENT_PICTURES * size,
                size * sizeof (float));
    return status;
}

/*  Shapes, brought to this size beforehand: to read one costs a copy, and what is
 *  measured is the pipeline. */
static inline nn_data *augment_data (int side, int count)
{
    const size_t size = (size_t) side * side * 3;
    nn_data *shapes = nn_shapes10 (AUGMENT_PICTURES, 1);
    nn_data *data = nn_data_new (&(nn_data){ .name = "shapes",
                                             .count = count,
                                             .classes = 10,
                                             .h = side,
                                             .w = side,
                                             .c = 3,
                                             .label = augment_label,
                                             .read = augment_read },
                                 AUGMENT_PICTURES * size * sizeof (float));
    nn_image image = { 0 };
    for (int i = 0; i < AUGMENT_PICTURES; i++)
        if (shapes->read (shapes, i, &image) == NN_OK &&
            nn_resize_image (&image, side, side, NN_BILINEAR) == NN_OK)
            memcpy ((float *) data->source + i * size, image.x,
                    size * sizeof (float));
    nn_image_free (&image);
    nn_data_free (&shapes);
    return data;
}

/*  One epoch of the net over the data, with these words; the loader reads ahead. */
static inline augment_cost augment_epoch (nn_net *net, const nn_data *data,
                                          const char *words)
{
    nn_transform list[NN_TRANSFORMS];
    const int count = nn_augment_read (words, list, NN_TRANSFORMS);
    nn_history history = { 0 };
    const double wall = clock_seconds (CLOCK_MONOTONIC);
    const double processor = clock_seconds (CLOCK_PROCESS_CPUTIME_ID);
    if (count < 0 || nn_train (net, data, &history, .epochs = 1, .seed = 1,
                               .transforms = list, .transform_count = count) < 0)
        check (false, "an epoch", "%s", nn_error ());
    nn_history_free (&history);
    return (augment_cost){ clock_seconds (CLOCK_MONOTONIC) - wall,
                           clock_seconds (CLOCK_PROCESS_CPUTIME_ID) - processor };
}

enum { AUGMENT_ROUNDS = 64 };

static inline int augment_order (const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

/*  With and without, in turn, after one round that warms up; of each the lower
 *  quartile of the rounds, which other work on the machine has hardly disturbed. */
static inline void augment_costs (augment_cost quiet[2], const augment_task *task,
                                  int rounds)
{
    double wall[2][AUGMENT_ROUNDS], processor[2][AUGMENT_ROUNDS];
    nn_data *data = augment_data (task->side, task->images);
    nn_net *net = nn_model_net (nn_model_find (task->model), task->side,
                                task->side, 3, 10, NULL, 1);
    if (nn_net_build (net, .batch = task->batch) < 0)
        check (false, "the net is built", "%s", nn_error ());
    rounds = rounds < AUGMENT_ROUNDS ? rounds : AUGMENT_ROUNDS;
    for (int round = -1; round < rounds; round++)
        for (int with = 0; with < 2; with++) {
            const augment_cost now =
                augment_epoch (net, data, with ? full_pipeline : "none");
            wall[with][round < 0 ? 0 : round] = now.wall;
            processor[with][round < 0 ? 0 : round] = now.processor;
        }
    for (int with = 0; with < 2; with++) {
        qsort (wall[with], rounds, sizeof (double), augment_order);
        qsort (processor[with], rounds, sizeof (double), augment_order);
        quiet[with] =
            (augment_cost){ wall[with][rounds / 4], processor[with][rounds / 4] };
    }
    nn_net_free (&net);
    nn_data_free (&data);
}

/*  Seconds of one thread that the full pipeline needs for a picture. */
static inline double augment_picture (int side)
{
    nn_transform list[NN_TRANSFORMS];
    const int count = nn_augment_read (full_pipeline, list, NN_TRANSFORMS);
    nn_image image = { 0 };
    nn_image_fit (&image, side, side, 3);
    double least = 1e9;
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < side * side * 3; i++)
            image.x[i] = (float) (i % 97) / 96;
        const double began = clock_seconds (CLOCK_THREAD_CPUTIME_ID);
        for (int i = 0; i < 30; i++)
            nn_transform_all (list, count, &image, true, 1, round, i);
        least =
            fmin (least, (clock_seconds (CLOCK_THREAD_CPUTIME_ID) - began) / 30);
    }
    nn_image_free (&image);
    return least;
}

#endif
