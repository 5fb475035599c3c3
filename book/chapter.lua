-- chapter.lua - the chapter that is being woven: where it stands, its lines, its faults, its ledger
--
-- What all parts of the weaver share. Faults are collected, so that an author sees all of them at once.

local chapter = {}

chapter.NOTEBOOK, chapter.PAGE = FORMAT == 'ipynb', FORMAT:match '^html' ~= nil

local path = PANDOC_STATE.input_files[1]
local folder, slug = path:match '^(.*/([^/]+))/chapter%.md$'
local number = (slug or ''):match '^(%w+)%-'
if not number then
    io.stderr:write (path, ': a chapter is chapters/NN-name/chapter.md, an appendix chapters/A-name/chapter.md\n')
    os.exit (1)
end

chapter.path, chapter.folder, chapter.slug, chapter.number = path, folder, slug, number
chapter.brought_with = number                               -- an appendix says otherwise: `with: 04`

-- ## Faults

local faults = {}

function chapter.complain (line, message, ...)
    faults[#faults + 1] = { line = line or 1, text = message:format (...) }
end

function chapter.count_faults ()
    return #faults
end

function chapter.stop_if_at_fault ()
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
        chapter.complain (open.line, 'this block never ends: close it with %s', mark)
    end
    return fences
end

local fences, next_fence = find_fences (), 1

local function without_indent (text)
    return (('\n' .. text):gsub ('\n[ \t]+', '\n'))
end

-- The line at which a code block begins. Blocks must be asked for in their order.
function chapter.line_of_block (block)
    for k = next_fence, #fences do
        if without_indent (fences[k].text) == without_indent (block.text) then
            next_fence = k + 1
            return fences[k].line
        end
    end
    return 1
end

function chapter.line_of_text (wanted)
    for n, line in ipairs (text_of_chapter) do
        if line:find (wanted, 1, true) then return n end
    end
    return 1
end

-- ## The ledger: tab-separated records

chapter.ledger = {}

function chapter.record (...)
    chapter.ledger[#chapter.ledger + 1] = table.concat ({ ... }, '\t')
end

-- ## Files

function chapter.read_table (name)                          -- a tab-separated file as a list of lists
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

function chapter.exists (name)
    local file = io.open (name)
    return file ~= nil and file:close ()
end

-- chapters/04-pool for "04"; and a second one, which should not be there.
function chapter.folder_of_chapter (wanted)
    local list = io.popen ('ls -d chapters/' .. wanted .. '-*/chapter.md 2>/dev/null')
    local found, second = list:read '*l', list:read '*l'
    list:close ()
    return found and found:gsub ('/chapter.md$', ''), second and second:gsub ('/chapter.md$', '')
end

function chapter.read_file (name)
    local file = io.open (name, 'rb')
    if not file then return nil end
    local text = file:read '*a'
    file:close ()
    return text
end

function chapter.write_lines (name, list)
    local file = assert (io.open (name, 'w'))
    for _, line in ipairs (list) do file:write (line, '\n') end
    file:close ()
end

function chapter.without_breaks (text)
    return (text:gsub ('[\t\n]+', ' '))
end

return chapter
