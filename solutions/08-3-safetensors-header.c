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

/// HINT The length has eight bytes and may be larger than any int: put it together in a uint64_t, and compare it with size - 8 before you do anything with it.
/// HINT `memmem (at, bytes, text, letters)` finds a text in so many bytes. Look for the name with its quotes, the colon and the brace behind it; then for the closing brace, where the entry ends; between them for "data_offsets":[ and then read digits, one by one, as long as there are bytes left.
/// HINT With the offsets a and b and the length of the header n: the answer is 8 + n + a and 8 + n + b, if a <= b and b <= size - 8 - n.

int ex_safetensors_find (int place[2], const unsigned char *file, int size,
                         const char *name)
{
    /// BEGIN SOLUTION
    if (size < 8)
        return -1;
    uint64_t length = 0;
#if MISTAKE == 4 // looked at the first byte of the length only
    length = file[0];
#else
    for (int i = 0; i < 8; i++)
        length |= (uint64_t) file[i] << 8 * i;
#endif
#if MISTAKE == 1 // believed the length of the header
    if (length > INT32_MAX)
        length = INT32_MAX;
#else
    if (length > (uint64_t) size - 8)
        return -1;
#endif
    const unsigned char *at = file + 8, *end = at + length;
    char key[256];
#if MISTAKE == 5 // took the first array whose name begins like this one
    snprintf (key, sizeof key, "\"%s", name);
#else
    snprintf (key, sizeof key, "\"%s\":{", name);
#endif
    const char *const texts[] = { key, "}", "\"data_offsets\":[" };
    for (int i = 0; i < 3; i++) {
        const unsigned char *found =
            memmem (at, end - at, texts[i], strlen (texts[i]));
        if (!found)
            return -1;
        if (i == 1) // the entry ends here
            end = found;
        else
            at = found + strlen (texts[i]);
    }
    int64_t offset[2] = { 0, 0 };
    for (int i = 0; i < 2; i++) {
        int digits = 0;
        for (; at < end && *at >= '0' && *at <= '9' && digits < 9; digits++)
            offset[i] = 10 * offset[i] + *at++ - '0';
        if (digits == 0 || at == end || *at++ != (i ? ']' : ','))
            return -1;
    }
#if MISTAKE == 3 // did not ask whether the numbers lie inside of the file
    const bool good = offset[0] <= offset[1];
#elif MISTAKE == 6 // did not ask whether the numbers end before they begin
    const bool good = offset[1] <= size - 8 - (int64_t) length;
#else
    const bool good =
        offset[0] <= offset[1] && offset[1] <= size - 8 - (int64_t) length;
#endif
    if (!good)
        return -1;
    for (int i = 0; i < 2; i++)
#if MISTAKE == 2 // counted the offsets from the beginning of the file
        place[i] = (int) offset[i];
#else
        place[i] = (int) (8 + (int64_t) length + offset[i]);
#endif
    return 0;
    /// END SOLUTION
}
