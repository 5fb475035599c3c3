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
-- table rows are quoted on their own), WEAVE_STUBS (a folder of exercises to be written), WEAVE_CONTENTS (the list of
-- chapters), WEAVE_SITE (where pictures go), WEAVE_SEARCH (a file for the search index), WEAVE_CELLS (one for the cells).

PANDOC_VERSION:must_be_at_least '2.17'
package.path = PANDOC_SCRIPT_FILE:gsub ('[^/]*$', '') .. '?.lua;' .. package.path
local chapter = require 'chapter'
local quotes = require 'quotes'
local exercises = require 'exercises'
local cells = require 'cells'
local inlines = require 'inlines'
local page = require 'page'
local complain, line_of_block, line_of_text = chapter.complain, chapter.line_of_block, chapter.line_of_text
local number, write_lines = chapter.number, chapter.write_lines

local KERNEL = {
    nbformat = 4, nbformat_minor = 5,
    kernelspec = { name = 'nn-c', display_name = 'C (Layer by Layer)', language = 'c' },
    language_info = { name = 'c', file_extension = '.c', mimetype = 'text/x-csrc' },
}

local KNOWN_CLASSES = { run = true, exercise = true, fails = true, numberLines = true }

-- What a code block stands for: the blocks that replace it.
local function code_block (block)
    for k, class in ipairs (block.classes) do
        if k > 1 and not KNOWN_CLASSES[class] then
            complain (line_of_block (block), 'a block knows no class .%s: it knows .run, .fails and .exercise', class)
            return {}
        end
    end
    if block.attributes.quote then return quotes.weave (block) or {} end
    if block.classes:includes 'exercise' then return exercises.weave (block) or {} end
    local keys = {}
    for key in pairs (quotes.attributes_of (block)) do keys[#keys + 1] = key .. '="…"' end
    if #keys > 0 then
        table.sort (keys)
        complain (line_of_block (block), 'this block has %s but no quote="lib/…": correct it', table.concat (keys, ', '))
        return {}
    end
    if block.classes:includes 'run' then return cells.weave (block) end
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
        local id = cells.unique_id (('%s-text-%d'):format (number, self.count), 1)
        self.blocks:insert (pandoc.Div (self.prose, pandoc.Attr (id, { 'cell', 'markdown' })))
        self.prose = pandoc.List ()
    end
    function self.add (list, is_cell)
        if not chapter.NOTEBOOK then return self.blocks:extend (list) end
        if is_cell or #self.prose > 1 and list[1].t == 'Header' then self.flush () end
        if is_cell then self.blocks:extend (list) else self.prose:extend (list) end
    end
    return self
end

-- What the head of a chapter says: title and goal must be there, an appendix may say with which chapter it comes.
local function read_head (meta)
    local title = pandoc.utils.stringify (meta.title or '')
    local goal = pandoc.utils.stringify (meta.goal or '')
    if title == '' then complain (1, 'the head names no title: begin the file with ---, title: …, goal: …, ---') end
    if goal == '' then complain (1, 'the head names no goal: add the line "goal: what the reader can do afterwards"') end
    local first, second = chapter.folder_of_chapter (number)
    if second then complain (1, 'two chapters have the number %s: %s and %s; rename one', number, first, second) end
    if meta.with then
        chapter.brought_with = pandoc.utils.stringify (meta.with):gsub ('^%d$', '0%0')
        if number:match '^%d' then
            complain (1, 'only an appendix says "with:"; a chapter brings its code itself')
        elseif not chapter.folder_of_chapter (chapter.brought_with) then
            complain (1, 'with: %s names no chapter', chapter.brought_with)
        end
    end
    chapter.record ('title', chapter.slug, (number:gsub ('^0', '')), chapter.without_breaks (title), chapter.without_breaks (goal))
    return title
end

function Pandoc (doc)
    local title = read_head (doc.meta)
    if os.getenv 'WEAVE_HEAD' then                          -- only title and goal are asked for, faults or not
        write_lines (os.getenv 'WEAVE_HEAD', chapter.ledger)
        return pandoc.Pandoc {}
    end
    doc = doc:walk { Code = inlines.Code, Image = inlines.Image, Link = inlines.Link }
    local gatherer = new_gatherer ()
    if chapter.NOTEBOOK then
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
    chapter.stop_if_at_fault ()
    doc.blocks = gatherer.blocks
    if os.getenv 'WEAVE_LEDGER' then write_lines (os.getenv 'WEAVE_LEDGER', chapter.ledger) end
    if os.getenv 'WEAVE_CELLS' then write_lines (os.getenv 'WEAVE_CELLS', cells.texts) end
    if os.getenv 'WEAVE_SEARCH' then page.write_search_index (doc, os.getenv 'WEAVE_SEARCH') end
    if chapter.NOTEBOOK then
        doc.meta = { jupyter = KERNEL }
    elseif chapter.PAGE then
        page.set_navigation (doc.meta)
    end
    return doc
end
