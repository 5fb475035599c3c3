-- json.lua - reads JSON (executed notebooks) and writes strings of it (the search index)

local json = {}

local ESCAPES = { b = '\b', f = '\f', n = '\n', r = '\r', t = '\t', ['"'] = '"', ['\\'] = '\\', ['/'] = '/' }

local function fail (text, at, what)
    local _, lines = text:sub (1, at):gsub ('\n', '')
    error (('line %d: this is not JSON: %s'):format (lines + 1, what), 0)
end

local function read_string (text, at)
    local parts, from = {}, at + 1
    while true do
        local stop = text:find ('["\\]', from)
        if not stop then fail (text, at, 'a string without an end') end
        parts[#parts + 1] = text:sub (from, stop - 1)
        if text:sub (stop, stop) == '"' then return table.concat (parts), stop + 1 end
        local escape = text:sub (stop + 1, stop + 1)
        if escape == 'u' then
            local code = tonumber (text:sub (stop + 2, stop + 5), 16) or fail (text, stop, 'a bad \\u')
            from = stop + 6
            if code >= 0xD800 and code < 0xDC00 then        -- the first half of a pair
                local low = tonumber (text:match ('^\\u(%x%x%x%x)', from) or '', 16)
                if low then
                    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
                    from = from + 6
                end
            end
            parts[#parts + 1] = utf8.char (code)
        else
            parts[#parts + 1] = ESCAPES[escape] or fail (text, stop, 'a bad escape')
            from = stop + 2
        end
    end
end

local read_value

-- Reads the members of an object or an array, each by `read_member (at)`, up to the closing bracket.
local function read_members (text, at, closing, read_member)
    at = text:match ('^%s*()', at + 1)
    if text:sub (at, at) == closing then return at + 1 end
    while true do
        at = text:match ('^%s*()', read_member (at))
        local mark = text:sub (at, at)
        if mark == closing then return at + 1 end
        if mark ~= ',' then fail (text, at, 'expected , or ' .. closing) end
        at = text:match ('^%s*()', at + 1)
    end
end

function read_value (text, at)
    at = text:match ('^%s*()', at)
    local mark = text:sub (at, at)
    if mark == '"' then return read_string (text, at) end
    local value = {}
    if mark == '{' then
        at = read_members (text, at, '}', function (here)
            if text:sub (here, here) ~= '"' then fail (text, here, 'expected a name') end
            local key, after = read_string (text, here)
            after = text:match ('^%s*:()', after) or fail (text, after, 'expected :')
            value[key], after = read_value (text, after)
            return after
        end)
        return value, at
    elseif mark == '[' then
        at = read_members (text, at, ']', function (here)
            local member, after = read_value (text, here)
            value[#value + 1] = member
            return after
        end)
        return value, at
    end
    local word, after = text:match ('^([%w+.-]+)()', at)
    if word == 'true' or word == 'false' then return word == 'true', after end
    if word == 'null' then return nil, after end
    return tonumber (word) or fail (text, at, 'expected a value'), after
end

-- The value that a JSON text stands for (null becomes nil). A fault is an error with the line.
function json.read (text)
    return (read_value (text, 1))
end

-- A string as JSON that may also stand inside <script>.
function json.string (text)
    return '"' .. text:gsub ('[%c"\\<\127]', function (c) return ('\\u%04x'):format (c:byte ()) end) .. '"'
end

return json
