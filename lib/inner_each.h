/*  inner_each.h - the inner loops of depthwise convolutions
 *
 *  Part of inner.h. Each channel is on its own: the lanes of a vector are
 *  channels, no number serves two sums, and a vector of weights serves some
 *  places at a time.
 */
enum { EACH = 8 }; // places at a time

/*  LANES channels, from `at` on, of `places` places. */
ALWAYS void each_tile (const int places, const nn_each *p, const float *x,
                       float *y, int at)
{
    vec sum[EACH];
    const vec first = p->bias ? load (p->bias + at) : (vec){ 0 };
    for (int m = 0; m < places; m++)
        sum[m] = p->add ? load (y + m * p->y_place) : first;
    const float *w = p->w + at;
    for (int i = 0; i < p->kh; i++)
        for (int j = 0; j < p->kw; j++, w += p->w_tap) {
            const float *run = x + i * p->x_row + j * p->x_col;
            const vec by = load (w);
            for (int m = 0; m < places; m++)
                sum[m] += load (run + m * p->x_place) * by;
        }
    if (p->after)
        clamp_all (sum, places, p->after);
    for (int m = 0; m < places; m++)
        store (y + m * p->y_place, sum[m]);
}

/*  The same where a place sees three neighbours in a row, and the next place two
 *  of them again: what is loaded serves three sums. */
ALWAYS void each_tile_of_three (const int places, const nn_each *p, const float *x,
                                float *y, int at)
{
    vec sum[EACH], seen[EACH + 2];
    const vec first = p->bias ? load (p->bias + at) : (vec){ 0 };
    for (int m = 0; m < places; m++)
        sum[m] = p->add ? load (y + m * p->y_place) : first;
    const float *w = p->w + at;
    for (int i = 0; i < p->kh; i++, w += 3 * p->w_tap) {
        for (int m = 0; m < places + 2; m++)
            seen[m] = load (x + i * p->x_row + m * p->x_place);
        for (int j = 0; j < 3; j++) {
            const vec by = load (w + j * p->w_tap);
            for (int m = 0; m < places; m++)
                sum[m] += seen[m + j] * by;
        }
    }
    if (p->after)
        clamp_all (sum, places, p->after);
    for (int m = 0; m < places; m++)
        store (y + m * p->y_place, sum[m]);
}

/*  LANES channels of a row of places. */
ALWAYS void each_row (const bool three, const nn_each *p, const float *x, float *y,
                      int at)
{
    int m = 0;
    for (; m + EACH <= p->m; m += EACH)
        (three ? each_tile_of_three : each_tile) (EACH, p, x + m * p->x_place,
                                                  y + m * p->y_place, at);
    for (; m + 4 <= p->m; m += 4)
        (three ? each_tile_of_three : each_tile) (4, p, x + m * p->x_place,
                                                  y + m * p->y_place, at);
    for (; m + 2 <= p->m; m += 2)
        (three ? each_tile_of_three : each_tile) (2, p, x + m * p->x_place,
                                                  y + m * p->y_place, at);
    for (; m < p->m; m++)
        (three ? each_tile_of_three : each_tile) (1, p, x + m * p->x_place,
                                                  y + m * p->y_place, at);
}

/*  LANES channels of all places. */
static void each_strip (const nn_each *p, int at)
{
    const bool three = p->kw == 3 && p->x_col == p->x_place;
    for (int row = 0; row < p->rows; row++) {
        const float *x = p->x + row * p->x_down + at;
        float *y = p->y + row * p->y_down + at;
        if (three)
            each_row (true, p, x, y, at);
        else
            each_row (false, p, x, y, at);
    }
}

/*  The gradients of taps (i, j) .. (i + kh - 1, j + kw - 1), of LANES channels. */
ALWAYS void each_outer_taps (const int kh, const int kw, const nn_each_outer *p,
                             int i, int j, int at)
{
    const nn_each *by = &p->at;
    float *dw = p->dw + (i * by->kw + j) * by->w_tap + at;
    vec sum[9];
    for (int k = 0; k < kh * kw; k++)
        sum[k] = load (dw + (k / kw * by->kw + k % kw) * by->w_tap);
    for (int row = 0; row < by->rows; row++) {
        const float *x =
            by->x + row * by->x_down + i * by->x_row + j * by->x_col + at;
        const float *dy = p->dy + row * by->y_down + at;
        for (int m = 0; m < by->m; m++, x += by->x_place, dy += by->y_place) {
            const vec with = load (dy);
            for (int k = 0; k < kh * kw; k++)
                sum[k] +=
                    load (x + k / kw * by->x_row + k % kw * by->x_col) * with;
        }
    }
    for (int k = 0; k < kh * kw; k++)
        store (dw + (k / kw * by->kw + k % kw) * by->w_tap, sum[k]);
}

static void each_outer_strip (const nn_each_outer *p, int at)
{
    const int kh = p->at.kh, kw = p->at.kw;
    if (kh == 3 && kw == 3)
        each_outer_taps (3, 3, p, 0, 0, at);
    else if (kw == 5)
        for (int i = 0; i < kh; i++)
            each_outer_taps (1, 5, p, i, 0, at);
    else
        for (int k = 0; k < kh * kw; k++)
            each_outer_taps (1, 1, p, k / kw, k % kw, at);
}

#ifdef NARROWER
/*  Channels that fill no vector are left to narrower ones. */
static void each (const nn_each *p)
{
    int at = 0;
    for (; at + LANES <= p->c; at += LANES)
        each_strip (p, at);
    nn_each rest = *p;
    rest.c -= at, rest.x += at, rest.w += at, rest.y += at;
    rest.bias = p->bias ? p->bias + at : NULL;
    if (rest.c > 0)
        NARROWER.each (&rest);
}

static void each_outer (const nn_each_outer *p)
{
    int at = 0;
    for (; at + LANES <= p->at.c; at += LANES)
        each_outer_strip (p, at);
    nn_each_outer rest = *p;
    rest.at.c -= at, rest.at.x += at, rest.dy += at, rest.dw += at;
    if (rest.at.c > 0)
        NARROWER.each_outer (&rest);
}
#else
/*  The last channels, which fill not even the narrowest vector, one by one. */
static void each (const nn_each *p)
{
    int at = 0;
    for (; at + LANES <= p->c; at += LANES)
        each_strip (p, at);
    for (; at < p->c; at++)
        for (int row = 0; row < p->rows; row++)
            for (int m = 0; m < p->m; m++) {
                const float *x = p->x + row * p->x_down + m * p->x_place + at;
                float *y = p->y + row * p->y_down + m * p->y_place + at;
                float sum = p->add ? *y : p->bias ? p->bias[at] : 0;
                for (int k = 0; k < p->kh * p->kw; k++)
                    sum += x[k / p->kw * p->x_row + k % p->kw * p->x_col] *
                           p->w[k * p->w_tap + at];
                *y = !p->after               ? sum
                     : sum <= p->after->low  ? p->after->low
                     : sum >= p->after->high ? p->after->high
                                             : sum;
            }
}

static void each_outer (const nn_each_outer *p)
{
    const nn_each *by = &p->at;
    int at = 0;
    for (; at + LANES <= by->c; at += LANES)
        each_outer_strip (p, at);
    for (; at < by->c; at++)
        for (int k = 0; k < by->kh * by->kw; k++) {
            const float *x =
                by->x + k / by->kw * by->x_row + k % by->kw * by->x_col + at;
            float sum = p->dw[k * by->w_tap + at];
            for (int i = 0; i < by->rows * by->m; i++)
                sum +=
                    x[i / by->m * by->x_down + i % by->m * by->x_place] *
                    p->dy[i / by->m * by->y_down + i % by->m * by->y_place + at];
            p->dw[k * by->w_tap + at] = sum;
        }
}
#endif
