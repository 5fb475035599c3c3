-- exercises.lua - an exercise as it is printed: statement from the solution, stub, how to hand it in

local chapter = require 'chapter'
local complain, read_file = chapter.complain, chapter.read_file

local exercises = {}

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
    return (table.concat (lines, '\n'):gsub ('^%s+', ''))
end

-- "1. " at the beginning of a line is a list for some readers of Markdown, even within a paragraph: such a line is joined.
local function join_numbers (inlines)
    for i, it in ipairs (inlines) do
        local after = inlines[i + 1]
        if it.t == 'SoftBreak' and after and after.t == 'Str' and after.text:match '^%d+%.$' then inlines[i] = pandoc.Space () end
    end
    return inlines
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
    return { title = title, points = points, statement = pandoc.read (rest, 'markdown').blocks:walk { Inlines = join_numbers }, stub = code }
end

-- "ex_forward, ex_backward": the functions that a stub defines for the grader; nil if they have other names.
local function functions_of (stub)
    local names = {}
    for line in stub:gmatch '[^\n]+' do names[#names + 1] = line:match '^%a[%w_ ]*[ *](ex_[%w_]+) %(' end
    return names[1] and table.concat (names, ', ')
end

-- The blocks that stand for an exercise, or nil after a complaint.
function exercises.weave (block)
    local line, ref = chapter.line_of_block (block), block.attributes.ref
    local number, count = (ref or ''):match '^(%w+)%-(%d+)%-[%w-]+$'
    if not number then
        return complain (line, 'an exercise is named like its file: ```{.exercise ref="%s-1-name"}', chapter.number)
    elseif number ~= chapter.number then
        return complain (line, 'exercise %s belongs to chapter %s, this is chapter %s', ref, number, chapter.number)
    end
    chapter.record ('exercise', chapter.slug, ref, line)
    local it = read_exercise (ref, line)
    if not it then return end
    local label = ('Exercise %s.%s'):format (number:gsub ('^0', ''), count)
    local blocks = pandoc.List ()
    local title = pandoc.read (it.title, 'markdown').blocks[1].content
    local how = pandoc.Para {
        pandoc.Str 'Write it in', pandoc.Space (), pandoc.Code ('exercises/' .. ref .. '.c'), pandoc.Str ', then run', pandoc.Space (),
        pandoc.Code (('make grade EX=%s-%s'):format (number, count)), pandoc.Str '.', pandoc.Space (),
    }
    local functions = functions_of (it.stub)
    if functions then
        how.content:extend (pandoc.read (('Or run `%%next %s-%s` in a cell of the notebook: it begins the exercise in a cell below, with `grade ("%s-%s", %s);` behind it.')
            :format (number, count, number, count, functions), 'markdown').blocks[1].content)
    end
    local heading = pandoc.List { pandoc.Str (label .. ': ') } .. title
    if chapter.PAGE then
        blocks:insert (pandoc.RawBlock ('html', '<section class="exercise">'))
        heading = heading .. { pandoc.RawInline ('html', (' <span class="points">%s points</span>'):format (it.points)) }
    else
        heading = heading .. { pandoc.Str ((' (%s points)'):format (it.points)) }
    end
    blocks:insert (pandoc.Header (3, heading, pandoc.Attr (('exercise-%s-%s'):format (number, count))))
    blocks:extend (it.statement)
    blocks:insert (pandoc.CodeBlock (it.stub, pandoc.Attr ('', { 'c' })))
    blocks:insert (how)
    if chapter.PAGE then blocks:insert (pandoc.RawBlock ('html', '</section>')) end
    return blocks
end

return exercises
