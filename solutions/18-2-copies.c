/*
 * ### A convolution that begins by copying (10 points)
 *
 * Fill the weights `w` of a convolution so that it copies its input. Its kernel has `k` x `k`
 * taps, `k` being odd; it reads `c` channels and has `o` filters. The weights lie tap by tap,
 * row by row; at each tap stand `c` rows of `o` numbers, one for each filter.
 *
 * Filter f copies channel f: its weight for this channel at the middle tap is 1, all its other
 * weights are 0. If there are more filters than channels, the filters from number `c` on are
 * left as they are: somebody has drawn them already. If there are fewer, the last channels
 * are copied by nobody.
 *
 * An example with one tap: for 2 channels and 3 filters that held only 5 you leave 1 0 5 for
 * the first channel and 0 1 5 for the second.
 *
 * Checked: equal to the reference (4 points), and a convolution with your weights says what
 * its input says (6 points).
 */
#include "exercise.h"

/// HINT The weight of tap t for channel i and filter f is w[(t * c + i) * o + f].
/// HINT The middle tap of k x k is number k * k / 2, as k is odd. Copies are the filters below c and below o.
/// HINT Three loops: taps, channels, and those filters that copy; each weight becomes 1 if the tap is the middle one and the channel is f, and 0 otherwise.

void ex_copies (float *w, int k, int c, int o)
{
    /// BEGIN SOLUTION
#if MISTAKE == 1 // put the 1 at the first tap, so that the picture is shifted
    const int middle = 0;
#elif MISTAKE == 2 // took the middle of a row for that of the whole kernel
    const int middle = k / 2;
#else
    const int middle = k * k / 2;
#endif
#if MISTAKE == 3 // wrote zeros into the filters that were drawn already
    const int copies = o;
#else
    const int copies = c < o ? c : o;
#endif
    for (int tap = 0; tap < k * k; tap++)
        for (int i = 0; i < c; i++)
            for (int f = 0; f < copies; f++) {
#if MISTAKE == 4 // copied the sum of all channels
                w[(tap * c + i) * o + f] = tap == middle;
#elif MISTAKE == 5 // put the ones in and left all else as it was
                if (tap == middle && i == f)
                    w[(tap * c + i) * o + f] = 1;
#else
                w[(tap * c + i) * o + f] = tap == middle && i == f;
#endif
            }
    /// END SOLUTION
}
