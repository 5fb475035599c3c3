/*  transform.c - moments, standardising, and the draws that only the image
 *  decides */
#include "nn.h"
#include "test.h"

static int label (const nn_data *self, int i)
{
    (void) self;
    return i % 2;
}

/*  Channel 0 is 0.25 or 0.75, channel 1 is always 0.5, channel 2 grows with the
 *  image. */
static int read_pattern (const nn_data *self, int i, nn_image *image)
{
    const int broken = *(const int *) self->source;
    if (i == broken)
        return nn_fail (NN_EFILE, "image %d is lost", i);
    const int status = nn_image_fit (image, 2, 2, i == -broken ? 1 : 3);
    for (int at = 0; status == NN_OK && image->c == 3 && at < 4; at++) {
        image->x[3 * at] = at % 2 ? 0.25f : 0.75f;
        image->x[3 * at + 1] = 0.5f;
        image->x[3 * at + 2] = i / 10.0f;
    }
    return status;
}

static nn_data *pattern (int count, int broken)
{
    nn_data *self = nn_data_new (&(nn_data){ "pattern", count, 2, 2, 2, 3, NULL,
                                             label, read_pattern, NULL, NULL },
                                 sizeof (int));
    *(int *) self->source = broken;
    return self;
}

static void moments (void)
{
    float mean[4], deviation[4];
    nn_data *data = pattern (10, 1000);
    check (nn_moments (data, mean, deviation) == NN_OK, "moments", "%s",
           nn_error ());
    check (fabsf (mean[0] - 0.5f) < 1e-6f &&
               fabsf (deviation[0] - 0.25f) < 1e-6f && mean[1] == 0.5f &&
               deviation[1] < 1e-6f && fabsf (mean[2] - 0.45f) < 1e-6f &&
               fabsf (deviation[2] - 0.2872281f) < 1e-6f,
           "mean and deviation by channel", "%g %g, %g %g, %g %g", mean[0],
           deviation[0], mean[1], deviation[1], mean[2], deviation[2]);
    // -- all images standardised have mean 0 and deviation 1
    const nn_transform t = nn_standardise (mean, deviation, 3);
    nn_image image = { 0 };
    double sum[3] = { 0 }, squares[3] = { 0 };
    for (int i = 0; i < 10; i++) {
        data->read (data, i, &image);
        nn_transform_all (&t, 1, &image, false, 0, 0, i);
        for (int k = 0; k < 12; k++) {
            sum[k % 3] += image.x[k];
            squares[k % 3] += image.x[k] * image.x[k];
        }
    }
    check (fabs (sum[0]) < 1e-4 && fabs (sum[2]) < 1e-4 &&
               fabs (squares[0] - 40) < 1e-3 && fabs (squares[2] - 40) < 1e-3,
           "standardised: mean 0, deviation 1", "%g %g", sum[2] / 40,
           squares[2] / 40);
    check (fabs (sum[1]) < 1e-4, "a constant channel becomes 0", "%g", sum[1]);
    nn_image_fit (&image, 2, 2, 4);
    check (t.apply (&t, &image, NULL) == NN_ESHAPE &&
               strstr (nn_error (), "channel 3"),
           "a channel without a mean is refused", "%s", nn_error ());
    nn_image_free (&image);
    nn_data_free (&data);
}

static void trouble (void)
{
    float mean[4], deviation[4];
    nn_data *data = pattern (10, 4);
    check (nn_moments (data, mean, deviation) == NN_EFILE &&
               strcmp (nn_error (), "image 4 is lost") == 0,
           "a lost image ends the moments", "%s", nn_error ());
    nn_data_free (&data);
    data = pattern (10, -4);
    check (nn_moments (data, mean, deviation) == NN_ESHAPE &&
               strstr (nn_error (), "image 4"),
           "an image with other channels is named", "%s", nn_error ());
    nn_data_free (&data);
    data = pattern (0, 1000);
    check (nn_moments (data, mean, deviation) == NN_EVALUE,
           "no images, no moments", "%s", nn_error ());
    nn_data_free (&data);
}

static int jitter (const nn_transform *self, nn_image *image, nn_random *random)
{
    image->x[0] += self->value[0] * nn_random_uniform (random);
    return NN_OK;
}

static int fails (const nn_transform *self, nn_image *image, nn_random *random)
{
    (void) self;
    (void) random;
    image->x[0] = -1;
    return nn_fail (NN_EVALUE, "this transform fails");
}

static float once (bool training, uint64_t seed, uint32_t epoch, uint32_t i)
{
    const nn_transform list[] = { { "jitter", jitter, true, { 1 } },
                                  { "jitter", jitter, false, { 10 } } };
    float x = 0;
    nn_image image = { 1, 1, 1, &x, 1 };
    nn_transform_all (list, 2, &image, training, seed, epoch, i);
    return x;
}

static void draws (void)
{
    check (once (true, 1, 2, 3) == once (true, 1, 2, 3),
           "the same key draws the same", "differs");
    check (once (true, 1, 2, 3) != once (true, 2, 2, 3) &&
               once (true, 1, 2, 3) != once (true, 1, 3, 3) &&
               once (true, 1, 2, 3) != once (true, 1, 2, 4),
           "seed, epoch and image each matter", "they do not");
    nn_random random = nn_random_from (1, NN_FOR_TRANSFORM, 2, 3);
    const float first = nn_random_uniform (&random),
                second = nn_random_uniform (&random);
    check (once (false, 1, 2, 3) == 10 * first,
           "measuring leaves out what is for training", "%g",
           once (false, 1, 2, 3));
    check (once (true, 1, 2, 3) == first + 10 * second,
           "the list is applied in order", "%g", once (true, 1, 2, 3));
    const nn_transform list[] = { { "fails", fails, false, { 0 } },
                                  { "jitter", jitter, false, { 1 } } };
    float x = 0;
    nn_image image = { 1, 1, 1, &x, 1 };
    check (nn_transform_all (list, 2, &image, true, 1, 1, 1) == NN_EVALUE &&
               x == -1,
           "the first failure ends the list", "x is %g", x);
}

int main (void)
{
    moments ();
    trouble ();
    draws ();
    return nn_test_done ();
}
