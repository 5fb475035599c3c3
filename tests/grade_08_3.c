/*  grade_08_3.c - the checks of exercise 8.3, the header of a weights file  */
#include "grade/grade.h"

#include <string.h>

GRADE_FUNCTION (int, ex_safetensors_find, int place[2], const unsigned char *file,
                int size, const char *name);

enum { ROOM = 2048 };
static struct {
    int arrays, asked, size, *file, *place, *found;
    char name[16];
    unsigned char bytes[ROOM]; // the file as it is drawn
} k;
static const char *const names[] = { "w", "w2", "w21", "bias", "bia", "weight" };
enum { NAMES = sizeof names / sizeof *names };

static void put_length (uint64_t length)
{
    for (int i = 0; i < 8; i++)
        k.bytes[i] = length >> 8 * i & 255;
}

/*  Draws a whole file; `before`, if not NULL, is written in place of the offsets of
 *  the array that is asked for. Returns the length of its header. */
static int draw (grade_case *c, const char *offsets)
{
    char *text = (char *) k.bytes + 8;
    int at = 0, data = 0;
    k.arrays = grade_size (c, "arrays", 1, NAMES);
    k.asked = (int) nn_random_below (grade_random (c), k.arrays);
    const int turn = (int) nn_random_below (grade_random (c), NAMES);
    for (int i = 0; i < k.arrays; i++) {
        const int rows = 1 + (int) nn_random_below (grade_random (c), 5),
                  cols = 1 + (int) nn_random_below (grade_random (c), 4);
        char usual[40];
        snprintf (usual, sizeof usual, "[%d,%d]", data, data + 4 * rows * cols);
        at += snprintf (text + at, ROOM / 2 - at,
                        "%c\"%s\":{\"dtype\":\"F32\",\"shape\":[%d,%d],"
                        "\"data_offsets\":%s}",
                        i ? ',' : '{', names[(NAMES - i + turn) % NAMES], rows,
                        cols, i == k.asked && offsets ? offsets : usual);
        data += 4 * rows * cols;
    }
    at += snprintf (text + at, ROOM / 2 - at, "}");
    while (at % 8)
        text[at++] = ' ';
    snprintf (k.name, sizeof k.name, "%s",
              names[(NAMES - k.asked + turn) % NAMES]);
    put_length (at);
    for (int i = 0; i < data; i++)
        text[at + i] = (char) nn_random_bits (grade_random (c));
    k.size = 8 + at + data;
    return at;
}

/*  Gives the drawn bytes to the case. */
static void give (grade_case *c)
{
    k.file = grade_in_ints (c, "file", k.size / 4);
    memcpy (k.file, k.bytes, k.size);
    k.place = grade_out_ints (c, "place", 2);
    k.found = grade_result (c, "what is returned");
}

static void whole (grade_case *c)
{
    draw (c, NULL);
    give (c);
}

/*  One kind of damage a case, in turn. */
static void damaged (grade_case *c)
{
    static const char *const offsets[] = { NULL,    NULL,        NULL,
                                           NULL,    "[0,99999]", "[400,999]",
                                           "[8,4]", "[12,0]",    "\"none\"",
                                           "[-4,8]" };
    const int kind = grade_number (c) % 10;
    const int header = draw (c, offsets[kind]);
    nn_random *random = grade_random (c);
    if (kind == 0)
        put_length (k.size - 8 + 1 + nn_random_below (random, 2000));
    if (kind == 1)
        put_length ((uint64_t) nn_random_bits (random) << 32 | header);
    if (kind == 2)
        snprintf (k.name, sizeof k.name, "missing");
    if (kind == 3) // cut off within the header
        k.size = 4 * (int) nn_random_below (random, header / 4);
    if (k.size == 0)
        k.size = 4;
    give (c);
}

static void mutated (grade_case *c)
{
    const int header = draw (c, NULL);
    nn_random *random = grade_random (c);
    static const char interesting[] = "0123456789-,:[]{}\"\\ ";
    const int times = 1 + (int) nn_random_below (random, 12);
    for (int i = 0; i < times; i++)
        k.bytes[8 + nn_random_below (random, header)] =
            interesting[nn_random_below (random, sizeof interesting - 1)];
    if (nn_random_below (random, 3) == 0)
        k.bytes[nn_random_below (random, 8)] ^= 1 << nn_random_below (random, 8);
    if (nn_random_below (random, 3) == 0)
        k.size = 4 + 4 * (int) nn_random_below (random, k.size / 4);
    give (c);
}

static void call (grade_case *c)
{
    *k.found = GRADE_CALL (c, ex_safetensors_find) (
        k.place, (const unsigned char *) k.file, k.size, k.name);
}

static void judge_damaged (grade_case *c)
{
    if (*k.found == 0 && k.place[0] > k.place[1])
        grade_fail (
            c, "backwards",
            "the numbers of '%s' end before they begin, and you returned 0",
            k.name);
    if (*k.found == 0 && k.place[1] > k.size)
        grade_fail (c, "outside",
                    "you found '%s' at %d to %d of a file of %d bytes", k.name,
                    k.place[0], k.place[1], k.size);
    if (*k.found != -1)
        grade_fail (c, "believed",
                    "this file of %d bytes is damaged: -1 is right, and you "
                    "returned %d",
                    k.size, *k.found);
}

static void judge_mutated (grade_case *c)
{
    if (*k.found != 0 && *k.found != -1)
        grade_fail (c, "answer", "0 or -1 is right, and you returned %d",
                    *k.found);
    if (*k.found == 0 && k.place[0] > k.place[1])
        grade_fail (c, "backwards", "you found numbers from byte %d to byte %d",
                    k.place[0], k.place[1]);
    if (*k.found == 0 && (k.place[0] < 0 || k.place[1] > k.size))
        grade_fail (c, "outside",
                    "you found '%s' at %d to %d of a file of %d bytes", k.name,
                    k.place[0], k.place[1], k.size);
}

static const grade_check checks[] = {
    { .code = "B",
      .points = 4,
      .title = "finds every array of a whole file",
      .make = whole,
      .call = call },
    { .code = "P",
      .points = 4,
      .title = "refuses what is damaged",
      .make = damaged,
      .call = call,
      .judge = judge_damaged,
      .cases = 40 },
    { .code = "M",
      .points = 2,
      .title = "random bytes in random places do it no harm",
      .make = mutated,
      .call = call,
      .judge = judge_mutated,
      .cases = 200 }
};

GRADE_EXERCISE (ex_safetensors_find_prototype);
