/*  colour.c - another light
 *
 *  A picture taken at noon and one taken at dusk show the same ship. Three changes
 *  imitate that, each a mixture of the picture with something that lacks a
 *  quality: with black for brightness, with one grey for contrast, with its own
 *  grey picture for saturation. A share of 1 of the picture leaves it alone, less
 *  takes some of the quality away, more adds to it. This is how Pillow and
 *  torchvision define them. What falls below 0 or rises above 1 is cut.
 */
#include "nn.h"

/*  How bright a dot seems: green more than red, red more than blue (ITU-R
 *  BT.601). */
static float grey_of (const float *x, int c)
{
    return c < 3 ? x[0] : 0.299f * x[0] + 0.587f * x[1] + 0.114f * x[2];
}

static float cut (float x)
{
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

/*  share x + (1 - share) grey, for n numbers and one grey. */
NN_EACH_WIDTH
static void blend (float *x, size_t n, float share, float grey)
{
    for (size_t i = 0; i < n; i++)
        x[i] = cut (share * x[i] + (1 - share) * grey);
}

/*  The same, where each dot of three numbers has a grey of its own. */
NN_EACH_WIDTH
static void blend_dots (float *x, size_t places, float share)
{
    for (size_t i = 0; i < places; i++) {
        const float grey = (1 - share) * grey_of (x + 3 * i, 3);
        for (size_t k = 0; k < 3; k++)
            x[3 * i + k] = cut (share * x[3 * i + k] + grey);
    }
}

/*  places dots of c numbers become share x + (1 - share) times what lacks the
 *  quality. */
void nn_colour_image (float *x, size_t places, int c, nn_quality quality,
                      float share)
{
    float grey = 0;
    if (quality == NN_CONTRAST) {
        double sum = 0;
        for (size_t i = 0; i < places; i++)
            sum += grey_of (x + i * c, c);
        grey = (float) (sum / (double) places);
    }
    if (quality != NN_SATURATION)
        blend (x, places * c, share, grey); // with one grey for all, at once
    else if (c == 3)
        blend_dots (x, places, share);
    else
        for (size_t i = 0; i < places; i++)
            blend (x + i * c, c, share, grey_of (x + i * c, c));
}

static int colour (const nn_transform *self, nn_image *image, nn_random *random)
{
    const float most = self->value[1];
    const float share = 1 + (2 * nn_random_uniform (random) - 1) * most;
    nn_colour_image (image->x, (size_t) image->h * image->w, image->c,
                     (nn_quality) self->value[0], share);
    return NN_OK;
}

static nn_transform change (const char *name, nn_quality quality, float most)
{
    nn_require (most >= 0 && most <= 1,
                "%s is %g; it takes 0 to 1, the most by which it changes", name,
                most);
    return (nn_transform){ name, colour, true, { (float) quality, most } };
}

/*  Times something between 1 - most and 1 + most; so are the next two. */
nn_transform nn_brightness (float most)
{
    return change ("brightness", NN_BRIGHTNESS, most);
}

nn_transform nn_contrast (float most)
{
    return change ("contrast", NN_CONTRAST, most);
}

nn_transform nn_saturation (float most)
{
    return change ("saturation", NN_SATURATION, most);
}
