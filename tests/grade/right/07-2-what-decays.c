// Right in another way: by exclusion, one reason after the other.
#include "exercise.h"

void ex_what_decays (int *decays, const nn_param *param, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        const size_t length = strlen (param[i].name);
        decays[i] = 1;
        if (param[i].constant || param[i].size == (size_t) param[i].dim[0])
            decays[i] = param[i].dims > 1 && !param[i].constant;
        if (length >= 5 && memcmp (param[i].name + length - 5, ".bias", 5) == 0)
            decays[i] = 0;
    }
}
