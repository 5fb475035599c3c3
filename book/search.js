// search.js - finds words in the book. INDEX (index.js) lists [address, chapter, heading, text] of every section.

const form = document.querySelector ('form.search'), words = form.querySelector ('input');
const found = document.getElementById ('found');
const MOST = 12, AROUND = 60;

form.hidden = false;
form.addEventListener ('submit', event => event.preventDefault ());
words.addEventListener ('input', show);

// A section counts when it holds all words; headings weigh more than text.
function score (section, wanted)
{
    const title = (section[1] + ' ' + section[2]).toLowerCase (), text = section[3].toLowerCase ();
    let sum = 0;
    for (const word of wanted) {
        const here = 10 * title.includes (word) + Math.min (text.split (word).length - 1, 9);
        if (here === 0)
            return 0;
        sum += here;
    }
    return sum;
}

function item (section, wanted)
{
    const li = document.createElement ('li'), a = document.createElement ('a'), p = document.createElement ('p');
    a.href = section[0];
    a.textContent = section[2] ? section[1] + ' – ' + section[2] : section[1];
    const at = Math.max (section[3].toLowerCase ().indexOf (wanted[0]), 0);
    const from = Math.max (at - AROUND, 0);
    p.append ((from > 0 ? '…' : '') + section[3].slice (from, at));
    const mark = document.createElement ('mark');
    mark.textContent = section[3].slice (at, at + wanted[0].length);
    p.append (mark, section[3].slice (at + wanted[0].length, at + 2 * AROUND) + '…');
    li.append (a, p);
    return li;
}

function show ()
{
    const wanted = words.value.toLowerCase ().split (/\s+/).filter (word => word.length > 1);
    found.replaceChildren ();
    if (wanted.length === 0)
        return;
    const hits = INDEX.map (section => [score (section, wanted), section]).filter (hit => hit[0] > 0);
    hits.sort ((a, b) => b[0] - a[0]);
    for (const hit of hits.slice (0, MOST))
        found.append (item (hit[1], wanted));
    if (hits.length === 0)
        found.append (Object.assign (document.createElement ('li'), { textContent: 'Nothing found.' }));
}
