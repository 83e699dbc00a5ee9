/** How often those who wait look up whether the pause is over. */
const lookMs = 5;

/**
 * What HAProxy's rules cannot do: hold requests while something switches, and answer with pages of any length,
 * status and kind. It is read once, when HAProxy starts.
 */
export const luaProgram = `
local pauses = Map.new('pauses.map', Map._str)
local waiting = {}

-- A client that leaves takes its coroutine with it, so who waits says so again and again.
local staleMs = 1000

local function now()
  local time = core.now()
  return time.sec * 1000 + math.floor(time.usec / 1000)
end

local function count(place)
  local requests, bytes = 0, 0
  for ticket in pairs(waiting[place] or {}) do
    if now() - ticket.seen > staleMs then
      waiting[place][ticket] = nil
    else
      requests = requests + 1
      bytes = bytes + ticket.bytes
    end
  end
  return requests, bytes
end

-- Of a body no more than one buffer is held, however long it will be.
local function sizeOf(txn)
  local declared = tonumber(txn.f:req_hdr('content-length') or '')
  local isChunked = txn.f:req_hdr('transfer-encoding') ~= nil
  local body = declared or (isChunked and 32768 or 0)
  return #(txn.f:req_hdrs() or '') + math.min(body, 32768)
end

local function limitsOf(place)
  local line = pauses:lookup(place)
  if line == nil then return nil end
  local requests, bytes, untilMs = line:match('^(%d+)|(%d+)|(%d+)$')
  return { requests = tonumber(requests), bytes = tonumber(bytes), untilMs = tonumber(untilMs) }
end

core.register_action('signalbox_wait', { 'http-req' }, function(txn)
  local place = txn:get_var('txn.id')
  local limits = limitsOf(place)
  if limits == nil or limits.untilMs <= now() then return end
  local requests, bytes = count(place)
  local ticket = { bytes = sizeOf(txn), seen = now() }
  if requests >= limits.requests or bytes + ticket.bytes > limits.bytes then
    txn:set_var('txn.page', 'full')
    return
  end
  while limits ~= nil do
    ticket.seen = now()
    waiting[place] = waiting[place] or {}
    waiting[place][ticket] = true
    if limits.untilMs <= now() then
      txn:set_var('txn.page', 'expired')
      break
    end
    core.msleep(${lookMs})
    limits = limitsOf(place)
  end
  local others = waiting[place]
  if others == nil then return end
  others[ticket] = nil
  if next(others) == nil then waiting[place] = nil end
end, 0)

core.register_service('signalbox_answer', 'http', function(applet)
  local form = applet:get_var('txn.form') or 'text'
  local name = applet:get_var('txn.page') or 'unknown'
  local file = io.open('pages/' .. name .. '.' .. form, 'r')
    or io.open('pages/' .. name .. '.text', 'r')
    or io.open('pages/none.' .. form, 'r')
  local kind, status = file:read('l'), file:read('l')
  local body = file:read('a')
  file:close()
  applet:set_status(tonumber(status))
  applet:add_header('content-type', kind)
  applet:add_header('content-length', tostring(#body))
  applet:add_header('cache-control', 'no-store')
  applet:add_header('x-content-type-options', 'nosniff')
  applet:add_header('vary', 'Accept')
  applet:start_response()
  if applet.method ~= 'HEAD' then applet:send(body) end
end)

core.register_cli({ 'show', 'signalbox-waiting' }, 'requests that wait, by place', function(applet)
  for place in pairs(waiting) do
    applet:send(place .. ' ' .. count(place) .. '\\n')
  end
end)
`.trimStart();
