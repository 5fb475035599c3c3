-- weave.lua - a pandoc filter: one chapter becomes a notebook, a page or a ledger
--
--   pandoc chapters/04-x/chapter.md -L book/weave.lua -t ipynb     the notebook, without outputs
--   pandoc … -t html                                               the page; WEAVE_RAN names the executed notebook
--   pandoc … -t json, WEAVE_LEDGER set                             the ledger: what the chapter quotes, sets and runs
--   pandoc … -t json, WEAVE_HEAD set                               its title and goal only
--
-- In a chapter stand quotes of the library by name, cells, exercises and numbers of its recorded run; book/README.md
-- shows how they are written. Everything else is ordinary pandoc Markdown. Every fault of a chapter is reported, each
-- with file and line, before the filter gives up.
--
-- The make rules pass what they know in the environment: WEAVE_TAGS (a folder of ctags' answers), WEAVE_ROWS (which
-- table rows are quoted on their own), WEAVE_STUBS (a folder of exercises to be written), WEAVE_CONTENTS (the list of chapters), WEAVE_SITE (where pictures go),
-- WEAVE_SEARCH (a file for the search index), WEAVE_CELLS (a file for the text of the cells).

PANDOC_VERSION:must_be_at_least '2.17'
package.path = PANDOC_SCRIPT_FILE:gsub ('[^/]*$', '') .. '?.lua;' .. package.path
local sources = require 'sources'
local outputs = require 'outputs'
local json = require 'json'

local NOTEBOOK, PAGE = FORMAT == 'ipynb', FORMAT:match '^html' ~= nil
local KERNEL = {
    nbformat = 4, nbformat_minor = 5,
    kernelspec = { name = 'nn-c', display_name = 'C (Layer by Layer)', language = 'c' },
    language_info = { name = 'c', file_extension = '.c', mimetype = 'text/x-csrc' },
}

local path = PANDOC_STATE.input_files[1]
local folder, slug = path:match '^(.*/([^/]+))/chapter%.md$'
local number = (slug or ''):match '^(%w+)%-'
if not number then
    io.stderr:write (path, ': a chapter is chapters/NN-name/chapter.md, an appendix chapters/A-name/chapter.md\n')
    os.exit (1)
end

-- ## Faults: collected, so that an author sees all of them at once

local faults = {}

local function complain (line, message, ...)
    faults[#faults + 1] = { line = line or 1, text = message:format (...) }
end

local function stop_if_at_fault ()
    if #faults == 0 then return end
    table.sort (faults, function (a, b) return a.line < b.line end)
    for _, fault in ipairs (faults) do
        io.stderr:write (('%s:%d: %s\n'):format (path, fault.line, fault.text))
    end
    os.exit (1)
end

-- ## Where things stand in chapter.md (pandoc does not say)

local text_of_chapter = {}
for line in io.lines (path) do text_of_chapter[#text_of_chapter + 1] = line end

-- The fenced blocks in order: { line, text }.
local function find_fences ()
    local fences, open, mark = {}, nil, nil
    for n, line in ipairs (text_of_chapter) do
        local fence = line:match '^%s*(```+)' or line:match '^%s*(~~~+)'
        if open then
            if fence and #fence >= #mark and fence:sub (1, 1) == mark:sub (1, 1) and line:match '^%s*[`~]+%s*$' then
                open.text, open = table.concat (open, '\n'), nil
            else
                open[#open + 1] = line
            end
        elseif fence then
            open, mark = { line = n }, fence
            fences[#fences + 1] = open
        end
    end
    if open then
        open.text = table.concat (open, '\n')
        complain (open.line, 'this block never ends: close it with %s', mark)
    end
    return fences
end

local fences, next_fence = find_fences (), 1

local function without_indent (text)
    return (('\n' .. text):gsub ('\n[ \t]+', '\n'))
end

-- The line at which a code block begins. Blocks must be asked for in their order.
local function line_of_block (block)
    for k = next_fence, #fences do
        if without_indent (fences[k].text) == without_indent (block.text) then
            next_fence = k + 1
            return fences[k].line
        end
    end
    return 1
end

local function line_of_text (wanted)
    for n, line in ipairs (text_of_chapter) do
        if line:find (wanted, 1, true) then return n end
    end
    return 1
end

-- ## The ledger: tab-separated records

local ledger = {}

local function record (...)
    ledger[#ledger + 1] = table.concat ({ ... }, '\t')
end

local function read_table (name)                            -- a tab-separated file as a list of lists
    local rows, file = {}, name and io.open (name)
    if not file then return rows end
    for line in file:lines () do
        local row = {}
        for field in (line .. '\t'):gmatch '([^\t]*)\t' do row[#row + 1] = field end
        rows[#rows + 1] = row
    end
    file:close ()
    return rows
end

local function exists (name)
    local file = io.open (name)
    return file ~= nil and file:close ()
end

-- chapters/04-pool for "04"; and a second one, which should not be there.
local function folder_of_chapter (wanted)
    local list = io.popen ('ls -d chapters/' .. wanted .. '-*/chapter.md 2>/dev/null')
    local found, second = list:read '*l', list:read '*l'
    list:close ()
    return found and found:gsub ('/chapter.md$', ''), second and second:gsub ('/chapter.md$', '')
end

-- ## Quotes

local brought_with = number                                 -- appendices say `with: 04`: see Pandoc below

-- The lines of this file's item that chapters quote on their own as rows.
local function rows_quoted_elsewhere (file, item)
    local lines = {}
    for _, row in ipairs (read_table (os.getenv 'WEAVE_ROWS')) do
        if row[1] == file.path and sources.item (file, row[2]) == item then
            for word in row[3]:gmatch '%S+' do
                local found = sources.row (file, item, word)
                if found then lines[found.first] = true end
            end
        end
    end
    return lines
end

-- What a quote names: a list of stretches { first, last, left_out, name }.
local function stretches_of (file, want, line)
    local list, seen = {}, {}
    local function take (stretch, why, name)
        if not stretch then return complain (line, '%s', why) end
        if not seen[stretch] then
            seen[stretch] = true
            list[#list + 1] = { first = stretch.first, last = stretch.last, tail = stretch.tail, name = name, item = stretch }
        end
    end
    if want.section then
        local stretch, why = sources.section (file, want.section)
        take (stretch, why, want.section)
        return list
    end
    for name in want.of:gmatch '%S+' do
        local item, why = sources.item (file, name)
        take (item, why, name)
    end
    local whole = list[1]
    if want.row and whole then
        list = {}
        for word in want.row:gmatch '%S+' do
            local row, why = sources.row (file, whole.item, word)
            take (row, why, word)
        end
        list.table = whole.item
    elseif want.step and whole then
        list = {}
        local step, why = sources.step (file, whole.item, want.step)
        take (step, why, whole.name)
    elseif not want.again then
        for _, stretch in ipairs (list) do
            stretch.left_out = rows_quoted_elsewhere (file, stretch.item)
        end
    end
    return list
end

-- The table around a quoted row: its opening and its closing line.
local function with_frame (file, item, rows)
    local n = item.first
    while n < item.last and not file.lines[n]:match '[{]%s*$' do n = n + 1 end
    local opening = {}
    for k = n, item.first, -1 do
        if file.lines[k]:match '%*/%s*$' then break end
        table.insert (opening, 1, file.lines[k])
    end
    return table.concat (opening, '\n') .. '\n    /* … */\n' .. rows .. '\n' .. file.lines[item.last]
end

-- Enters into the ledger the lines from first to last without those left out, as unbroken ranges.
local function claim (file, name, first, last, left_out, line, with)
    local from
    for n = first, last + 1 do
        local taken = n <= last and not (left_out and left_out[n])
        if taken and not from then from = n end
        if not taken and from then
            record ('quote', slug, with, file.path, name, from, n - 1, line)
            from = nil
        end
    end
end

local QUOTE_KEYS = { quote = true, of = true, section = true, step = true, row = true, again = true, with = true }

-- Does a quote say what it must? Complains and returns false where it does not.
local function is_sound_quote (want, line)
    local before = #faults
    for key in pairs (want) do
        if not QUOTE_KEYS[key] then
            complain (line, 'a quote knows no %s="…": it knows quote, of, section, step, row, again, with', key)
        end
    end
    local names = {}
    for name in (want.of or ''):gmatch '%S+' do names[#names + 1] = name end
    if (#names > 0) == (want.section ~= nil) then
        complain (line, 'a quote of %s needs either of="name …" or section="title"', want.quote)
    elseif (want.step or want.row) and #names ~= 1 then
        complain (line, 'a step or a row is of one item: write of="its name"')
    elseif want.step and not want.again then
        complain (line, 'a step repeats lines that are quoted whole elsewhere: add again=1')
    elseif want.of and not want.again and want.quote:match '%.h$' then
        local file = sources.open (want.quote)
        if file and file.sections then
            complain (line, '%s is quoted by section="title"; of="…" only shows again, with again=1', want.quote)
        end
    end
    return #faults == before
end

local function attributes_of (block)                        -- as a plain table
    local list = {}
    for key, value in pairs (block.attributes) do list[key] = value end
    return list
end

local function quote (block)
    local want, line = attributes_of (block), line_of_block (block)
    local file, why = sources.open (want.quote)
    if not file then return complain (line, '%s', why) end
    if block.text:match '%S' then
        return complain (line, 'a quote is an empty block: the text comes from %s; close it on the next line', want.quote)
    end
    if not is_sound_quote (want, line) then return end
    local texts = {}
    local list = stretches_of (file, want, line)
    for _, it in ipairs (list) do
        texts[#texts + 1] = sources.text (file, it, it.left_out)
        if not want.again then
            local with = want.with or brought_with
            claim (file, it.name, it.first, it.last, it.left_out, line, with)
            if it.tail then claim (file, it.name, it.tail.first, it.tail.last, nil, line, with) end
        end
    end
    local text = table.concat (texts, '\n\n')
    if list.table then
        text = with_frame (file, list.table, table.concat (texts, '\n'):gsub ('[^\n]+', '    %0'))
    end
    text = text:gsub ('(\n/%* %-%-%- [^\n]-) %-%-+ %*/', '%1 --- */'):gsub ('^(/%* %-%-%- [^\n]-) %-%-+ %*/', '%1 --- */')
    local code = pandoc.CodeBlock (text, pandoc.Attr ('', { 'c' }))
    if not PAGE then
        return { pandoc.Para { pandoc.Code (want.quote) }, code }
    end
    local caption = want.step and ' – a step of <code>' .. want.of .. '</code>' or ''
    return { pandoc.RawBlock ('html', '<figure class="quote"><figcaption><span class="file">' .. want.quote .. '</span>'
                 .. caption .. '</figcaption>'),
             code, pandoc.RawBlock ('html', '</figure>') }
end

-- ## Exercises

local function read_file (name)
    local file = io.open (name, 'rb')
    if not file then return nil end
    local text = file:read '*a'
    file:close ()
    return text
end

-- The first comment of a solution, without its stars or its indentation.
local function statement_of (text)
    local comment = text:match '^%s*/%*+(.-)%*/'
    if not comment then return nil end
    local starred, indent = true, nil
    for line in comment:gmatch '\n([^\n]*%S[^\n]*)' do
        starred = starred and line:match '^%s*%*' ~= nil
        indent = math.min (indent or #line, #line:match '^ *')
    end
    local strip = starred and '^%s*%* ?' or '^' .. (' '):rep (indent or 0)
    local lines = {}
    for line in (comment .. '\n'):gmatch '([^\n]*)\n' do lines[#lines + 1] = line:gsub (strip, '') end
    return table.concat (lines, '\n'):gsub ('^%s+', '')
end

-- Title, points, statement (blocks) and stub of an exercise, or nil after a complaint.
local function read_exercise (ref, line)
    local solution = 'solutions/' .. ref .. '.c'
    local text = read_file (solution)
    if not text then
        return complain (line, 'there is no exercise %s: %s does not exist; correct ref="…"', ref, solution)
    end
    local title, points, rest = (statement_of (text) or ''):match '^### (.-) %((%d+) points?%)%s*\n(.*)$'
    if not title then
        return complain (line, '%s must begin with a comment whose first line is "### Title (10 points)"', solution)
    end
    local code = read_file ((os.getenv 'WEAVE_STUBS' or 'exercises') .. '/' .. ref .. '.c')
    if not code then
        return complain (line, '%s gives no stub: solutions/stub.awk makes it', solution)
    end
    code = code:gsub ('^%s*/%*.-%*/%s*', ''):gsub ('%s+$', '')
    return { title = title, points = points, statement = pandoc.read (rest, 'markdown').blocks, stub = code }
end

local function exercise (block)
    local line, ref = line_of_block (block), block.attributes.ref
    local chapter, count = (ref or ''):match '^(%w+)%-(%d+)%-[%w-]+$'
    if not chapter then
        return complain (line, 'an exercise is named like its file: ```{.exercise ref="%s-1-name"}', number)
    elseif chapter ~= number then
        return complain (line, 'exercise %s belongs to chapter %s, this is chapter %s', ref, chapter, number)
    end
    record ('exercise', slug, ref, line)
    local it = read_exercise (ref, line)
    if not it then return end
    local label = ('Exercise %s.%s'):format (chapter:gsub ('^0', ''), count)
    local blocks = pandoc.List ()
    local title = pandoc.read (it.title, 'markdown').blocks[1].content
    local how = pandoc.Para {
        pandoc.Str 'Write it in', pandoc.Space (), pandoc.Code ('exercises/' .. ref .. '.c'), pandoc.Str ', then run', pandoc.Space (),
        pandoc.Code (('make grade EX=%s-%s'):format (chapter, count)), pandoc.Str '.',
    }
    local heading = pandoc.List { pandoc.Str (label .. ': ') } .. title
    if PAGE then
        blocks:insert (pandoc.RawBlock ('html', '<section class="exercise">'))
        heading = heading .. { pandoc.RawInline ('html', (' <span class="points">%s points</span>'):format (it.points)) }
    else
        heading = heading .. { pandoc.Str ((' (%s points)'):format (it.points)) }
    end
    blocks:insert (pandoc.Header (3, heading, pandoc.Attr (('exercise-%s-%s'):format (chapter, count))))
    blocks:extend (it.statement)
    blocks:insert (pandoc.CodeBlock (it.stub, pandoc.Attr ('', { 'c' })))
    blocks:insert (how)
    if PAGE then blocks:insert (pandoc.RawBlock ('html', '</section>')) end
    return blocks
end

-- ## Cells

local cell_ids, cell_count, cell_texts = {}, 0, {}
local ran                                                   -- id -> outputs, once it has been read

local function unique_id (id, line)
    if not id:match '^[%w_-]+$' or #id > 64 then
        complain (line, 'the cell id "%s" must be at most 64 letters, digits, - and _', id)
    elseif cell_ids[id] then
        complain (line, 'the cell id "%s" is taken by line %d: choose another', id, cell_ids[id])
    end
    cell_ids[id] = line
    return id
end

-- Writes a picture beside the page and returns its address.
local function save_picture (name, bytes)
    local site = os.getenv 'WEAVE_SITE' or 'book/_site'
    local file = assert (io.open (('%s/%s/%s'):format (site, slug, name), 'wb'))
    file:write (bytes)
    file:close ()
    return slug .. '/' .. name
end

local function outputs_of (id, line)
    local from = os.getenv 'WEAVE_RAN'
    if not from then return '' end
    if not ran then
        local why
        ran, why = outputs.read (from)
        if not ran then
            complain (line, '%s', why)
            ran = {}
        end
    end
    if not ran[id] then
        complain (line, 'cell %s has not been run: %s is older than this chapter; `make book` runs it', id, from)
        return ''
    end
    local pictures = 0
    return outputs.html (ran[id], function (suffix, bytes)
        pictures = pictures + 1
        return save_picture (('%s-%d.%s'):format (id, pictures, suffix), bytes)
    end, 'What the cell above drew')
end

local function cell (block)
    local line = line_of_block (block)
    cell_count = cell_count + 1
    local id = unique_id (block.identifier ~= '' and block.identifier or ('%s-run-%d'):format (number, cell_count), line)
    local fails = block.classes:includes 'fails'
    record ('cell', slug, id, line)
    cell_texts[#cell_texts + 1] = ('%s %s\n%s\n'):format (id, fails and 'fails' or 'runs', block.text)
    local code = pandoc.CodeBlock (block.text, pandoc.Attr ('', { 'c' }))
    if not PAGE then
        local tags = fails and { { 'tags', '["raises-exception"]' } } or {}
        return { pandoc.Div ({ code }, pandoc.Attr (id, { 'cell', 'code' }, tags)) }
    end
    local blocks = pandoc.List { code }
    local html = outputs_of (id, line)
    if html ~= '' then
        blocks:insert (pandoc.RawBlock ('html', '<div class="output">' .. html .. '</div>'))
    end
    return { pandoc.Div (blocks, pandoc.Attr ('cell-' .. id, { 'cell' })) }    -- a heading may have the id itself
end

-- ## Facts, pictures, links

local runs = {}                                             -- chapter number -> key -> value

local function read_run (from, line)
    if runs[from] then return runs[from] end
    local where = from == number and folder or folder_of_chapter (from)
    if not where then
        complain (line, 'there is no chapter %s: correct from="…"', from)
        where = '?'
    end
    local run = { path = where .. '/run.tsv' }
    for _, row in ipairs (read_table (run.path)) do
        local key, value = row[1], row[2]
        if key ~= '' and not key:match '^#' then
            if run[key] then complain (line, '%s has two values for %s: keep one', run.path, key) end
            run[key] = { value = value or '', note = row[3] }
        end
    end
    runs[from] = run
    return run
end

local function fact (code)
    if #code.classes == 0 then return nil end
    local line = line_of_text ('`' .. code.text .. '`{')
    if not code.classes:includes 'fact' then
        return complain (line, '`%s` has the unknown class .%s: only .fact has a meaning', code.text, code.classes[1])
    end
    local run = read_run (code.attributes.from or number, line)
    local known = code.text ~= 'path' and run[code.text]
    if not known or known.value == '' then
        return complain (line, 'no fact "%s" in %s: record it there as key, tab, value, or correct the name',
                         code.text, run.path)
    end
    if not PAGE then return pandoc.Str (known.value) end
    local note = 'From the recorded run' .. (known.note and known.note ~= '' and ': ' .. known.note or '')
    return pandoc.Span ({ pandoc.Str (known.value) }, pandoc.Attr ('', { 'fact' }, { { 'title', note } }))
end

local function image (img)
    local line = line_of_text (img.src)
    if img.src:match '^%a+:' then
        return complain (line, 'pages load nothing from the network: save %s beside the chapter', img.src)
    end
    local bytes = read_file (folder .. '/' .. img.src)
    if not bytes then
        return complain (line, 'there is no picture %s/%s', folder, img.src)
    end
    if NOTEBOOK then                                        -- as raw text, or pandoc would put the bytes inside
        local words = pandoc.utils.stringify (img.caption):gsub ('[%[%]]', '')
        return pandoc.RawInline ('markdown', ('![%s](../%s/%s)'):format (words, folder, img.src))
    end
    if PAGE then img.src = save_picture (img.src:gsub ('/', '-'), bytes) end
    return img
end

local function link (a)
    local wanted, place = a.target:match '^%.%./([^/]+)/chapter%.md(#?.*)$'
    if wanted then
        if not exists ('chapters/' .. wanted .. '/chapter.md') then
            complain (line_of_text (a.target), 'there is no chapter %s to link to', wanted)
        end
        a.target = wanted .. (NOTEBOOK and '.ipynb' or '.html') .. place
        return a
    elseif not a.target:match '^%a+:' and not a.target:match '^#' then
        return complain (line_of_text (a.target),
            'the link %s leads nowhere: link to ../NN-name/chapter.md, to #a-place, or to a web address', a.target)
    end
end

-- ## The whole chapter

local KNOWN_CLASSES = { run = true, exercise = true, fails = true, numberLines = true }

-- What a code block stands for: the blocks that replace it.
local function code_block (block)
    for k, class in ipairs (block.classes) do
        if k > 1 and not KNOWN_CLASSES[class] then
            complain (line_of_block (block), 'a block knows no class .%s: it knows .run, .fails and .exercise', class)
            return {}
        end
    end
    if block.attributes.quote then return quote (block) or {} end
    if block.classes:includes 'exercise' then return exercise (block) or {} end
    local keys = {}
    for key in pairs (attributes_of (block)) do keys[#keys + 1] = key .. '="…"' end
    if #keys > 0 then
        table.sort (keys)
        complain (line_of_block (block), 'this block has %s but no quote="lib/…": correct it', table.concat (keys, ', '))
        return {}
    end
    if block.classes:includes 'run' then return cell (block) end
    line_of_block (block)
    return { block }
end

-- Quotes, cells and exercises stand at the left margin: inside a list or another block they are faults.
local function complain_of_nested (block)
    pandoc.walk_block (block, {
        CodeBlock = function (inner)
            local line = line_of_block (inner)
            if inner.attributes.quote or inner.classes:includes 'run' or inner.classes:includes 'exercise' then
                complain (line, 'a quote, a cell or an exercise stands at the left margin, not inside another block')
            end
        end,
    })
end

-- Gathers blocks; for a notebook, prose becomes cells with ids of their own, cut at headings.
local function new_gatherer ()
    local self = { blocks = pandoc.List (), prose = pandoc.List (), count = 0 }
    function self.flush ()
        if #self.prose == 0 then return end
        self.count = self.count + 1
        local id = unique_id (('%s-text-%d'):format (number, self.count), 1)
        self.blocks:insert (pandoc.Div (self.prose, pandoc.Attr (id, { 'cell', 'markdown' })))
        self.prose = pandoc.List ()
    end
    function self.add (list, is_cell)
        if not NOTEBOOK then return self.blocks:extend (list) end
        if is_cell or #self.prose > 1 and list[1].t == 'Header' then self.flush () end
        if is_cell then self.blocks:extend (list) else self.prose:extend (list) end
    end
    return self
end

local function without_breaks (text)
    return (text:gsub ('[\t\n]+', ' '))
end

-- The page's title, neighbours and list of chapters, for the template.
local function set_navigation (meta)
    local contents = read_table (os.getenv 'WEAVE_CONTENTS')
    local chapters = {}
    for k, row in ipairs (contents) do
        local here = row[1] == slug
        chapters[k] = { slug = row[1], number = row[2], title = row[3], here = here,
                        appendix = row[2]:match '^%u' ~= nil }
        local function to (other)
            return other and { slug = other[1], number = other[2], title = other[3] }
        end
        if here then meta.previous, meta.next = to (contents[k - 1]), to (contents[k + 1]) end
    end
    meta.chapters = chapters
    meta.number = number:gsub ('^0', '')
    meta.part = number:match '^%d' and 'Chapter' or 'Appendix'
end

-- For the search: address, chapter, heading and words of every section.
local function write_search_index (doc, name)
    local title = pandoc.utils.stringify (doc.meta.title)
    local file = assert (io.open (name, 'w'))
    local place, heading, words = '', '', {}
    local function flush ()
        file:write ('[', json.string (slug .. '.html' .. place), ',', json.string (title), ',', json.string (heading), ',',
                    json.string (without_breaks (table.concat (words, ' '))), '],\n')
        words = {}
    end
    for _, block in ipairs (doc.blocks) do
        if block.t == 'Header' then
            flush ()
            place, heading = '#' .. block.identifier, pandoc.utils.stringify (block)
        elseif block.t == 'CodeBlock' then
            for name_in_code in block.text:gmatch 'nn_[%w_]+' do words[#words + 1] = name_in_code end
        elseif block.t ~= 'RawBlock' then
            words[#words + 1] = pandoc.utils.stringify (block)
        end
    end
    flush ()
    file:close ()
end

local function write_lines (name, list)
    local file = assert (io.open (name, 'w'))
    for _, line in ipairs (list) do file:write (line, '\n') end
    file:close ()
end

-- What the head of a chapter says: title and goal must be there, an appendix may say with which chapter it comes.
local function read_head (meta)
    local title = pandoc.utils.stringify (meta.title or '')
    local goal = pandoc.utils.stringify (meta.goal or '')
    if title == '' then complain (1, 'the head names no title: begin the file with ---, title: …, goal: …, ---') end
    if goal == '' then complain (1, 'the head names no goal: add the line "goal: what the reader can do afterwards"') end
    local first, second = folder_of_chapter (number)
    if second then complain (1, 'two chapters have the number %s: %s and %s; rename one', number, first, second) end
    if meta.with then
        brought_with = pandoc.utils.stringify (meta.with):gsub ('^%d$', '0%0')
        if number:match '^%d' then
            complain (1, 'only an appendix says "with:"; a chapter brings its code itself')
        elseif not folder_of_chapter (brought_with) then
            complain (1, 'with: %s names no chapter', brought_with)
        end
    end
    record ('title', slug, (number:gsub ('^0', '')), without_breaks (title), without_breaks (goal))
    return title
end

function Pandoc (doc)
    local title = read_head (doc.meta)
    if os.getenv 'WEAVE_HEAD' then                          -- only title and goal are asked for, faults or not
        write_lines (os.getenv 'WEAVE_HEAD', ledger)
        return pandoc.Pandoc {}
    end
    doc = doc:walk { Code = fact, Image = image, Link = link }
    local gatherer = new_gatherer ()
    if NOTEBOOK then
        local heading = pandoc.List { pandoc.Str (number:gsub ('^0', '') .. '. ') } .. (doc.meta.title or { title })
        gatherer.add { pandoc.Header (1, heading) }
    end
    for _, block in ipairs (doc.blocks) do
        if block.t == 'CodeBlock' then
            local list = code_block (block)
            if #list > 0 then gatherer.add (list, block.classes:includes 'run') end
        else
            if block.t == 'Header' and block.level == 1 then
                complain (line_of_text ('# ' .. pandoc.utils.stringify (block)),
                          'the title is the only heading of level 1: begin sections with ##')
            end
            complain_of_nested (block)
            gatherer.add { block }
        end
    end
    gatherer.flush ()
    stop_if_at_fault ()
    doc.blocks = gatherer.blocks
    if os.getenv 'WEAVE_LEDGER' then write_lines (os.getenv 'WEAVE_LEDGER', ledger) end
    if os.getenv 'WEAVE_CELLS' then write_lines (os.getenv 'WEAVE_CELLS', cell_texts) end
    if os.getenv 'WEAVE_SEARCH' then write_search_index (doc, os.getenv 'WEAVE_SEARCH') end
    if NOTEBOOK then
        doc.meta = { jupyter = KERNEL }
    elseif PAGE then
        set_navigation (doc.meta)
    end
    return doc
end
