-- What every script here ends with: one line of JSON that the bench reads.
-- "done" counts what the bench divides by: requests, or round trips of several requests.
local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
end

local function total(name)
  local sum = 0
  for _, thread in ipairs(threads) do
    sum = sum + (thread:get(name) or 0)
  end
  return sum
end

function done(summary, latency)
  local trips = total("trips")
  local errors = summary.errors
  io.write(string.format(
    'result {"done":%d,"seconds":%.6f,"bad":%d,"p50_us":%d,"p99_us":%d}\n',
    trips > 0 and trips or summary.requests,
    summary.duration / 1e6,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout + total("bad"),
    latency:percentile(50), latency:percentile(99)))
end
