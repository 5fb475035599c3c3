/*  leak.c - pictures that were seen before, and statistics that know too much */
#include "nn.h"
#include "test.h"

enum { LEARNT = 300, HELD = 70 };

typedef struct { // pictures in memory
    int count;
    nn_image image[LEARNT];
} pile;

static int label (const nn_data *self, int i)
{
    (void) self;
    return i % 10;
}

static int read_copy (const nn_data *self, int i, nn_image *image)
{
    const pile *p = *(pile *const *) self->source;
    const nn_image *from = &p->image[i];
    const int status = nn_image_fit (image, from->h, from->w, from->c);
    if (status == NN_OK)
        memcpy (image->x, from->x,
                (size_t) from->h * from->w * from->c * sizeof (float));
    return status;
}

static nn_data *data_of (pile *p)
{
    nn_data *self = nn_data_new (&(nn_data){ "pile", p->count, 10, 32, 32, 3, NULL,
                                             label, read_copy, NULL, NULL },
                                 sizeof p);
    *(pile **) self->source = p;
    return self;
}

static void fill (pile *p, int count, uint64_t seed)
{
    nn_data *shapes = nn_shapes10 (count, seed);
    p->count = count;
    for (int i = 0; i < count; i++)
        shapes->read (shapes, i, &p->image[i]);
    nn_data_free (&shapes);
}

static void empty (pile *p)
{
    for (int i = 0; i < LEARNT; i++)
        nn_image_free (&p->image[i]);
}

static void copy (nn_image *to, const nn_image *from)
{
    nn_image_fit (to, from->h, from->w, from->c);
    memcpy (to->x, from->x, (size_t) from->h * from->w * from->c * sizeof (float));
}

static pile learnt, held;

/*  Held image i becomes a copy of learnt image 10 + 4 i, spoilt in one of seven ways. */
static void plant (int i)
{
    nn_image *to = &held.image[i];
    const nn_image *from = &learnt.image[10 + 4 * i];
    nn_random random = nn_random_from (5, NN_FOR_TEST, i, 0);
    copy (to, from);
    for (int row = 0; row < 32; row++)
        for (int col = 0; col < 32; col++)
            for (int k = 0; k < 3; k++) {
                float *x = &to->x[(row * 32 + col) * 3 + k];
                if (i == 1)
                    *x += 0.05f * nn_random_normal (&random); // noise
                if (i == 2)
                    *x = 0.6f * *x + 0.3f; // another light
                if (i == 3)
                    *x = from->x[(row * 32 + 31 - col) * 3 + k]; // a mirror
                if (i == 4)
                    *x = from->x[(row * 32 + (col + 31) % 32) * 3 + k]; // moved
                if (i == 5)
                    *x = roundf (*x * 15) / 15; // fewer bits
                if (i == 6)
                    *x = (row < 6 && col < 6) ? 0 : *x; // a corner cut off
            }
}

static void planted (void)
{
    static const char *const names[] = { "a copy is found",
                                         "so is one with noise",
                                         "one in another light",
                                         "one in a mirror",
                                         "one that was moved by a dot",
                                         "one with fewer bits",
                                         "one whose corner is cut off" };
    static nn_twin twins[HELD], again[HELD];
    fill (&learnt, LEARNT, 1);
    fill (&held, HELD, 2);
    for (int i = 0; i < 7; i++)
        plant (i);
    nn_data *a = data_of (&learnt), *b = data_of (&held);
    if (!check (nn_find_twins (a, b, twins) == NN_OK, "twins are looked for", "%s",
                nn_error ()))
        return;
    for (int i = 0; i < 7; i++)
        check (twins[i].image == 10 + 4 * i && twins[i].alike > 0.94f &&
                   twins[i].exact == (i == 0) && twins[i].mirrored == (i == 3),
               names[i], "image %d, alike %g", twins[i].image, twins[i].alike);
    float most = 0;
    bool exact = false;
    for (int i = 7; i < HELD; i++) {
        most = fmaxf (most, twins[i].alike);
        exact = exact || twins[i].exact;
    }
    check (most < 0.92f && !exact, "and no other is like any of them", "alike %g",
           most);
    check (nn_find_twins (a, b, again) == NN_OK &&
               memcmp (again, twins, sizeof twins) == 0,
           "the same again", "not so");
    nn_data_free (&a);
    nn_data_free (&b);
}

/*  Pictures of one colour, and of other sizes. */
static void odd_pictures (void)
{
    pile one = { .count = 3 }, two = { .count = 4 };
    nn_twin twins[4];
    const int sizes[3][3] = { { 32, 32, 3 }, { 4, 5, 1 }, { 50, 31, 3 } };
    for (int i = 0; i < 3; i++) {
        nn_image *image = &one.image[i];
        nn_image_fit (image, sizes[i][0], sizes[i][1], sizes[i][2]);
        for (int k = 0; k < image->h * image->w * image->c; k++)
            image->x[k] = i == 0 ? 0.5f : (float) (k * 37 % 101) / 101;
        copy (&two.image[2 - i], image);
    }
    copy (&two.image[3], &one.image[0]);
    two.image[3].x[7] = 0.6f;
    nn_data *a = data_of (&one), *b = data_of (&two);
    check (nn_find_twins (a, b, twins) == NN_OK && twins[0].image == 2 &&
               twins[1].image == 1 && twins[2].image == 0 && twins[0].exact &&
               twins[1].exact && twins[2].exact && !twins[3].exact,
           "flat, grey, small and large pictures", "%s", nn_error ());
    a->count = 0;
    check (nn_find_twins (a, b, twins) == NN_OK && twins[0].image == -1 &&
               !twins[0].exact,
           "who has learnt nothing has seen nothing", "image %d", twins[0].image);
    a->count = 3;
    b->count = 0;
    check (nn_find_twins (a, b, twins) == NN_OK, "and nobody may be asked", "%s",
           nn_error ());
    nn_data_free (&a);
    nn_data_free (&b);
    empty (&one);
    empty (&two);
}

static void statistics (void)
{
    nn_data *shapes = nn_shapes10 (200, 3), *a, *b;
    nn_split (shapes, 0.3, 1, &a, &b);
    const nn_data *const from[] = { a, shapes, b };
    const int right[] = { NN_OF_LEARNT, NN_OF_ALL, NN_OF_HELD };
    const char *const names[] = { "statistics of those learnt from",
                                  "of all images: a leak",
                                  "of those held back: a worse one" };
    float mean[4], deviation[4];
    for (int i = 0; i < 3; i++) {
        nn_moments (from[i], mean, deviation);
        const nn_transform t = nn_standardise (mean, deviation, 3);
        const int found = nn_moments_of (&t, a, b);
        check (found == right[i], names[i], "found %d", found);
    }
    const float half[4] = { 0.5f, 0.5f, 0.5f };
    const nn_transform t = nn_standardise (half, half, 3);
    check (nn_moments_of (&t, a, b) == NN_OF_OTHERS, "of none of them",
           "found another");
    nn_data_free (&a);
    nn_data_free (&b);
    nn_data_free (&shapes);
}

int main (void)
{
    planted ();
    odd_pictures ();
    statistics ();
    empty (&learnt);
    empty (&held);
    return nn_test_done ();
}
