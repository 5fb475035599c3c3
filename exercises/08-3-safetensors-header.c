/*
 * ### The header of a weights file (10 points)
 *
 * `file` holds the `size` bytes of a safetensors file. Find the array `name` in it: write
 * where its numbers begin to `place[0]` and where they end to `place[1]`, both counted from
 * the first byte of the file, and return 0.
 *
 * The first eight bytes are the length of the header, lowest byte first. The header follows.
 * It is JSON, written without blanks, filled up with blanks at its end:
 *
 *         {"a":{"dtype":"F32","shape":[3,5],"data_offsets":[0,60]},"b":{"dtype": …
 *
 * The offsets count from the end of the header; the numbers of `a` are the bytes 0 to 59
 * after it. Names hold no quotes.
 *
 * The file comes from the net. Do not believe it. Return -1, and leave `place` alone, if
 * the file is shorter than eight bytes, if its header is longer than what follows, if there is
 * no such array, if there are no such offsets between the braces behind its name, if they end
 * before they begin, or if they end behind the end of the file. Never read a byte outside of
 * `file`.
 *
 * Checked: whole files (4 points), files with one kind of damage (4 points), and files with
 * random bytes in random places, where your function may find what it likes as long as it
 * lies inside of the file (2 points).
 */
#include "exercise.h"

int ex_safetensors_find (int place[2], const unsigned char *file, int size,
                         const char *name)
{
    // your code here
    nn_todo ("08-3");
}
