-- page.lua - what a page has beside its text: the way to the other chapters, the index for the search

local chapter = require 'chapter'
local json = require 'json'
local without_breaks = chapter.without_breaks

local page = {}

-- The page's title, neighbours and list of chapters, for the template.
function page.set_navigation (meta)
    local contents = chapter.read_table (os.getenv 'WEAVE_CONTENTS')
    local chapters = {}
    for k, row in ipairs (contents) do
        local here = row[1] == chapter.slug
        chapters[k] = { slug = row[1], number = row[2], title = row[3], here = here,
                        appendix = row[2]:match '^%u' ~= nil }
        local function to (other)
            return other and { slug = other[1], number = other[2], title = other[3] }
        end
        if here then meta.previous, meta.next = to (contents[k - 1]), to (contents[k + 1]) end
    end
    meta.chapters = chapters
    meta.number = chapter.number:gsub ('^0', '')
    meta.part = chapter.number:match '^%d' and 'Chapter' or 'Appendix'
end

-- For the search: address, chapter, heading and words of every section.
function page.write_search_index (doc, name)
    local title = pandoc.utils.stringify (doc.meta.title)
    local file = assert (io.open (name, 'w'))
    local place, heading, words = '', '', {}
    local function flush ()
        file:write ('[', json.string (chapter.slug .. '.html' .. place), ',', json.string (title), ',', json.string (heading), ',',
                    json.string (without_breaks (table.concat (words, ' '))), '],\n')
        words = {}
    end
    for _, block in ipairs (doc.blocks) do
        if block.t == 'Header' then
            flush ()
            place, heading = '#' .. block.identifier, pandoc.utils.stringify (block)
        elseif block.t == 'CodeBlock' then
            for name_in_code in block.text:gmatch 'nn_[%w_]+' do words[#words + 1] = name_in_code end
        elseif block.t ~= 'RawBlock' then
            words[#words + 1] = pandoc.utils.stringify (block)
        end
    end
    flush ()
    file:close ()
end

return page
