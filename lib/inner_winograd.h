/*  inner_winograd.h - the transforms of Winograd's algorithm (winograd.c)
 *
 *  Part of inner.h. Products with small constant matrices, written out, for as
 *  many channels at a time as a vector has lanes.
 */

/*  B' d: six numbers of a row, or a column, of the input become six. */
ALWAYS void times_bt (vec *to, int step, const vec *d, int from)
{
    const vec d0 = d[0], d1 = d[from], d2 = d[2 * from], d3 = d[3 * from],
              d4 = d[4 * from], d5 = d[5 * from];
    const vec even = d4 - 4 * d2, odd = d3 - 4 * d1;
    const vec even2 = d4 - d2, odd2 = 2 * (d3 - d1);
    to[0] = 4 * d0 - 5 * d2 + d4;
    to[step] = even + odd;
    to[2 * step] = even - odd;
    to[3 * step] = even2 + odd2;
    to[4 * step] = even2 - odd2;
    to[5 * step] = 4 * d1 - 5 * d3 + d5;
}

/*  A' m: six numbers become four. */
ALWAYS void times_at (vec *to, int step, const vec *m, int from)
{
    const vec sum = m[from] + m[2 * from], dif = m[from] - m[2 * from];
    const vec sum2 = m[3 * from] + m[4 * from], dif2 = m[3 * from] - m[4 * from];
    to[0] = m[0] + sum + sum2;
    to[step] = dif + 2 * dif2;
    to[2 * step] = sum + 4 * sum2;
    to[3 * step] = dif + 8 * dif2 + m[5 * from];
}

/*  A y: four numbers become six, for the gradient goes the other way. */
ALWAYS void times_a (vec *to, int step, const vec *y, int from)
{
    const vec y0 = y[0], y1 = y[from], y2 = y[2 * from], y3 = y[3 * from];
    const vec even = y0 + y2, odd = y1 + y3;
    const vec even2 = y0 + 4 * y2, odd2 = 2 * y1 + 8 * y3;
    to[0] = y0;
    to[step] = even + odd;
    to[2 * step] = even - odd;
    to[3 * step] = even2 + odd2;
    to[4 * step] = even2 - odd2;
    to[5 * step] = y3;
}

/*  v = B' x B: 6 x 6 places of x become 36 numbers, `step` apart, for each
 *  channel. */
static void input_transform (const float *x, size_t row, int c, float *v,
                             size_t step)
{
    for (int k = 0; k < c; k += LANES) {
        vec half[36], whole[36];
        for (int i = 0; i < 6; i++) {
            vec d[6];
            for (int j = 0; j < 6; j++)
                d[j] = load (x + i * row + (size_t) j * c + k);
            times_bt (half + 6 * i, 1, d, 1);
        }
        for (int j = 0; j < 6; j++)
            times_bt (whole + j, 6, half + j, 6);
        for (int i = 0; i < 36; i++)
            store (v + i * step + k, whole[i]);
    }
}

/*  y = A' m A + bias, or added to y: 36 numbers become 4 x 4 places, of which
 *  `rows` x `cols` lie in the picture. */
static void output_transform (const float *m, size_t step, int c,
                              const float *bias, bool add, float *y, size_t row,
                              int rows, int cols)
{
    for (int k = 0; k < c; k += LANES) {
        vec half[24], whole[16];
        for (int j = 0; j < 6; j++) {
            vec d[6];
            for (int i = 0; i < 6; i++)
                d[i] = load (m + (6 * i + j) * step + k);
            times_at (half + j, 6, d, 1);
        }
        for (int i = 0; i < 4; i++)
            times_at (whole + 4 * i, 1, half + 6 * i, 1);
        const vec plus = bias ? load (bias + k) : (vec){ 0 };
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < cols; j++) {
                float *to = y + i * row + (size_t) j * c + k;
                store (to, whole[4 * i + j] + (add ? load (to) : plus));
            }
    }
}

/*  d = A y A': the gradients of 4 x 4 places become those of 36 numbers. */
static void gradient_transform (const float *y, size_t row, int c, float *d,
                                size_t step)
{
    for (int k = 0; k < c; k += LANES) {
        vec half[24], whole[36];
        for (int i = 0; i < 4; i++) {
            vec g[4];
            for (int j = 0; j < 4; j++)
                g[j] = load (y + i * row + (size_t) j * c + k);
            times_a (half + 6 * i, 1, g, 1);
        }
        for (int j = 0; j < 6; j++)
            times_a (whole + j, 6, half + j, 6);
        for (int i = 0; i < 36; i++)
            store (d + i * step + k, whole[i]);
    }
}

/*  G: how three weights become six numbers. */
#define PART(n, of) ((float) (n) / (of))
static const float G[6][3] = {
    { PART (1, 4), 0, 0 },
    { PART (-1, 6), PART (-1, 6), PART (-1, 6) },
    { PART (-1, 6), PART (1, 6), PART (-1, 6) },
    { PART (1, 24), PART (1, 12), PART (1, 6) },
    { PART (1, 24), PART (-1, 12), PART (1, 6) },
    { 0, 0, 1 },
};

/*  u = G w G': nine weights, `tap` apart, become 36 numbers, `step` apart;
 *  `count` of each, a multiple of 16. */
static void filter_transform (const float *w, size_t tap, int count, float *u,
                              size_t step)
{
    for (int k = 0; k < count; k += LANES) {
        vec half[6][3];
        for (int i = 0; i < 6; i++)
            for (int j = 0; j < 3; j++)
                half[i][j] = G[i][0] * load (w + j * tap + k) +
                             G[i][1] * load (w + (3 + j) * tap + k) +
                             G[i][2] * load (w + (6 + j) * tap + k);
        for (int i = 0; i < 6; i++)
            for (int j = 0; j < 6; j++)
                store (u + (6 * i + j) * step + k, G[j][0] * half[i][0] +
                                                       G[j][1] * half[i][1] +
                                                       G[j][2] * half[i][2]);
    }
}

/*  dw += G' du G. */
static void filter_gradient (const float *du, size_t step, int count, float *dw)
{
    for (int k = 0; k < count; k += LANES) {
        vec half[3][6] = { { { 0 } } };
        for (int j = 0; j < 6; j++)
            for (int i = 0; i < 6; i++)
                for (int a = 0; a < 3; a++)
                    half[a][j] += G[i][a] * load (du + (6 * i + j) * step + k);
        for (int a = 0; a < 3; a++)
            for (int b = 0; b < 3; b++) {
                float *to = dw + (size_t) (3 * a + b) * count + k;
                vec sum = load (to);
                for (int j = 0; j < 6; j++)
                    sum += G[j][b] * half[a][j];
                store (to, sum);
            }
    }
}
