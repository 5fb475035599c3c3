/*  base.c - errors, arenas, tensors and random numbers */
#include "nn.h"
#include "test.h"

#include <pthread.h>
#include <setjmp.h>
#include <sys/wait.h>
#include <unistd.h>

static jmp_buf back;
static char panic[256];

static void jump (const char *sentence)
{
    snprintf (panic, sizeof panic, "%s", sentence);
    longjmp (back, 1);
}

static void *fail_elsewhere (void *with)
{
    (void) with;
    nn_fail (NN_EVALUE, "another thread's trouble");
    return NULL;
}

static void test_errors (void)
{
    check (nn_fail (NN_EFILE, "%s is missing", "a.bin") == NN_EFILE &&
               !strcmp (nn_error (), "a.bin is missing"),
           "a failure keeps its sentence", "it said '%s'", nn_error ());
    nn_fail (NN_EFILE, "reading: %s", nn_error ());
    check (!strcmp (nn_error (), "reading: a.bin is missing"),
           "a sentence can hold the one before", "it said '%s'", nn_error ());
    pthread_t thread;
    pthread_create (&thread, NULL, fail_elsewhere, NULL);
    pthread_join (thread, NULL);
    check (!strcmp (nn_error (), "reading: a.bin is missing"),
           "errors belong to a thread", "it said '%s'", nn_error ());

    nn_on_panic = jump;
    if (!setjmp (back))
        nn_require (1 + 1 == 3, "%d is not %d", 2, 3);
    check (!strcmp (panic, "test_errors: 2 is not 3"),
           "a contract ends at the hook", "it said '%s'", panic);

    const char *const words[] = { "epochs", "batch", "rate" };
    check (nn_nearest ("epoch", words, 3) == words[0], "epoch is near epochs",
           "no");
    check (nn_nearest ("bacth", words, 3) == words[1], "bacth is near batch",
           "no");
    check (nn_nearest ("momentum", words, 3) == NULL, "momentum is near nothing",
           "yes");
    check (nn_nearest ("", words, 3) == NULL, "nothing is near nothing", "yes");
}

static void test_arena (void)
{
    nn_arena *arena = nn_arena_new (false);
    bool zero = true, aligned = true;
    for (int i = 0; i < 1000; i++) {
        unsigned char *p = nn_arena_take (arena, i * 37);
        aligned &= (uintptr_t) p % 64 == 0;
        for (int k = 0; k < i * 37; k++)
            zero &= p[k] == 0;
        memset (p, 0xff, i * 37);
    }
    check (zero, "what an arena gives is zero", "it was not");
    check (aligned, "and aligned to 64 bytes", "it was not");
    check (nn_arena_take (arena, SIZE_MAX - 5) == NULL &&
               strstr (nn_error (), "bytes"),
           "more than all memory is refused", "'%s'", nn_error ());
    arena->limit = arena->reserved + (1 << 20);
    check (nn_arena_take (arena, 2 << 20) == NULL && strstr (nn_error (), "limit"),
           "the limit holds", "'%s'", nn_error ());
    nn_arena_free (&arena);
    check (arena == NULL, "a freed arena is forgotten", "it was not");
    nn_arena_free (&arena);

    nn_arena *scratch = nn_arena_new (true), *lasting = nn_arena_new (false);
    int *lost = nn_arena_take (scratch, sizeof *lost);
    int *kept = nn_arena_take (lasting, sizeof *kept);
    *lost = *kept = 7;
    const pid_t child = fork ();
    if (child == 0)
        _exit (*lost == 0 && *kept == 7 ? 0 : 1);
    int status;
    waitpid (child, &status, 0);
    check (status == 0 && *lost == 7, "a fork wipes scratch and nothing else",
           "status %d", status);
    nn_arena_free (&scratch);
    nn_arena_free (&lasting);
}

static void test_tensor (void)
{
    nn_arena *arena = nn_arena_new (false);
    nn_tensor t = { .n = 2, .h = 3, .w = 4, .c = 5, .halo = 1 };
    check (nn_tensor_lay (&t, arena, true) == NN_OK, "a tensor with a halo", "%s",
           nn_error ());
    for (int i = 0; i < 2; i++)
        for (int r = 0; r < 3; r++)
            for (int k = 0; k < 20; k++)
                t.x[nn_at (&t, i, r, 0) + k] = 1;
    float sum = 0;
    const float *start = t.x - nn_row_stride (&t) - t.c;
    for (size_t k = 0; k < 2 * nn_image_stride (&t); k++)
        sum += start[k];
    check (sum == 120, "rows and images lie inside their halo", "sum %g, not 120",
           sum);
    t.x[nn_at (&t, 1, 2, 3) + 4] = 7;
    t.x[nn_at (&t, 0, 0, 0)] = -2;
    float low, high, mean;
    nn_tensor_range (&t, &low, &high, &mean);
    check (low == -2 && high == 7 && fabsf (mean - 123.f / 120) < 1e-6f,
           "range and mean", "%g %g %g", low, high, mean);

    const int bad[][4] = { { 0, 1, 1, 1 },
                           { 1, -1, 1, 1 },
                           { 1, 65536, 65536, 64 },
                           { 1, 1, INT32_MAX, 2 } };
    for (int k = 0; k < 4; k++) {
        nn_tensor b;
        check (nn_tensor_new (&b, arena, bad[k][0], bad[k][1], bad[k][2],
                              bad[k][3]) == NN_ESHAPE &&
                   strstr (nn_error (), "no tensor"),
               "a shape that cannot be is refused", "'%s'", nn_error ());
    }
    nn_arena_free (&arena);
}

/*  The published vectors of the authors' library, for philox4x32-10. */
static void test_philox (void)
{
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } known[] = {
        { { 0, 0, 0, 0 },
          { 0, 0 },
          { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
        { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
          { 0xffffffff, 0xffffffff },
          { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
        { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
          { 0xa4093822, 0x299f31d0 },
          { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
    };
    for (int i = 0; i < 3; i++) {
        uint32_t out[4];
        nn_philox (out, known[i].counter, known[i].key);
        check (!memcmp (out, known[i].out, sizeof out),
               "Philox gives a published vector",
               "vector %d begins %08x, not %08x", i, out[0], known[i].out[0]);
    }
}

static void test_draws (void)
{
    nn_random a = nn_random_from (7, NN_FOR_TEST, 1, 2), b = a;
    nn_random c = nn_random_from (7, NN_FOR_TEST, 1, 3);
    bool same = true, other = false;
    for (int i = 0; i < 100; i++) {
        const uint32_t x = nn_random_bits (&a);
        same &= x == nn_random_bits (&b);
        other |= x != nn_random_bits (&c);
    }
    check (same && other,
           "the same numbers for the same purpose, others for another",
           "same %d other %d", same, other);

    const int n = 200000;
    double mean = 0, square = 0, fourth = 0, u_low = 1, u_high = 0, u_mean = 0;
    for (int i = 0; i < n; i++) {
        const double x = nn_random_normal (&a), u = nn_random_uniform (&a);
        mean += x / n, square += x * x / n, fourth += x * x * x * x / n;
        u_low = fmin (u, u_low), u_high = fmax (u, u_high), u_mean += u / n;
    }
    check (fabs (mean) < 0.01 && fabs (square - 1) < 0.02 &&
               fabs (fourth - 3) < 0.1,
           "normal draws have mean 0, variance 1, kurtosis 3", "%g %g %g", mean,
           square, fourth);
    check (u_low >= 0 && u_high < 1 && u_high > 0.999 &&
               fabs (u_mean - 0.5) < 0.005,
           "uniform draws fill 0 to 1", "%g %g %g", u_low, u_high, u_mean);

    int count[7] = { 0 };
    for (int i = 0; i < 70000; i++)
        count[nn_random_below (&a, 7)]++;
    double chi = 0;
    for (int k = 0; k < 7; k++)
        chi += (count[k] - 10000.0) * (count[k] - 10000.0) / 10000;
    check (chi < 22.46, "draws below 7 are equally likely", "chi-square %g of 6",
           chi);

    int seen[24] = { 0 };
    for (int i = 0; i < 24000; i++) {
        int order[4] = { 0, 1, 2, 3 };
        nn_shuffle (order, 4, &a);
        int rank = 0; // of the 24 permutations
        for (int k = 0; k < 4; k++) {
            int less = 0;
            for (int j = k + 1; j < 4; j++)
                less += order[j] < order[k];
            rank = rank * (4 - k) + less;
        }
        seen[rank]++;
    }
    chi = 0;
    for (int k = 0; k < 24; k++)
        chi += (seen[k] - 1000.0) * (seen[k] - 1000.0) / 1000;
    check (chi < 49.7, "all 24 orders of four are equally likely",
           "chi-square %g of 23", chi);
}

int main (void)
{
    test_errors ();
    test_arena ();
    test_tensor ();
    test_philox ();
    test_draws ();
    return nn_test_done ();
}
