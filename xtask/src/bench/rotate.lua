-- Refreshes at a server that hands out a new refresh token each time and takes the old one back.
-- BENCH_PATH, BENCH_AUTHORIZATION; BENCH_POOL: a file with a token on each line, at least twice as many as connections.
dofile(os.getenv("BENCH_SCRIPTS") .. "/report.lua")

bad = 0

local pool, first, last, path, headers = {}, 1, 0, nil, nil

function init()
  path = os.getenv("BENCH_PATH")
  headers = {
    ["Authorization"] = os.getenv("BENCH_AUTHORIZATION"),
    ["Content-Type"] = "application/x-www-form-urlencoded",
    ["Accept"] = "application/json",
  }
  for token in io.lines(os.getenv("BENCH_POOL")) do
    last = last + 1
    pool[last] = token
  end
end

function request()
  local token = pool[first] or "none"
  if first <= last then
    pool[first] = nil
    first = first + 1
  end
  return wrk.format("POST", path, headers, "grant_type=refresh_token&refresh_token=" .. token)
end

function response(status, _, body)
  local token = status == 200 and body:match('"refresh_token":"([^"]+)"')
  if token then
    last = last + 1
    pool[last] = token
  elseif status < 400 then
    bad = bad + 1
  end
end
