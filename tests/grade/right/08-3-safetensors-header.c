// Right in another way: byte by byte, and with sscanf on a copy that ends with a zero.
#include "exercise.h"

int ex_safetensors_find (int place[2], const unsigned char *file, int size,
                         const char *name)
{
    if (size < 8)
        return -1;
    unsigned long long length;
    memcpy (&length, file, 8);
    if (length > (unsigned long long) (size - 8))
        return -1;
    char *text = calloc (length + 1, 1), key[64];
    memcpy (text, file + 8, length);
    sprintf (key, "\"%.40s\":{", name);
    char *entry = strstr (text, key), *brace = entry ? strchr (entry, '}') : NULL;
    if (brace)
        *brace = 0;
    else
        entry = NULL;
    char *offsets = entry ? strstr (entry, "\"data_offsets\":[") : NULL;
    unsigned a, b;
    int at = 0;
    int good = offsets &&
               sscanf (offsets, "\"data_offsets\":[%8[0-9]", key) == 1 &&
               // NOLINTNEXTLINE(cert-err34-c): eight digits always fit
               sscanf (offsets, "\"data_offsets\":[%8u,%n%8u", &a, &at, &b) == 2 &&
               offsets[at] >= '0' && offsets[at] <= '9' &&
               offsets[at + strspn (offsets + at, "0123456789")] == ']' &&
               a <= b && b <= size - 8 - length;
    free (text);
    if (!good)
        return -1;
    place[0] = (int) (8 + length + a);
    place[1] = (int) (8 + length + b);
    return 0;
}
