// Right in another way: each input collects from the outputs that it has fed.
#include "exercise.h"

void ex_conv_backward_data (const nn_conv_shape *s, float *dx, const float *dy,
                            const float *w, int n)
{
    for (int i = 0; i < n; i++)
        for (int row = 0; row < s->h; row++)
            for (int col = 0; col < s->w; col++)
                for (int k = 0; k < s->c; k++, dx++)
                    for (int r = 0; r < s->oh; r++)
                        for (int q = 0; q < s->ow; q++) {
                            const int a = row + s->top - r * s->stride;
                            const int b = col + s->left - q * s->stride;
                            if (a < 0 || a >= s->kh || b < 0 || b >= s->kw)
                                continue;
                            for (int f = s->o - 1; f >= 0; f--)
                                *dx +=
                                    dy[((i * s->oh + r) * s->ow + q) * s->o + f] *
                                    w[((a * s->kw + b) * s->c + k) * s->o + f];
                        }
}
