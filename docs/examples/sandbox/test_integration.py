"""An integrator's suite against the sandbox: consent, expiry, throttle, evictions, a lost answer, a data center move.

Standard library only. GRANTOR names the program (default: grantor):

    GRANTOR=target/release/grantor python3 docs/examples/sandbox/test_integration.py
"""

import http.client
import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest
from urllib.parse import parse_qs, urlencode, urlsplit

HERE = pathlib.Path(__file__).resolve().parent
GRANTOR = os.environ.get("GRANTOR", "grantor")
CLIENT = "1000.ZYLKERDESK0000000000000000000A"
SECRET = "a-secret-for-tests-only-0000000000000001"
CALLBACK = "https://desk.zylker.example/callback"
BEGAN = time.monotonic()


class Sandbox:
    """`grantor serve` on free ports, in a folder of its own."""

    def __init__(self):
        # In memory where the system has such a folder: nothing of it is worth a disk.
        self.folder = tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
        self.process = subprocess.Popen(
            [GRANTOR, "serve", "--config", HERE / "grantor.toml", "--provision", HERE / "people.toml"],
            cwd=self.folder.name,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        # One line `ready <accounts_url>` for each data center, in the order of the config.
        lines = (line.split() for line in self.process.stdout)
        ready = [words[1] for words in lines_until(lines, 2) if words[0] == "ready"]
        if len(ready) != 2:
            raise RuntimeError(f"{GRANTOR} did not start")
        self.us, self.eu = ready

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=10)
        self.process.stdout.close()
        self.folder.cleanup()

    def ask(self, method, url, body=None, headers=None):
        """Status, headers, body; no redirect is followed."""
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
        try:
            target = parts.path + ("?" + parts.query if parts.query else "")
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def tell(self, path, **words):
        """A word to the sandbox itself."""
        status, _, body = self.ask("POST", f"{self.us}/_sandbox/{path}", json.dumps(words))
        assert status in (200, 201), body
        return json.loads(body)


def lines_until(lines, how_many_ready):
    for words in lines:
        yield words
        how_many_ready -= words[:1] == ["ready"]
        if not how_many_ready:
            return


class Integration(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox()

    @classmethod
    def tearDownClass(cls):
        cls.sandbox.close()

    def setUp(self):
        # Every test begins where the server began: people, clients, no grants, the clock at now.
        self.sandbox.tell("reset")

    # What the application under test does; yours would be called here instead.

    def connect(self, user, **more):
        """Where the browser comes back to, as a dictionary."""
        query = {
            "response_type": "code",
            "client_id": CLIENT,
            "scope": "ZohoBigin.modules.ALL,AaaServer.profile.READ",
            "redirect_uri": CALLBACK,
            "access_type": "offline",
            "prompt": "consent",
            "state": "af0ifjsldkj",
            "sandbox_user": user,
            **more,
        }
        status, headers, body = self.sandbox.ask("GET", f"{self.sandbox.us}/oauth/v2/auth?{urlencode(query)}")
        self.assertIn(status, (302, 303), body)
        callback = urlsplit(headers["location"])
        self.assertEqual(callback._replace(query="").geturl(), CALLBACK)
        return {name: values[0] for name, values in parse_qs(callback.query).items()}

    def token(self, server, **fields):
        form = urlencode({"client_id": CLIENT, "client_secret": SECRET, **fields})
        kind = {"content-type": "application/x-www-form-urlencoded"}
        status, _, body = self.sandbox.ask("POST", f"{server}/oauth/v2/token", form, kind)
        return status, json.loads(body)

    def redeem(self, server, code):
        return self.token(server, grant_type="authorization_code", redirect_uri=CALLBACK, code=code)

    def refresh(self, server, refresh_token):
        return self.token(server, grant_type="refresh_token", refresh_token=refresh_token)

    def tokens(self, user):
        callback = self.connect(user)
        return self.redeem(callback["accounts-server"], callback["code"])[1]

    def opens(self, server, access_token):
        status, _, _ = self.sandbox.ask(
            "GET", f"{server}/oauth/user/info", headers={"authorization": f"Zoho-oauthtoken {access_token}"}
        )
        return status == 200

    # The suite.

    def test_consent_and_refusal(self):
        callback = self.connect("alice@zylker.example")
        self.assertEqual((callback["location"], callback["state"]), ("us", "af0ifjsldkj"))
        status, tokens = self.redeem(self.sandbox.us, callback["code"])
        self.assertEqual(status, 200)
        self.assertTrue(self.opens(self.sandbox.us, tokens["access_token"]))
        denied = self.connect("alice@zylker.example", sandbox_deny="true")
        self.assertEqual((denied["error"], denied["state"]), ("access_denied", "af0ifjsldkj"))

    def test_one_of_several_organizations(self):
        self.connect("bob@zylker.example", sandbox_organization="10002")

    def test_expiry(self):
        us, callback = self.sandbox.us, self.connect("alice@zylker.example")
        tokens = self.tokens("alice@zylker.example")
        self.sandbox.tell("clock", advance="61s")
        self.assertEqual(self.redeem(us, callback["code"]), (200, {"error": "invalid_code"}))
        self.assertTrue(self.opens(us, tokens["access_token"]))
        self.sandbox.tell("clock", advance="1h")
        self.assertFalse(self.opens(us, tokens["access_token"]))
        fresh = self.refresh(us, tokens["refresh_token"])[1]
        self.assertTrue(self.opens(us, fresh["access_token"]))

    def test_throttle_and_the_eleventh_access_token(self):
        us, tokens = self.sandbox.us, self.tokens("alice@zylker.example")
        access = [tokens["access_token"]]
        for _ in range(10):
            access.append(self.refresh(us, tokens["refresh_token"])[1]["access_token"])
        self.assertEqual([self.opens(us, token) for token in access], [False] + [True] * 10)
        status, body = self.refresh(us, tokens["refresh_token"])
        self.assertEqual((status, body["error"]), (400, "Access Denied"))
        self.sandbox.tell("clock", advance="10m")
        self.assertIn("access_token", self.refresh(us, tokens["refresh_token"])[1])

    def test_throttled_now(self):
        us, tokens = self.sandbox.us, self.tokens("alice@zylker.example")
        self.sandbox.tell("faults", fault="throttle", endpoint="token", client=CLIENT, times=1)
        status, body = self.refresh(us, tokens["refresh_token"])
        self.assertEqual((status, body["error"]), (400, "Access Denied"))
        self.assertIn("access_token", self.refresh(us, tokens["refresh_token"])[1])

    def test_the_twenty_first_refresh_token(self):
        us, families = self.sandbox.us, []
        for number in range(21):
            if number and number % 5 == 0:
                self.sandbox.tell("clock", advance="10m")
            families.append(self.tokens("alice@zylker.example"))
        self.assertEqual(self.refresh(us, families[0]["refresh_token"]), (200, {"error": "invalid_code"}))
        for family in families[1:]:
            self.assertIn("access_token", self.refresh(us, family["refresh_token"])[1])

    def test_a_lost_answer(self):
        us, tokens = self.sandbox.us, self.tokens("alice@zylker.example")
        self.sandbox.tell("faults", fault="drop-after-commit", endpoint="token", times=1)
        with self.assertRaises((http.client.RemoteDisconnected, ConnectionResetError)):
            self.refresh(us, tokens["refresh_token"])
        self.assertIn("access_token", self.refresh(us, tokens["refresh_token"])[1])

    def test_a_user_of_another_data_center(self):
        callback = self.connect("eva@zylker.example")
        self.assertEqual((callback["location"], callback["accounts-server"]), ("eu", self.sandbox.eu))
        # The classic mistake, told by the same word as a wrong client; the journal knows better.
        self.assertEqual(self.redeem(self.sandbox.us, callback["code"]), (200, {"error": "invalid_client"}))
        _, _, journal = self.sandbox.ask("GET", f"{self.sandbox.us}/_sandbox/journal?error=invalid_client")
        entry = json.loads(journal)["entries"][-1]
        self.assertEqual(entry["cause"], "wrong_data_center")
        self.assertEqual(entry["detail"], "the code was issued by eu and redeemed at us")
        tokens = self.redeem(self.sandbox.eu, callback["code"])[1]
        self.assertTrue(self.opens(self.sandbox.eu, tokens["access_token"]))


def tearDownModule():
    print(f"the whole suite took {time.monotonic() - BEGAN:.2f} s, the server's start included", flush=True)


if __name__ == "__main__":
    unittest.main()
