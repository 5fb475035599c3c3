-- outputs.lua - what the cells of an executed notebook gave: as HTML for a page, as text for a terminal

local json = require 'json'

local outputs = {}

local function joined (text)                                -- nbformat: a string, or a list of strings
    return type (text) == 'table' and table.concat (text) or text or ''
end

-- Text as a terminal would leave it: no colours, and of a line that was written over, the last state.
local function settled (text)
    text = text:gsub ('\27%[[%d;?]*%a', ''):gsub ('\r\n', '\n')
    return (text:gsub ('[^\n]+', function (line)
        return line:gsub ('\r+$', ''):match '[^\r]*$'
    end))
end

local function escaped (text)
    return (text:gsub ('[&<>"]', { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;', ['"'] = '&quot;' }))
end

-- Reads an executed notebook: a table from cell id to its list of outputs, and the cells in order; nil and why if
-- that cannot be done.
function outputs.read (path)
    local file = io.open (path)
    if not file then return nil, path .. ' is not there: `make book` runs the notebook first' end
    local text = file:read '*a'
    file:close ()
    local good, notebook = pcall (json.read, text)
    if not good then return nil, path .. ': ' .. notebook end
    local cells, order = {}, {}
    for _, cell in ipairs (notebook.cells or {}) do
        if cell.cell_type == 'code' and cell.id then
            cells[cell.id] = cell.outputs or {}
            local may_fail = false
            for _, tag in ipairs ((cell.metadata or {}).tags or {}) do
                may_fail = may_fail or tag == 'raises-exception'
            end
            order[#order + 1] = { id = cell.id, source = joined (cell.source), outputs = cells[cell.id],
                                  may_fail = may_fail }
        end
    end
    return cells, order
end

-- The first error among a cell's outputs, as a sentence.
function outputs.error_of (list)
    for _, output in ipairs (list) do
        if output.output_type == 'error' then
            local trace = settled (table.concat (output.traceback or {}, '\n')):gsub ('%s+$', '')
            local brief = ('%s: %s'):format (output.ename or 'error', output.evalue or '')
            return trace ~= '' and trace or brief
        end
    end
end

-- Streams that follow each other are one text.
local function merged (list)
    local out = {}
    for _, output in ipairs (list) do
        local last = out[#out]
        if output.output_type == 'stream' and last and last.output_type == 'stream' and last.name == output.name then
            last.text = last.text .. joined (output.text)
        elseif output.output_type == 'stream' then
            out[#out + 1] = { output_type = 'stream', name = output.name, text = joined (output.text) }
        else
            out[#out + 1] = output
        end
    end
    return out
end

local function pre (class, text)
    return ('<pre class="%s" tabindex="0">%s</pre>'):format (class, escaped ((settled (text):gsub ('\n+$', ''))))
end

-- A picture: SVG is written to a file beside the page by save (suffix, bytes), which returns its address; the binary
-- kinds stay inside the page as nbformat gives them, in base64.
local function picture (data, save, label)
    local img = '<img class="figure" src="%s" alt="%s" loading="lazy">'
    if data['image/svg+xml'] then
        return img:format (save ('svg', joined (data['image/svg+xml'])), escaped (label))
    end
    for _, mime in ipairs { 'image/png', 'image/jpeg' } do
        if data[mime] then
            return img:format ('data:' .. mime .. ';base64,' .. joined (data[mime]):gsub ('%s', ''), escaped (label))
        end
    end
end

-- The outputs of a cell as HTML. save is called for each SVG, label is the alternative text of pictures.
function outputs.html (list, save, label)
    local html = {}
    for _, output in ipairs (merged (list)) do
        local data = output.data or {}
        if output.output_type == 'stream' then
            html[#html + 1] = pre (output.name == 'stderr' and 'stderr' or 'stdout', output.text)
        elseif output.output_type == 'error' then
            html[#html + 1] = pre ('error', outputs.error_of { output })
        elseif data['text/html'] and not data['image/svg+xml'] and not data['image/png'] then
            html[#html + 1] = '<div class="rich">' .. joined (data['text/html']) .. '</div>'
        else
            html[#html + 1] = picture (data, save, label) or pre ('value', joined (data['text/plain']))
        end
    end
    return table.concat (html, '\n')
end

-- The outputs of a cell as text for a terminal.
function outputs.text (list)
    local text = {}
    for _, output in ipairs (merged (list)) do
        if output.output_type == 'stream' then
            text[#text + 1] = settled (output.text)
        elseif output.output_type == 'error' then
            text[#text + 1] = outputs.error_of { output } .. '\n'
        else
            local plain = joined ((output.data or {})['text/plain'])
            text[#text + 1] = (plain ~= '' and plain or '(a picture: `make jupyter` or `make book` shows it)') .. '\n'
        end
    end
    return table.concat (text)
end

return outputs
