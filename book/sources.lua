-- sources.lua - the library as a list of named pieces
--
-- A C file is a list of items: paragraphs that begin at column 0 after a blank line, each with the comment above it.
-- universal-ctags says what an item defines and where its functions end. A header whose paragraphs begin with
-- `/* --- Title ---` is a list of sections instead. A chapter quotes items by name and sections by title.
--
-- Nothing here prints or stops: a request that cannot be met returns nil and a sentence that says what to do.

local sources = {}
local cache = {}

local function is_blank (line)
    return line:match '^%s*$' ~= nil
end

-- Does a block comment that is open (or not) at the start of this line stay open after it?
local function comment_open_after (line, open)
    local at = 1
    while true do
        if open then
            local close = line:find ('*/', at, true)
            if not close then return true end
            open, at = false, close + 2
        else
            local from, _, token = line:find ('([/"\'][/*]?)', at)
            if not from or token == '//' then return false end
            if token == '/*' then
                open, at = true, from + 2
            elseif token:sub (1, 1) == '/' then
                at = from + 1
            else                                            -- a string or a character: to its closing quote
                local quote = token:sub (1, 1)
                at = from + 1
                while at <= #line and line:sub (at, at) ~= quote do
                    at = at + (line:sub (at, at) == '\\' and 2 or 1)
                end
                at = at + 1
            end
        end
    end
end

-- Of two items that know a name, the one that defines it is meant, not the one that announces it.
local RANK = { prototype = 1, externvar = 1, enumerator = 1, typedef = 2 }

-- What ctags found in a file: a list of { name, kind, line, last }. The make rules keep its
-- answers for lib/ in a folder.
local function read_tags (path)
    local folder, name = os.getenv 'WEAVE_TAGS', path:match '^lib/([^/]*)$'
    local file = folder and name and io.open (folder .. '/' .. name .. '.tags')
        or io.popen ('ctags -f - --output-format=u-ctags --fields=neK --kinds-c=defgpstuvx --excmd=number ' .. path)
    local tags = {}
    for line in file:lines () do
        local name, kind, at = line:match '^(%S+)\t[^\t]*\t[^\t]*\t(%a+)\tline:(%d+)'
        if name and not name:match '^__anon' then
            tags[#tags + 1] = { name = name, kind = kind, line = tonumber (at),
                                last = tonumber (line:match '\tend:(%d+)') or tonumber (at) }
        end
    end
    file:close ()
    return tags
end

local function read_lines (path)
    local file = io.open (path)
    if not file then return nil end
    local lines = {}
    for line in file:lines () do lines[#lines + 1] = line end
    file:close ()
    return lines
end

-- Cuts lines into stretches { first, last }: one begins wherever begins_here (n) holds. Blank lines between
-- stretches belong to none.
local function cut (lines, begins_here)
    local list = {}
    for n = 1, #lines do
        if begins_here (n) then list[#list + 1] = { first = n, last = n } end
        if #list > 0 and not is_blank (lines[n]) then list[#list].last = n end
    end
    return list
end

-- Puts a stretch that names nothing (a comment between two functions, an #endif) with its neighbour.
local function join_nameless (stretches, lines)
    local items, waiting = {}, nil
    for _, it in ipairs (stretches) do
        if next (it.names) or it.top then
            if waiting then it.first, waiting = waiting.first, nil end
            items[#items + 1] = it
        elseif #items > 0 and lines[it.first]:match '^#%s*e' then   -- #endif, #else, #elif
            items[#items].last = it.last
        else
            waiting = waiting or it
        end
    end
    if waiting then items[#items].last = stretches[#stretches].last end
    return items
end

local function cut_into_items (file)
    local lines, inside, open = file.lines, {}, false
    for _, tag in ipairs (file.tags) do
        for n = tag.line + 1, tag.last do inside[n] = true end
    end
    for n, line in ipairs (lines) do
        inside[n] = inside[n] or open
        open = comment_open_after (line, open)
    end
    local stretches = cut (lines, function (n)
        return lines[n]:match '^%S' and not inside[n] and (n == 1 or is_blank (lines[n - 1]))
    end)
    local in_head = true
    for k, it in ipairs (stretches) do
        it.names = {}
        for _, tag in ipairs (file.tags) do
            if tag.line >= it.first and tag.line <= it.last then
                local rank = RANK[tag.kind] or 3
                local known = it.names[tag.name]
                if not known or known.rank < rank then it.names[tag.name] = { rank = rank, kind = tag.kind } end
            end
        end
        in_head = in_head and (k == 1 or not next (it.names))
        it.top = in_head
    end
    -- the paragraphs of the head are one item called top
    while stretches[2] and stretches[2].top do
        stretches[1].last = stretches[2].last
        table.remove (stretches, 2)
    end
    file.items = join_nameless (stretches, lines)
end

-- A header with `/* --- Title ---` comments: its sections, and `top`, which is what stands before the first of them
-- and the #endif at the end.
local function cut_into_sections (file)
    local lines = file.lines
    local list = cut (lines, function (n)
        return n == 1 or lines[n]:match '^/%* %-%-%- '
    end)
    for k, it in ipairs (list) do
        it.title = k > 1 and lines[it.first]:match '^/%* %-%-%- +(.-) *%-*%s*%*?/?%s*$' or 'top'
    end
    if #list > 1 then                                       -- the include guard's end goes with its beginning
        local last = list[#list]
        local from = last.last
        while lines[from]:match '^#%s*endif' or is_blank (lines[from]) do from = from - 1 end
        if from < last.last then
            list[1].tail = { first = from + 1, last = last.last }
            last.last = from
        end
    end
    file.sections = list
end

-- The file at path, cut up; nil and why if it cannot be read.
function sources.open (path)
    if cache[path] then return cache[path] end
    local file = { path = path, lines = read_lines (path) }
    if not file.lines then
        return nil, ('there is no file %s: correct quote="…", or write the file'):format (path)
    end
    file.tags = read_tags (path)
    for _, line in ipairs (file.lines) do
        if line:match '^/%* %-%-%- ' and path:match '%.h$' then file.has_sections = true end
    end
    cut_into_items (file)
    if file.has_sections then cut_into_sections (file) end
    cache[path] = file
    return file
end

-- The item that a name means. `kind:name` and `name#k` choose where a name alone is not enough.
function sources.item (file, wanted)
    if wanted == 'top' then return file.items[1] end
    local kind, name, number = wanted:match '^(%a-):?([%w_]+)#?(%d*)$'
    if not name then return nil, ('"%s" is not a name of C'):format (wanted) end
    local best, found, all = 0, {}, {}
    for _, it in ipairs (file.items) do
        local known = it.names[name]
        if known then
            all[#all + 1] = ('%s:%s (line %d)'):format (known.kind, name, it.first)
            if kind == '' and known.rank > best then best, found = known.rank, {} end
            if kind == '' and known.rank == best or known.kind == kind then found[#found + 1] = it end
        end
    end
    if number ~= '' then found = { found[tonumber (number)] } end
    if #found == 1 then return found[1] end
    if #all == 0 then
        return nil, ('%s has no %s: %s'):format (file.path, name, sources.what_it_has (file))
    end
    return nil, ('%s in %s could be %s: write of="kind:%s", or of="%s#2" for the second')
        :format (wanted, file.path, table.concat (all, ' or '), name, name)
end

-- "it has top, a, b, c": for messages.
function sources.what_it_has (file)
    local names = {}
    for _, it in ipairs (file.items) do
        local best, name = 0, nil                           -- the first name of the highest rank
        for other, known in pairs (it.names) do
            if known.rank > best or known.rank == best and other < name then best, name = known.rank, other end
        end
        names[#names + 1] = it.top and 'top' or best == 1 and it.names[name].kind ~= 'enumerator'
            and it.names[name].kind .. ':' .. name or name
    end
    return 'it has ' .. table.concat (names, ', ')
end

-- The section of a header that a title, or the unique beginning of one, means.
function sources.section (file, wanted)
    if not file.sections then
        return nil, ('%s has no sections (comments that begin with /* --- Title ---): quote it with of="…"')
            :format (file.path)
    end
    local found, titles = {}, {}
    for _, it in ipairs (file.sections) do
        titles[#titles + 1] = '"' .. it.title .. '"'
        if it.title == wanted then return it end
        if it.title:sub (1, #wanted) == wanted then found[#found + 1] = it end
    end
    if #found == 1 then return found[1] end
    return nil, ('%s has %s section "%s": it has %s'):format (
        file.path, #found == 0 and 'no' or 'more than one', wanted, table.concat (titles, ', '))
end

-- The one line of a table that holds the word `row`.
function sources.row (file, item, row)
    local found = {}
    for n = item.first, item.last do
        if (' ' .. file.lines[n] .. ' '):match ('[^%w_]' .. row .. '[^%w_]') then found[#found + 1] = n end
    end
    local line = #found == 1 and file.lines[found[1]] or ''
    if select (2, line:gsub ('{', '')) ~= select (2, line:gsub ('}', '')) then
        return nil, ('%s:%d: the row %s shares its line with a brace of the table: end the last row with a comma, ' ..
            'then clang-format gives each a line of its own'):format (file.path, found[1], row)
    end
    if #found == 1 then return { first = found[1], last = found[1] } end
    return nil, ('%s:%d: %s lines of this table hold "%s": a row is one line with a name of its own')
        :format (file.path, item.first, #found == 0 and 'no' or 'several', row)
end

-- The step of an item that its comment `// -- …` (or the beginning of it) names: it runs to the next step of the same
-- depth, or to the end of its block.
function sources.step (file, item, wanted)
    local found, steps = {}, {}
    for n = item.first, item.last do
        local indent, comment = file.lines[n]:match '^(%s*)// %-%- (.*)$'
        if comment then
            steps[#steps + 1] = '"' .. comment .. '"'
            if comment:sub (1, #wanted) == wanted then found[#found + 1] = { first = n, indent = #indent } end
        end
    end
    if #found ~= 1 then
        return nil, ('%s:%d: %s step "%s": its steps are %s'):format (file.path, item.first,
            #found == 0 and 'there is no' or 'more than one comment begins with the', wanted,
            #steps > 0 and table.concat (steps, ', ') or 'not marked by any comment // -- …')
    end
    local step = found[1]
    step.last = step.first
    for n = step.first + 1, item.last do
        local indent, text = file.lines[n]:match '^(%s*)(.*)$'
        if text ~= '' and text:sub (1, 1) ~= '#' then
            if #indent < step.indent or #indent == step.indent and text:match '^// %-%- ' then break end
        end
        if text ~= '' then step.last = n end
    end
    return step
end

-- The text of a stretch, without the lines of `left_out`, moved left to column 0.
function sources.text (file, stretch, left_out)
    local kept, indent = {}, nil
    for n = stretch.first, stretch.last do
        if not (left_out and left_out[n]) then
            local line = file.lines[n]
            kept[#kept + 1] = line
            if not is_blank (line) and line:sub (1, 1) ~= '#' then
                indent = math.min (indent or #line, #line:match '^ *')
            end
        end
    end
    for k, line in ipairs (kept) do
        if line:sub (1, 1) ~= '#' then kept[k] = line:sub ((indent or 0) + 1) end
    end
    return table.concat (kept, '\n')
end

return sources
