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

void ex_copies (float *w, int k, int c, int o)
{
    // your code here
    nn_todo ("18-2");
}
