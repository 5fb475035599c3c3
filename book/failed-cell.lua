-- failed-cell.lua - did a cell of an executed notebook fail, or not run at all? A pandoc filter that is run for its status:
--   RAN=build/book/04-x.ran.ipynb NOTEBOOK=notebooks/04-x.ipynb pandoc -f markdown -t plain -L book/failed-cell.lua -o /dev/null /dev/null
-- With SHOW=1 it prints every cell and its outputs as text instead.

package.path = PANDOC_SCRIPT_FILE:gsub ('[^/]*$', '') .. '?.lua;' .. package.path
local outputs = require 'outputs'

local function stop (...)
    io.stderr:write (...)
    os.exit (1)
end

local function indented (text, margin)
    return (text:gsub ('\n+$', ''):gsub ('[^\n]+', margin .. '%0'))
end

-- "chapter 04-x, cell 04-run-3, failed:" and the error; a cell may fail only where the chapter says .fails.
local function check (cell, name)
    local error_text = outputs.error_of (cell.outputs)
    if error_text and not cell.may_fail then
        stop (name, ': cell ', cell.id, ' fails:\n', indented (cell.source, '    | '), '\n', error_text, '\n')
    elseif cell.may_fail and not error_text then
        stop (name, ': cell ', cell.id, ' is marked .fails but does not fail: remove .fails\n')
    end
end

function Pandoc (doc)
    local ran, name = os.getenv 'RAN', os.getenv 'NOTEBOOK'
    local cells, order = outputs.read (ran)
    if not cells then stop (order, '\n') end
    for _, cell in ipairs (order) do
        if os.getenv 'SHOW' then
            io.write (indented (cell.source, '  | '), '\n', outputs.text (cell.outputs), '\n')
        else
            check (cell, name)
        end
    end
    return pandoc.Pandoc {}
end
