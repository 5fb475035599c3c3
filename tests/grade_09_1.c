/*  grade_09_1.c - the checks of exercise 9.1, the random crop  */
#include "grade/grade.h"

GRADE_FUNCTION (void, ex_random_crop, float *y, const float *x, int h, int w,
                int c, int pad, const float u[2]);

static struct {
    int h, w, c, pad, draws;
    float *x, *y, *u;
} k;

static void arrays (grade_case *c)
{
    k.x = grade_in (c, "x", k.h, k.w, k.c);
    k.u = grade_in (c, "u", k.draws, 2);
    k.y = grade_out (c, "y", k.draws, k.h, k.w, k.c);
    for (int i = 0; i < k.h * k.w * k.c; i++)
        k.x[i] += k.x[i] < 0 ? -0.1f : 0.1f; // no dot is 0
    for (int i = 0; i < 2 * k.draws; i++)
        k.u[i] = nn_random_uniform (grade_random (c));
}

static void any (grade_case *c)
{
    k.h = grade_size (c, "h", 1, 12);
    k.w = grade_size (c, "w", 1, 12);
    k.c = grade_size (c, "c", 1, 4);
    k.pad = grade_size (c, "pad", 0, 5);
    k.draws = 1;
    arrays (c);
}

/*  The margin alone has room for the piece. */
static void wide (grade_case *c)
{
    k.h = grade_size (c, "h", 1, 4);
    k.w = grade_size (c, "w", 1, 4);
    k.c = grade_size (c, "c", 1, 3);
    k.pad = grade_size (c, "pad", 5, 9);
    k.draws = 1;
    arrays (c);
}

/*  A picture of one dot with as many draws as there are places, each from the middle
 *  of its share: whoever cuts at each place once finds the dot once. */
static void every (grade_case *c)
{
    k.h = k.w = grade_size (c, "h", 5, 9);
    k.c = 1;
    k.pad = grade_size (c, "pad", 1, 4);
    const int places = 2 * k.pad + 1;
    k.draws = places * places * 4;
    arrays (c);
    for (int i = 0; i < k.draws; i++) { // twice as fine as the places
        const int row = i / (2 * places), col = i % (2 * places);
        k.u[2 * i] = ((float) row + 0.5f) / (float) (2 * places);
        k.u[2 * i + 1] = ((float) col + 0.5f) / (float) (2 * places);
    }
}

static void call (grade_case *c)
{
    for (int i = 0; i < k.draws; i++)
        GRADE_CALL (c, ex_random_crop)
    (k.y + (size_t) i * k.h * k.w * k.c, k.x, k.h, k.w, k.c, k.pad, k.u + 2 * i);
}

/*  Is this piece the one that begins at (top, left)? */
static bool begins (const float *y, int top, int left)
{
    for (int i = 0; i < k.h * k.w; i++) {
        const int a = i / k.w + top, b = i % k.w + left;
        const float is =
            a < 0 || a >= k.h || b < 0 || b >= k.w ? 0 : k.x[a * k.w + b];
        if (y[i] != is)
            return false;
    }
    return true;
}

/*  Counts how often each place was cut: four times. */
static void each_alike (grade_case *c)
{
    int found = 0;
    for (int top = -k.pad; top <= k.pad; top++)
        for (int left = -k.pad; left <= k.pad; left++) {
            int times = 0;
            for (int i = 0; i < k.draws; i++)
                times += begins (k.y + (size_t) i * k.h * k.w, top, left);
            found += times;
            if (times != 4) {
                grade_fail (c, "places",
                            "of %d draws, evenly spread, %d cut at row %d, column "
                            "%d; each of the %d places should be cut 4 times",
                            k.draws, times, top, left, k.draws / 4);
                return;
            }
        }
    if (found != k.draws)
        grade_fail (c, "elsewhere", "%d of %d pieces are cut at no place at all",
                    k.draws - found, k.draws);
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 4,
      .title = "equals the reference",
      .make = any,
      .call = call },
    { .code = "P",
      .points = 3,
      .title = "every place is cut equally often",
      .make = every,
      .call = call,
      .judge = each_alike },
    { .code = "O",
      .points = 3,
      .title = "a margin that is larger than the picture",
      .make = wide,
      .call = call }
};

GRADE_EXERCISE (ex_random_crop_prototype);
