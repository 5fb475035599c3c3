-- quotes.lua - a piece of the library, quoted by name, and the lines that the quote claims

local chapter = require 'chapter'
local sources = require 'sources'
local complain, line_of_block, read_table = chapter.complain, chapter.line_of_block, chapter.read_table

local quotes = {}

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
            chapter.record ('quote', chapter.slug, with, file.path, name, from, n - 1, line)
            from = nil
        end
    end
end

local QUOTE_KEYS = { quote = true, of = true, section = true, step = true, row = true, again = true, with = true }

-- Does a quote say what it must? Complains and returns false where it does not.
local function is_sound_quote (want, line)
    local before = chapter.count_faults ()
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
    return chapter.count_faults () == before
end

function quotes.attributes_of (block)                        -- as a plain table
    local list = {}
    for key, value in pairs (block.attributes) do list[key] = value end
    return list
end

-- The blocks that stand for a quote, or nil after a complaint.
function quotes.weave (block)
    local want, line = quotes.attributes_of (block), line_of_block (block)
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
            local with = want.with or chapter.brought_with
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
    if not chapter.PAGE then
        return { pandoc.Para { pandoc.Code (want.quote) }, code }
    end
    local caption = want.step and ' – a step of <code>' .. want.of .. '</code>' or ''
    return { pandoc.RawBlock ('html', '<figure class="quote"><figcaption><span class="file">' .. want.quote .. '</span>'
                 .. caption .. '</figcaption>'),
             code, pandoc.RawBlock ('html', '</figure>') }
end

return quotes
