-- Round trips of an authorization code: GET the authorization request in a signed-in browser, take the code out of the
-- redirect, POST it to the token endpoint.
-- BENCH_PATH: the authorization request; BENCH_COOKIE; BENCH_TOKEN_PATH; BENCH_FORM: the form up to the code.
dofile(os.getenv("BENCH_SCRIPTS") .. "/report.lua")

trips, bad = 0, 0

local codes, ask, headers, path, form = {}, nil, nil, nil, nil

function init()
  path, form = os.getenv("BENCH_TOKEN_PATH"), os.getenv("BENCH_FORM")
  headers = { ["Content-Type"] = "application/x-www-form-urlencoded", ["Accept"] = "application/json" }
  ask = wrk.format("GET", os.getenv("BENCH_PATH"), { ["Cookie"] = os.getenv("BENCH_COOKIE"), ["Accept"] = "text/html" })
end

function request()
  local code = table.remove(codes)
  if code then
    return wrk.format("POST", path, headers, form .. code)
  end
  return ask
end

function response(status, answer, body)
  if status == 302 then
    local code = (answer["location"] or answer["Location"] or ""):match("[?&]code=([^&]+)")
    if code then
      codes[#codes + 1] = code
      return
    end
  elseif status == 200 and body:find('"access_token"', 1, true) then
    trips = trips + 1
    return
  end
  bad = bad + 1
end
