-- cells.lua - a runnable cell: code of the notebook, and on the page the code with what it gave

local chapter = require 'chapter'
local outputs = require 'outputs'
local complain = chapter.complain

local cells = { texts = {} }

local cell_ids, cell_count = {}, 0
local ran                                                   -- id -> outputs, once it has been read

-- Returns the id; complains where another cell has it.
function cells.unique_id (id, line)
    if not id:match '^[%w_-]+$' or #id > 64 then
        complain (line, 'the cell id "%s" must be at most 64 letters, digits, - and _', id)
    elseif cell_ids[id] then
        complain (line, 'the cell id "%s" is taken by line %d: choose another', id, cell_ids[id])
    end
    cell_ids[id] = line
    return id
end

-- Writes a picture beside the page and returns its address.
function cells.save_picture (name, bytes)
    local site = os.getenv 'WEAVE_SITE' or 'book/_site'
    local file = assert (io.open (('%s/%s/%s'):format (site, chapter.slug, name), 'wb'))
    file:write (bytes)
    file:close ()
    return chapter.slug .. '/' .. name
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
        return cells.save_picture (('%s-%d.%s'):format (id, pictures, suffix), bytes)
    end, 'What the cell above drew')
end

-- The blocks that stand for a cell.
function cells.weave (block)
    local line = chapter.line_of_block (block)
    cell_count = cell_count + 1
    local id = cells.unique_id (block.identifier ~= '' and block.identifier or ('%s-run-%d'):format (chapter.number, cell_count), line)
    local fails = block.classes:includes 'fails'
    chapter.record ('cell', chapter.slug, id, line)
    cells.texts[#cells.texts + 1] = ('%s %s\n%s\n'):format (id, fails and 'fails' or 'runs', block.text)
    local code = pandoc.CodeBlock (block.text, pandoc.Attr ('', { 'c' }))
    if not chapter.PAGE then
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

return cells
