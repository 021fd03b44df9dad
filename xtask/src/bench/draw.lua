-- Asks again and again, each time with a token drawn at random from a file. Every request is made before the clock
-- starts, so that the load tool costs as little as it can.
-- BENCH_PATH: where; BENCH_FORM: a form to post, up to the token (without it: GET with the token as bearer);
-- BENCH_AUTHORIZATION: a header beside the form, if any;
-- BENCH_POOL: a file with a token on each line.
dofile(os.getenv("BENCH_SCRIPTS") .. "/report.lua")

local requests = {}

function init()
  local path, form = os.getenv("BENCH_PATH"), os.getenv("BENCH_FORM")
  for token in io.lines(os.getenv("BENCH_POOL")) do
    if form then
      local headers = { ["Content-Type"] = "application/x-www-form-urlencoded", ["Accept"] = "application/json" }
      headers["Authorization"] = os.getenv("BENCH_AUTHORIZATION")
      requests[#requests + 1] = wrk.format("POST", path, headers, form .. token)
    else
      local headers = { ["Authorization"] = "Bearer " .. token, ["Accept"] = "application/json" }
      requests[#requests + 1] = wrk.format("GET", path, headers)
    end
  end
  math.randomseed(20)
end

function request()
  return requests[math.random(#requests)]
end
