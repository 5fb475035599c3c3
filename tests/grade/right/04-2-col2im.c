// Right in another way: kernel place by kernel place.
#include "exercise.h"

void ex_col2im (const nn_conv_shape *s, float *dx, const float *col)
{
    const size_t width = (size_t) s->kh * s->kw * s->c;
    for (int r = 0; r < s->oh; r++)
        for (int a = 0; a < s->kh; a++) {
            const int row = r * s->stride + a - s->top;
            if (row < 0 || row >= s->h)
                continue;
            for (int q = 0; q < s->ow; q++)
                for (int b = s->kw - 1; b >= 0; b--) {
                    const int column = q * s->stride + b - s->left;
                    const float *from =
                        col + (r * s->ow + q) * width + (a * s->kw + b) * s->c;
                    if (column >= 0 && column < s->w)
                        for (int k = 0; k < s->c; k++)
                            dx[((size_t) row * s->w + column) * s->c + k] +=
                                from[k];
                }
        }
}
