-- inlines.lua - what stands inside a sentence: numbers of the recorded run, pictures, links

local chapter = require 'chapter'
local cells = require 'cells'
local complain, line_of_text = chapter.complain, chapter.line_of_text

local inlines = {}

local runs = {}                                             -- chapter number -> key -> value

local function read_run (from, line)
    if runs[from] then return runs[from] end
    local where = from == chapter.number and chapter.folder or chapter.folder_of_chapter (from)
    if not where and from:match '^%a+$' and chapter.exists ('chapters/' .. from .. '/run.tsv') then
        where = 'chapters/' .. from                         -- runs of several chapters: chapters/ladder
    end
    if not where then
        complain (line, 'there is no chapter %s: correct from="…"', from)
        where = '?'
    end
    local run = { path = where .. '/run.tsv' }
    for _, row in ipairs (chapter.read_table (run.path)) do
        local key, value = row[1], row[2]
        if key ~= '' and not key:match '^#' then
            if run[key] then complain (line, '%s has two values for %s: keep one', run.path, key) end
            run[key] = { value = value or '', note = row[3] }
        end
    end
    runs[from] = run
    return run
end

function inlines.Code (code)
    if #code.classes == 0 then return nil end
    local line = line_of_text ('`' .. code.text .. '`{')
    if not code.classes:includes 'fact' then
        return complain (line, '`%s` has the unknown class .%s: only .fact has a meaning', code.text, code.classes[1])
    end
    local run = read_run (code.attributes.from or chapter.number, line)
    local known = code.text ~= 'path' and run[code.text]
    if not known or known.value == '' then
        return complain (line, 'no fact "%s" in %s: record it there as key, tab, value, or correct the name',
                         code.text, run.path)
    end
    if not chapter.PAGE then return pandoc.Str (known.value) end
    local note = 'From the recorded run' .. (known.note and known.note ~= '' and ': ' .. known.note or '')
    return pandoc.Span ({ pandoc.Str (known.value) }, pandoc.Attr ('', { 'fact' }, { { 'title', note } }))
end

function inlines.Image (img)
    local line = line_of_text (img.src)
    if img.src:match '^%a+:' then
        return complain (line, 'pages load nothing from the network: save %s beside the chapter', img.src)
    end
    local bytes = chapter.read_file (chapter.folder .. '/' .. img.src)
    if not bytes then
        return complain (line, 'there is no picture %s/%s', chapter.folder, img.src)
    end
    if chapter.NOTEBOOK then                                        -- as raw text, or pandoc would put the bytes inside
        local words = pandoc.utils.stringify (img.caption):gsub ('[%[%]]', '')
        return pandoc.RawInline ('markdown', ('![%s](../%s/%s)'):format (words, chapter.folder, img.src))
    end
    if chapter.PAGE then img.src = cells.save_picture (img.src:gsub ('/', '-'), bytes) end
    return img
end

function inlines.Link (a)
    local wanted, place = a.target:match '^%.%./([^/]+)/chapter%.md(#?.*)$'
    if wanted then
        if not chapter.exists ('chapters/' .. wanted .. '/chapter.md') then
            complain (line_of_text (a.target), 'there is no chapter %s to link to', wanted)
        end
        a.target = wanted .. (chapter.NOTEBOOK and '.ipynb' or '.html') .. place
        return a
    elseif not a.target:match '^%a+:' and not a.target:match '^#' then
        return complain (line_of_text (a.target),
            'the link %s leads nowhere: link to ../NN-name/chapter.md, to #a-place, or to a web address', a.target)
    end
end

return inlines
